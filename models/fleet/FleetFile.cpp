// SPDX-License-Identifier: MIT
#include "models/fleet/FleetFile.h"

#include <QCoreApplication>
#include <QHash>
#include <QJsonArray>
#include <QJsonDocument>

#include <cmath>

namespace Helmclaw {

namespace {
struct Text
{
    Q_DECLARE_TR_FUNCTIONS(FleetFile)
};

constexpr QLatin1String SchemaKey("helmclawFleet");
constexpr QLatin1String ServersKey("servers");

/// Takes the known fields out of one JSON object and remembers the first that has the wrong type.
class Fields
{
public:
    explicit Fields(QJsonObject object)
        : m_object(std::move(object))
    {
    }

    QString string(const char *key)
    {
        const QJsonValue value = take(key);
        if (!value.isUndefined() && !value.isString())
            complain(key, Text::tr("a text in quotes"));
        return value.toString();
    }
    int port(const char *key)
    {
        const QJsonValue value = take(key);
        const double number = value.toDouble();
        if (!value.isUndefined()
            && (!value.isDouble() || number < 0 || number > 65535 || std::floor(number) != number)) {
            complain(key, Text::tr("a whole number from 0 to 65535"));
            return 0;
        }
        return int(number);
    }
    QStringList strings(const char *key)
    {
        const QJsonValue value = take(key);
        bool good = value.isUndefined() || value.isArray();
        QStringList list;
        for (const auto &element : value.toArray()) {
            good = good && element.isString();
            list.append(element.toString());
        }
        if (!good)
            complain(key, Text::tr("a list of texts in quotes"));
        return list;
    }
    QJsonObject object(const char *key)
    {
        const QJsonValue value = take(key);
        if (!value.isUndefined() && !value.isObject())
            complain(key, Text::tr("an object in braces"));
        return value.toObject();
    }
    /// Keeps what this version did not read of a part.
    void putBack(const char *key, const QJsonObject &rest)
    {
        if (!rest.isEmpty())
            m_object.insert(QLatin1String(key), rest);
    }
    [[nodiscard]] const QString &problem() const { return m_problem; }
    [[nodiscard]] const QJsonObject &rest() const { return m_object; }

private:
    QJsonValue take(const char *key) { return m_object.take(QLatin1String(key)); }
    void complain(const char *key, const QString &expected)
    {
        if (m_problem.isEmpty())
            m_problem = Text::tr("\"%1\" must be %2").arg(QLatin1String(key), expected);
    }

