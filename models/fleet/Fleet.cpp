// SPDX-License-Identifier: MIT
#include "models/fleet/Fleet.h"

#include "models/fleet/FleetFile.h"
#include "ssh/PrivateFolder.h"

#include <QCryptographicHash>
#include <QFile>
#include <QFileInfo>
#include <QLockFile>
#include <QSaveFile>
#include <QSet>
#include <QStandardPaths>
#include <QUuid>
#include <QtEndian>

#include <algorithm>

namespace Helmclaw {

namespace {
constexpr int FirstLocalPort = 20000;
constexpr int LocalPortCount = 10000;
constexpr int LockTimeoutMs = 1000;

/// The content of @p file; nothing when there is no such file.
Result<std::optional<QByteArray>> readWhole(const QString &file)
{
    const QFileInfo info(file);
    if (!info.exists())
        return std::optional<QByteArray>();
    if (!info.isFile()) // a pipe would block
        return failure(ErrorCode::InvalidInput, Fleet::tr("%1 is not a file").arg(file),
                       Fleet::tr("Choose another fleet file"));
    QFile source(file);
    if (!source.open(QIODevice::ReadOnly))
        return failure(ErrorCode::PermissionDenied,
                       Fleet::tr("the fleet file %1 cannot be read: %2").arg(file, source.errorString()),
                       Fleet::tr("Make the file readable for you, or choose another one"));
    if (source.size() > FleetFile::MaxSize)
        return failure(ErrorCode::InvalidInput, Fleet::tr("the fleet file %1 is larger than 16 MiB").arg(file),
                       Fleet::tr("Choose another file; this one was not touched"));
    QByteArray content = source.readAll();
    if (source.error() != QFile::NoError)
        return failure(ErrorCode::InvalidInput,
                       Fleet::tr("the fleet file %1 cannot be read: %2").arg(file, source.errorString()),
                       Fleet::tr("Check the disk and choose the file again"));
    return std::optional(std::move(content));
}

/// Empty for "no file", which no hash is.
QByteArray fingerprint(const std::optional<QByteArray> &content)
{
    return content ? QCryptographicHash::hash(*content, QCryptographicHash::Sha256) : QByteArray();
}
} // namespace

Fleet::Fleet(QObject *parent)
    : QObject(parent)
{
}

QString Fleet::defaultFile()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation)
        + QStringLiteral("/helmclaw/fleet.json");
}

Result<void> Fleet::load(const QString &file)
{
    const auto content = readWhole(file);
    if (!content)
        return tl::unexpected(content.error());
    FleetFile parsed;
    if (content->has_value()) {
        auto result = FleetFile::parse(**content, file);
        if (!result)
            return tl::unexpected(result.error());
        parsed = std::move(*result);
    }
    Q_EMIT aboutToReset();
    m_file = file;
    m_loaded = true;
    m_fingerprint = fingerprint(*content);
    m_unknownKeys = parsed.unknownKeys;
    m_servers = parsed.servers;
    Q_EMIT reset();
    return {};
}

bool Fleet::isStale() const
{
    const auto present = readWhole(m_file);
    return m_loaded && present && fingerprint(*present) != m_fingerprint;
}

qsizetype Fleet::indexOf(const QString &id) const
{
    const auto found =
        std::find_if(m_servers.begin(), m_servers.end(), [&](const Server &server) { return server.id == id; });
    return found == m_servers.end() ? -1 : found - m_servers.begin();
}

std::optional<Server> Fleet::byId(const QString &id) const
{
    const qsizetype index = indexOf(id);
    return index < 0 ? std::nullopt : std::optional(m_servers.at(index));
}

std::optional<Server> Fleet::byName(const QString &name) const
{
    const Server *similar = nullptr;
    int similarCount = 0;
    for (const Server &server : m_servers) {
        if (server.name == name)
            return server;
        if (server.name.compare(name, Qt::CaseInsensitive) == 0) {
            similar = &server;
            ++similarCount;
        }
    }
    return similarCount == 1 ? std::optional(*similar) : std::nullopt;
}

QStringList Fleet::tags() const
{
    QSet<QString> unique;
    for (const Server &server : m_servers)
        unique.unite(QSet<QString>(server.tags.begin(), server.tags.end()));
    QStringList sorted(unique.begin(), unique.end());
    sorted.sort();
    return sorted;
}

/// @p all is the fleet as it would be, @p changed the entries in it that are new or different.
Result<void> Fleet::validate(const QList<Server> &changed, const QList<Server> &all)
{
    for (const Server &server : changed) {
        if (const QString problem = serverProblem(server); !problem.isEmpty())
            return failure(ErrorCode::InvalidInput, problem, tr("Correct the entry; nothing was changed"), server.name);
    }
    if (const QString problem = FleetFile::uniquenessProblem(all); !problem.isEmpty())
        return failure(ErrorCode::InvalidInput, problem, tr("Choose another one; nothing was changed"),
                       changed.size() == 1 ? changed.constFirst().name : QString());
    return {};
}

