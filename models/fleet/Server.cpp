// SPDX-License-Identifier: MIT
#include "models/fleet/Server.h"

#include "ssh/SshJumpSpec.h"

#include <QCoreApplication>
#include <QHostAddress>

#include <algorithm>

namespace Helmclaw {

namespace {
struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Server)
};

/// Control and invisible formatting characters: a name that reads like another one must not be possible.
bool hasInvisible(const QString &text)
{
    return std::any_of(text.begin(), text.end(),
                       [](QChar c) {
                           switch (c.category()) {
                           case QChar::Other_Control:
                           case QChar::Other_Format:
                           case QChar::Separator_Line:
                           case QChar::Separator_Paragraph:
                               return true;
                           default:
                               return false;
                           }
                       })
        || !text.isValidUtf16();
}

bool hasSpace(const QString &text)
{
    return std::any_of(text.begin(), text.end(), [](QChar c) { return c.isSpace(); });
}

bool hasAnyOf(const QString &text, QStringView characters)
{
    return std::any_of(text.begin(), text.end(), [&](QChar c) { return characters.contains(c); });
}

QString labelProblem(const QString &text, int maxLength)
{
    if (text.isEmpty())
        return Text::tr("must not be empty");
    if (text.size() > maxLength)
        return Text::tr("must not be longer than %1 characters").arg(maxLength);
    if (hasInvisible(text))
        return Text::tr("must not hold control characters or invisible ones");
    if (text != text.trimmed())
        return Text::tr("must not begin or end with a space");
    if (text.startsWith(QLatin1Char('-')))
        return Text::tr("must not begin with \"-\"");
    return {};
}

QString hostProblem(const QString &host)
{
    if (const QString problem = labelProblem(host, 255); !problem.isEmpty())
        return problem;
    if (host.startsWith(QLatin1Char('[')))
        return Text::tr("is written without brackets; the port has its own field");
    if (host.contains(QLatin1Char('@')))
        return Text::tr("is written without a user; the user has its own field");
    if (host.contains(QLatin1Char(':')) && QHostAddress(host).protocol() != QAbstractSocket::IPv6Protocol)
        return Text::tr("is neither a name nor an IPv6 address; the port has its own field");
    // ssh hands the name to the shell for "Match exec" and "ProxyCommand" (CVE-2023-51385).
    if (hasSpace(host) || hasAnyOf(host, u"'`\"$\\;&<>|(){}*?!,#/"))
        return Text::tr("must not hold spaces or any of ' ` \" $ \\ ; & < > | ( ) { } * ? ! , # /");
    return {};
}

QString userProblem(const QString &user)
{
    if (user.isEmpty())
        return {};
    if (const QString problem = labelProblem(user, 255); !problem.isEmpty())
        return problem;
    if (hasSpace(user) || hasAnyOf(user, u"'`\"$;&<>|(){}:/"))
        return Text::tr("must not hold spaces or any of ' ` \" $ ; & < > | ( ) { } : /");
    return {};
}

QString identityProblem(const QString &file)
{
    if (!file.startsWith(QLatin1Char('/')) && !file.startsWith(u"~/"))
        return Text::tr("must be a path that begins with \"/\" or \"~/\"");
    if (hasInvisible(file))
        return Text::tr("must not hold control characters or invisible ones");
    return {};
}

bool isId(const QString &id)
{
    return id.size() <= 64 && std::all_of(id.begin(), id.end(), [](QChar c) {
               return (c >= u'a' && c <= u'z') || (c >= u'A' && c <= u'Z') || (c >= u'0' && c <= u'9')
                   || QStringView(u"-_.").contains(c);
           });
}
} // namespace

QString serverProblem(const Server &server)
{
    if (!isId(server.id))
        return Text::tr("The id must have at most 64 characters, of a-z A-Z 0-9 - _ .");
    if (const QString problem = labelProblem(server.name, 100); !problem.isEmpty())
        return Text::tr("The name %1").arg(problem);
    if (const QString problem = hostProblem(server.host); !problem.isEmpty())
        return Text::tr("The host %1").arg(problem);
    if (const QString problem = userProblem(server.user); !problem.isEmpty())
        return Text::tr("The user %1").arg(problem);
    if (server.port < 0 || server.port > 65535)
        return Text::tr("The SSH port must be 1 to 65535, or 0 for ssh's own setting");
    if (server.gatewayPort < 0 || server.gatewayPort > 65535)
        return Text::tr("The gateway port must be 1 to 65535, or 0 to find it out on the server");
    if (server.localPort != 0 && (server.localPort < 1024 || server.localPort > 65535))
        return Text::tr("The local port must be 1024 to 65535, or 0 to choose one");
    for (const QString &file : server.identityFiles) {
        if (const QString problem = identityProblem(file); !problem.isEmpty())
            return Text::tr("The identity file %1").arg(problem);
    }
    if (const auto hops = SshJumpSpec::parseList(server.proxyJump); !hops)
        return Text::tr("The jump host is not one: %1").arg(hops.error().what);
    if (!isId(server.tailnet.nodeId))
        return Text::tr("The tailnet's node id must have at most 64 characters, of a-z A-Z 0-9 - _ .");
    for (const QString &tag : server.tags) {
        if (const QString problem = labelProblem(tag, 64); !problem.isEmpty())
            return Text::tr("The tag %1").arg(problem);
        if (tag.contains(QLatin1Char(',')))
            return Text::tr("The tag must not hold a comma");
        if (server.tags.count(tag) > 1)
            return Text::tr("The tag \"%1\" is there twice").arg(tag);
    }
    return {};
}

QString serverAddress(const Server &server)
{
    QString address = server.host;
    if (server.port != 0)
        address = QStringLiteral("%1:%2")
                      .arg(address.contains(QLatin1Char(':')) ? QLatin1Char('[') + address + QLatin1Char(']') : address)
                      .arg(server.port);
    return server.user.isEmpty() ? address : server.user + QLatin1Char('@') + address;
}

QStringList splitTags(const QString &text)
{
    QStringList tags;
    for (const QString &part : text.split(QLatin1Char(',')))
        tags.append(part.simplified());
    tags.removeAll(QString());
    tags.removeDuplicates();
    return tags;
}

} // namespace Helmclaw