    QJsonObject m_object;
    QString m_problem;
};

/// "line 3, column 7", both from 1, of byte @p offset.
QString place(const QByteArray &json, qsizetype offset)
{
    const QByteArray before = json.first(qBound(qsizetype(0), offset, json.size()));
    const qsizetype lineBegin = before.lastIndexOf('\n') + 1;
    return Text::tr("line %1, column %2")
        .arg(before.count('\n') + 1)
        .arg(QString::fromUtf8(before.sliced(lineBegin)).size() + 1);
}

Result<Server> parseServer(const QJsonValue &value)
{
    const auto problem = [](const QString &text) { return failure(ErrorCode::InvalidInput, text); };
    if (!value.isObject())
        return problem(Text::tr("it is not an object in braces"));
    Fields fields(value.toObject());
    Server server;
    server.id = fields.string("id");
    server.name = fields.string("name");
    server.host = fields.string("host");
    server.port = fields.port("port");
    server.user = fields.string("user");
    server.identityFiles = fields.strings("identityFiles");
    server.proxyJump = fields.string("proxyJump");
    const QString backend = fields.string("sshBackend");
    const auto known = sshBackendFromName(backend);
    server.backend = known.value_or(SshBackend::Auto);
    server.tags = fields.strings("tags");
    server.gatewayPort = fields.port("gatewayPort");
    server.localPort = fields.port("localPort");
    Fields tailscale(fields.object("tailscale"));
    server.tailnet = { tailscale.string("nodeId"), tailscale.string("dnsName") };
    fields.putBack("tailscale", tailscale.rest());
    server.unknownKeys = fields.rest();
    if (!fields.problem().isEmpty())
        return problem(fields.problem());
    if (!backend.isEmpty() && !known)
        return problem(Text::tr("\"sshBackend\" is \"%1\"; it can be auto, libssh or openssh").arg(backend));
    if (!tailscale.problem().isEmpty())
        return problem(QStringLiteral("\"tailscale\": ") + tailscale.problem());
    if (server.id.isEmpty())
        return problem(Text::tr("\"id\" is missing"));
    if (const QString wrong = serverProblem(server); !wrong.isEmpty())
        return problem(wrong);
    return server;
}

QJsonObject toObject(const Server &server)
{
    QJsonObject object = server.unknownKeys;
    const auto set = [&](const char *key, const QJsonValue &value, bool present) {
        if (present)
            object.insert(QLatin1String(key), value);
        else
            object.remove(QLatin1String(key));
    };
    set("id", server.id, true);
    set("name", server.name, true);
    set("host", server.host, true);
    set("port", server.port, server.port != 0);
    set("user", server.user, !server.user.isEmpty());
    set("identityFiles", QJsonArray::fromStringList(server.identityFiles), !server.identityFiles.isEmpty());
    set("proxyJump", server.proxyJump, !server.proxyJump.isEmpty());
    set("sshBackend", sshBackendName(server.backend), server.backend != SshBackend::Auto);
    set("tags", QJsonArray::fromStringList(server.tags), !server.tags.isEmpty());
    set("gatewayPort", server.gatewayPort, server.gatewayPort != 0);
    set("localPort", server.localPort, server.localPort != 0);
    QJsonObject tailscale = object.value(QLatin1String("tailscale")).toObject();
    if (!server.tailnet.nodeId.isEmpty()) {
        tailscale.insert(QLatin1String("nodeId"), server.tailnet.nodeId);
        tailscale.insert(QLatin1String("dnsName"), server.tailnet.dnsName);
    }
    set("tailscale", tailscale, !tailscale.isEmpty());
    return object;
}
} // namespace

Result<FleetFile> FleetFile::parse(const QByteArray &json, const QString &fileForMessages)
{
    const auto problem = [&](const QString &what, const QString &remedy) {
        return failure(ErrorCode::InvalidInput, QStringLiteral("%1: %2").arg(fileForMessages, what), remedy);
    };
    const QString notOurs = Text::tr("Choose another file, or put back a copy of this one; it was not touched");
    const QString correct = Text::tr("Correct the file by hand; it was not touched");

    QJsonParseError parseError {};
    const QJsonDocument document = QJsonDocument::fromJson(json, &parseError);
    if (parseError.error != QJsonParseError::NoError)
        return problem(
            Text::tr("not valid JSON at %1: %2").arg(place(json, parseError.offset), parseError.errorString()),
            correct);
    QJsonObject root = document.object();
    const QJsonValue schema = root.take(SchemaKey);
    if (!document.isObject() || !schema.isDouble() || schema.toDouble() < 1)
        return problem(Text::tr("this is not a Helmclaw fleet file (\"helmclawFleet\": 1 is missing)"), notOurs);
    if (schema.toDouble() != Schema)
        return problem(Text::tr("written by a newer Helmclaw (format %1; this version reads format %2)")
                           .arg(schema.toDouble())
                           .arg(Schema),
                       Text::tr("Update Helmclaw; the file was not touched"));
    const QJsonValue list = root.take(ServersKey);
    if (!list.isArray())
        return problem(Text::tr("\"servers\" must be a list in brackets"), correct);

    FleetFile result;
    result.unknownKeys = root;
    int number = 0;
    for (const auto &element : list.toArray()) {
        ++number;
        auto server = parseServer(element);
        if (!server) {
            const QString name = printable(element.toObject().value(QStringLiteral("name")).toString().toUtf8(), 100);
            return problem(Text::tr("server %1 (\"%2\"): %3").arg(number).arg(name, server.error().what), correct);
        }
        result.servers.append(*server);
    }
    if (const QString wrong = uniquenessProblem(result.servers); !wrong.isEmpty())
        return problem(wrong, correct);
    return result;
}

QByteArray FleetFile::toJson() const
{
    QJsonArray list;
    for (const Server &server : servers)
        list.append(toObject(server));
    QJsonObject root = unknownKeys;
    root.insert(SchemaKey, Schema);
    root.insert(ServersKey, list);
    return QJsonDocument(root).toJson(QJsonDocument::Indented);
}

QString FleetFile::uniquenessProblem(const QList<Server> &servers)
{
    QHash<QString, int> ids;
    QHash<QString, int> names;
    QHash<int, QString> localPorts;
    for (const Server &server : servers) {
        if (++ids[server.id] > 1)
            return Text::tr("the id \"%1\" is there twice").arg(server.id);
        if (++names[server.name] > 1)
            return Text::tr("there are two servers of the name \"%1\"").arg(server.name);
        if (server.localPort == 0)
            continue;
        if (const auto other = localPorts.constFind(server.localPort); other != localPorts.constEnd())
            return Text::tr("\"%1\" and \"%2\" have the same local port %3")
                .arg(*other, server.name)
                .arg(server.localPort);
        localPorts.insert(server.localPort, server.name);
    }
    return {};
}

} // namespace Helmclaw
