// SPDX-License-Identifier: MIT
#include "ssh/SshHostConfig.h"

#include "ssh/SshConfigFiles.h"

#include <QDir>

#include <algorithm>

namespace Helmclaw {

namespace {

bool hasDefaultIdentity()
{
    const QDir folder(SshConfigFiles::homeFolder() + QStringLiteral("/.ssh"));
    const QStringList names { QStringLiteral("id_rsa"), QStringLiteral("id_ecdsa"), QStringLiteral("id_ecdsa_sk"),
                              QStringLiteral("id_ed25519"), QStringLiteral("id_ed25519_sk") };
    return std::any_of(names.begin(), names.end(), [&](const QString &name) { return folder.exists(name); });
}

} // namespace

QString toString(const SshConfigRemark &remark)
{
    QString line = remark.keyword;
    if (!remark.value.isEmpty())
        line += QLatin1Char(' ') + remark.value;
    return remark.text.isEmpty() ? line : line + QStringLiteral(": ") + remark.text;
}

QStringList SshHostConfig::remarked(SshConfigRemark::Weight weight) const
{
    QStringList keywords;
    for (const SshConfigRemark &remark : remarks) {
        if (remark.weight == weight && !keywords.contains(remark.keyword))
            keywords += remark.keyword;
    }
    return keywords;
}

SshTarget SshHostConfig::target() const
{
    SshTarget target;
    target.name = host;
    target.host = hostName;
    target.port = port;
    target.user = user;
    target.identityFiles = identityFiles;
    target.certificateFiles = certificateFiles;
    target.identitiesOnly = identitiesOnly;
    target.identityAgent = identityAgent;
    target.hostKeyAlias = hostKeyAlias;
    target.userKnownHostsFiles = userKnownHostsFiles;
    target.proxyCommand = proxyCommand;
    target.options = options;
    target.configHost = host;
    target.configFile = configFile;
    target.openSshReason = openSshReason;
    if (!options.allows(QStringLiteral("publickey"))) {
        target.certificateFiles.clear();
        target.identityAgent = QStringLiteral("none");
        target.identityFiles = QStringList { QStringLiteral("/dev/null") };
    } else if (target.identityFiles.isEmpty() && hasDefaultIdentity()) {
        // ssh_config names files that do not exist, or "none"; an empty list would mean the default files.
        target.identityFiles = QStringList { QStringLiteral("/dev/null") };
    }
    return target;
}

} // namespace Helmclaw
