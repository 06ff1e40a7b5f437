// SPDX-License-Identifier: MIT
#include "ssh/SshJumpSpec.h"

#include <QCoreApplication>

#include <algorithm>

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(SshConfig)
};

bool isName(const QString &text)
{
    return !text.isEmpty() && !text.startsWith(QLatin1Char('-')) && std::none_of(text.begin(), text.end(), [](QChar c) {
        return c.isSpace() || c.category() == QChar::Other_Control;
    });
}

} // namespace

Result<SshJumpSpec> SshJumpSpec::parse(const QString &text)
{
    const auto wrong =
        failure(ErrorCode::InvalidInput, Text::tr("\"%1\" is not a jump host").arg(printable(text.toUtf8(), 120)),
                Text::tr("Write [user@]host[:port]; several are separated by commas"));
    SshJumpSpec spec;
    QString rest = text.trimmed();
    if (rest.startsWith(QLatin1String("ssh://"), Qt::CaseInsensitive)) {
        rest = rest.sliced(6);
        if (rest.endsWith(QLatin1Char('/')))
            rest.chop(1);
    }
    // The last "@", as ssh does: a user name may hold one.
    if (const qsizetype at = rest.lastIndexOf(QLatin1Char('@')); at >= 0) {
        spec.user = rest.first(at);
        rest = rest.sliced(at + 1);
        if (!isName(spec.user))
            return wrong;
    }
    QString port;
    if (rest.startsWith(QLatin1Char('['))) {
        const qsizetype end = rest.indexOf(QLatin1Char(']'));
        if (end < 0 || (end + 1 < rest.size() && rest.at(end + 1) != QLatin1Char(':')))
            return wrong;
        spec.host = rest.mid(1, end - 1);
        port = rest.sliced(std::min(end + 2, rest.size()));
        if (end + 1 < rest.size() && port.isEmpty())
            return wrong;
    } else if (rest.count(QLatin1Char(':')) == 1) {
        spec.host = rest.section(QLatin1Char(':'), 0, 0);
        port = rest.section(QLatin1Char(':'), 1);
        if (port.isEmpty())
            return wrong;
    } else {
        spec.host = rest; // a bare IPv6 address as well
    }
    bool ok = true;
    if (!port.isEmpty())
        spec.port = port.toUShort(&ok);
    if (!ok || (!port.isEmpty() && spec.port == 0) || !isName(spec.host) || spec.host.contains(QLatin1Char('/')))
        return wrong;
    return spec;
}

Result<QList<SshJumpSpec>> SshJumpSpec::parseList(const QString &text)
{
    QList<SshJumpSpec> specs;
    if (text.trimmed().isEmpty() || text.trimmed().compare(QLatin1String("none"), Qt::CaseInsensitive) == 0)
        return specs;
    for (const QString &part : text.split(QLatin1Char(','))) {
        const auto spec = parse(part);
        if (!spec)
            return tl::unexpected(spec.error());
        specs += *spec;
    }
    return specs;
}

QString SshJumpSpec::toString() const
{
    QString text = host.contains(QLatin1Char(':')) ? QLatin1Char('[') + host + QLatin1Char(']') : host;
    if (!user.isEmpty())
        text.prepend(user + QLatin1Char('@'));
    return port != 0 ? QStringLiteral("%1:%2").arg(text).arg(port) : text;
}

} // namespace Helmclaw