Result<QString> Fleet::add(Server server)
{
    const auto ids = addAll({ std::move(server) });
    if (!ids)
        return tl::unexpected(ids.error());
    return ids->first();
}

Result<QStringList> Fleet::addAll(QList<Server> servers)
{
    QStringList ids;
    QList<Server> all = m_servers;
    for (Server &server : servers) {
        if (server.id.isEmpty())
            server.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
        ids.append(server.id);
        all.append(server);
    }
    if (auto valid = validate(servers, all); !valid)
        return tl::unexpected(valid.error());
    if (servers.isEmpty())
        return ids;
    if (auto saved = save(all); !saved)
        return tl::unexpected(saved.error());
    for (const Server &server : std::as_const(servers)) {
        const int index = int(m_servers.size());
        Q_EMIT aboutToAdd(index);
        m_servers.append(server);
        Q_EMIT added(index);
    }
    return ids;
}

Result<void> Fleet::update(const Server &server)
{
    const qsizetype index = indexOf(server.id);
    if (index < 0)
        return failure(ErrorCode::InvalidInput, tr("the server is no longer in the fleet"),
                       tr("Add it again if it is still wanted"), server.name);
    if (m_servers.at(index) == server)
        return {};
    QList<Server> servers = m_servers;
    servers[index] = server;
    if (auto valid = validate({ server }, servers); !valid)
        return valid;
    if (auto saved = save(servers); !saved)
        return saved;
    m_servers = std::move(servers);
    Q_EMIT updated(int(index));
    return {};
}

Result<void> Fleet::remove(const QString &id)
{
    const qsizetype index = indexOf(id);
    if (index < 0)
        return failure(ErrorCode::InvalidInput, tr("the server is no longer in the fleet"));
    QList<Server> servers = m_servers;
    servers.removeAt(index);
    if (auto saved = save(servers); !saved)
        return saved;
    Q_EMIT aboutToRemove(int(index));
    m_servers = std::move(servers);
    Q_EMIT removed(int(index), id);
    return {};
}

Result<quint16> Fleet::localPortFor(const QString &id)
{
    const qsizetype index = indexOf(id);
    if (index < 0)
        return failure(ErrorCode::InvalidInput, tr("the server is no longer in the fleet"));
    if (const int stored = m_servers.at(index).localPort; stored != 0)
        return quint16(stored);
    QSet<int> used;
    for (const Server &server : std::as_const(m_servers))
        used.insert(server.localPort);
    // Where to begin follows from the id: the same server gets the same port even if the file is lost.
    const QByteArray digest = QCryptographicHash::hash(id.toUtf8(), QCryptographicHash::Sha256);
    const int begin = int(qFromBigEndian<quint32>(digest.constData()) % LocalPortCount);
    for (int i = 0; i < LocalPortCount; ++i) {
        const int port = FirstLocalPort + (begin + i) % LocalPortCount;
        if (used.contains(port))
            continue;
        Server server = m_servers.at(index);
        server.localPort = port;
        if (auto stored = update(server); !stored)
            return tl::unexpected(stored.error());
        return quint16(port);
    }
    return failure(ErrorCode::LocalPortInUse, tr("all local ports from 20000 to 29999 are taken by other servers"),
                   tr("Set a local port for this server by hand"), m_servers.at(index).name);
}

Result<void> Fleet::save(const QList<Server> &servers)
{
    if (!m_loaded)
        return failure(ErrorCode::InvalidInput, tr("no fleet file is loaded, so nothing can be changed"),
                       tr("Correct the fleet file or choose another one, and load it"));
    const auto notWritten = [this](const QString &reason) {
        return failure(ErrorCode::PermissionDenied, tr("the fleet file %1 cannot be written: %2").arg(m_file, reason),
                       tr("Check the file, its folder and the room on the disk; nothing was changed"));
    };
    if (auto made = ensurePrivateFolder(QFileInfo(m_file).path()); !made)
        return made;
    // Several processes (window, command line) share the file: looking and replacing must be one step.
    QLockFile lock(m_file + QStringLiteral(".lock"));
    if (!lock.tryLock(LockTimeoutMs))
        return notWritten(lock.error() == QLockFile::LockFailedError ? tr("another program is writing it")
                                                                     : tr("no lock file can be made beside it"));
    const auto present = readWhole(m_file);
    if (!present)
        return tl::unexpected(present.error());
    if (fingerprint(*present) != m_fingerprint)
        return failure(ErrorCode::InvalidInput,
                       present->has_value() ? tr("the fleet file %1 was changed by another program").arg(m_file)
                                            : tr("the fleet file %1 was removed by another program").arg(m_file),
                       tr("Reload the fleet, then make the change again; nothing was overwritten"));

    const QByteArray json = FleetFile { servers, m_unknownKeys }.toJson();
    QSaveFile target(m_file);
    if (!target.open(QIODevice::WriteOnly) || !target.setPermissions(QFile::ReadOwner | QFile::WriteOwner)
        || target.write(json) != json.size() || !target.commit())
        return notWritten(target.errorString());
    m_fingerprint = fingerprint(json);
    return {};
}

} // namespace Helmclaw
