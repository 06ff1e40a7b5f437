// SPDX-License-Identifier: MIT
#include "models/tasks/FixAction.h"

#include <QCoreApplication>
#include <QHostAddress>
#include <QRegularExpression>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(FixAction)
};

tl::unexpected<Error> bad(const QString &text, const QString &what, const QString &example)
{
    return failure(ErrorCode::InvalidInput, Text::tr("\"%1\" is no %2").arg(printable(text.toUtf8(), 60), what),
                   Text::tr("For instance: %1").arg(example));
}

Result<QString> address(const QString &text)
{
    // QHostAddress takes "1.2" and "fe80::1%eth0", too; neither is an address that a server can ban.
    static const QRegularExpression v4(u"^[0-9]{1,3}(\\.[0-9]{1,3}){3}\\z"_s);
    static const QRegularExpression v6(u"^[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*\\z"_s);
    const QHostAddress parsed(text);
    if (parsed.isNull() || !(v4.match(text).hasMatch() || v6.match(text).hasMatch()))
        return bad(text, Text::tr("address"), u"192.0.2.7"_s);
    return parsed.toString();
}

Result<QString> moment(const QString &text)
{
    static const QRegularExpression clock(u"^([01]?[0-9]|2[0-3]):([0-5][0-9])\\z"_s);
    static const QRegularExpression minutes(u"^\\+([1-9][0-9]{0,4})\\z"_s);
    if (const auto match = clock.match(text); match.hasMatch())
        return match.captured(1).rightJustified(2, u'0') + u':' + match.captured(2);
    if (minutes.match(text).hasMatch())
        return text;
    return bad(text, Text::tr("time"), u"23:30, +90"_s);
}

} // namespace

Result<QString> FixParameter::parse(const QString &text) const
{
    return type == Type::Address ? address(text) : moment(text);
}

} // namespace Helmclaw
