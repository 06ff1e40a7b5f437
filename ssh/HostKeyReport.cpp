// SPDX-License-Identifier: MIT
#include "ssh/HostKeyReport.h"

#include "ssh/CommandLine.h"

#include <algorithm>

#include <unistd.h>

namespace Helmclaw {

bool HostKeyReport::isOtherType() const
{
    return verdict == HostKeyVerdict::Changed
        && std::none_of(pinned.begin(), pinned.end(),
                        [this](const KnownHostsLine &line) { return line.key.algorithm == offered.algorithm; });
}

QList<KnownHostsLine> HostKeyReport::foreignLines() const
{
    QList<KnownHostsLine> lines;
    std::copy_if(pinned.begin(), pinned.end(), std::back_inserter(lines),
                 [this](const KnownHostsLine &line) { return line.file != ownFile; });
    return lines;
}

QStringList HostKeyReport::removalCommands() const
{
    QStringList commands;
    for (const KnownHostsLine &line : foreignLines()) {
        const CommandLine command(QStringLiteral("ssh-keygen"),
                                  { QStringLiteral("-R"), name, QStringLiteral("-f"), line.file });
        // The folder counts: ssh-keygen writes a new file beside the old one.
        const QString folder = line.file.left(std::max<qsizetype>(1, line.file.lastIndexOf(QLatin1Char('/'))));
        const bool writable = ::access(folder.toLocal8Bit().constData(), W_OK) == 0;
        const QString text = (writable ? QString() : QStringLiteral("sudo ")) + command.toDisplay();
        if (!commands.contains(text))
            commands += text;
    }
    return commands;
}

bool HostKeyReport::isReplaceable() const
{
    return (verdict == HostKeyVerdict::Changed || verdict == HostKeyVerdict::CertificateAuthority)
        && foreignLines().isEmpty();
}

QString hostKeyVerdictName(HostKeyVerdict verdict)
{
    switch (verdict) {
    case HostKeyVerdict::Match:
        return QStringLiteral("match");
    case HostKeyVerdict::Unknown:
        return QStringLiteral("unknown");
    case HostKeyVerdict::Changed:
        return QStringLiteral("changed");
    case HostKeyVerdict::Revoked:
        return QStringLiteral("revoked");
    case HostKeyVerdict::CertificateAuthority:
        return QStringLiteral("certificate-authority");
    }
    return QStringLiteral("unknown");
}

} // namespace Helmclaw
