// SPDX-License-Identifier: MIT
#include "ssh/SshConfigTokens.h"

#include "ssh/LocalUser.h"
#include "ssh/SshConfigFiles.h"

#include <QCoreApplication>
#include <QSysInfo>

#include <algorithm>

#include <unistd.h>

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(SshConfig)
};

/// Letters and digits of any script, and the punctuation of names and addresses: nothing that a shell would act on.
bool isPlain(const QString &text)
{
    return !text.startsWith(QLatin1Char('-')) && std::all_of(text.begin(), text.end(), [](QChar c) {
        return c.isLetterOrNumber() || QStringLiteral("._:@%+,/=-").contains(c);
    });
}

} // namespace

SshConfigTokens::SshConfigTokens(const SshHostConfig &config)
    : m_host(config.host)
    , m_hostName(config.hostName)
    , m_port(QString::number(config.port))
    , m_user(config.user)
    , m_keyAlias(config.hostKeyAlias.isEmpty() ? config.host : config.hostKeyAlias)
{
}

std::optional<QString> SshConfigTokens::valueOf(char16_t token) const
{
    switch (token) {
    case u'%':
        return QStringLiteral("%");
    case u'd':
        return SshConfigFiles::homeFolder();
    case u'h':
        return m_hostName;
    case u'i':
        return QString::number(::getuid());
    case u'k':
        return m_keyAlias;
    case u'L':
        return QSysInfo::machineHostName().section(QLatin1Char('.'), 0, 0);
    case u'l':
        return QSysInfo::machineHostName();
    case u'n':
        return m_host;
    case u'p':
        return m_port;
    case u'r':
        return m_user;
    case u'u':
        if (const auto user = LocalUser::current())
            return user->name;
        return std::nullopt;
    default:
        return std::nullopt;
    }
}

std::optional<QString> SshConfigTokens::expandFile(const QString &text) const
{
    QString out;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text.at(i) == QLatin1Char('$') && text.mid(i + 1, 1) == QLatin1String("{")) {
            const qsizetype end = text.indexOf(QLatin1Char('}'), i);
            if (end < 0)
                return std::nullopt;
            const QByteArray variable = text.mid(i + 2, end - i - 2).toLocal8Bit();
            if (!qEnvironmentVariableIsSet(variable.constData()))
                return std::nullopt;
            out += qEnvironmentVariable(variable.constData());
            i = end;
            continue;
        }
        if (text.at(i) != QLatin1Char('%')) {
            out += text.at(i);
            continue;
        }
        const auto value = valueOf(++i < text.size() ? text.at(i).unicode() : u'\0');
        if (!value)
            return std::nullopt;
        out += *value;
    }
    return out;
}

Result<QString> SshConfigTokens::expandProxy(const QString &keyword, const QString &text) const
{
    QString out;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text.at(i) != QLatin1Char('%')) {
            out += text.at(i);
            continue;
        }
        const QChar token = ++i < text.size() ? text.at(i) : QChar();
        const auto value = QStringLiteral("%hknpr").contains(token) ? valueOf(token.unicode()) : std::nullopt;
        if (!value)
            return failure(ErrorCode::InvalidInput,
                           Text::tr("%1 for \"%2\" has a token that ssh does not know: %%3")
                               .arg(keyword, printable(m_host.toUtf8(), 80), printable(QString(token).toUtf8(), 8)),
                           Text::tr("Correct your ssh_config; a percent sign itself is written %%"));
        if (!isPlain(*value))
            return failure(ErrorCode::InvalidInput,
                           Text::tr("%1 for \"%2\" would hand \"%3\" to a shell, which may act on it")
                               .arg(keyword, printable(m_host.toUtf8(), 80), printable(value->toUtf8(), 80)),
                           Text::tr("Use a host and user name of letters, digits, dots and hyphens"));
        out += *value;
    }
    return out;
}

} // namespace Helmclaw
