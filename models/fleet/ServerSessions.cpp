// SPDX-License-Identifier: MIT
#include "models/fleet/ServerSessions.h"

#include "ssh/SshConfigFiles.h"
#include "ssh/SshPool.h"

#include <QDir>
#include <QFileInfo>
#include <QPointer>
#include <QTimer>

#include <algorithm>

namespace Helmclaw {

namespace {
constexpr int MaxQueries = 4; // "ssh -G" children at a time; each costs about 5 ms of processor time

/// One waiting caller; a caller whose context died is left out.
struct Waiter
{
    QPointer<QObject> context;
    std::function<void(Result<void>)> ready;
};

bool hasDefaultIdentity()
{
    const QDir folder(SshConfigFiles::homeFolder() + QStringLiteral("/.ssh"));
    const QStringList names { QStringLiteral("id_rsa"), QStringLiteral("id_ecdsa"), QStringLiteral("id_ecdsa_sk"),
                              QStringLiteral("id_ed25519"), QStringLiteral("id_ed25519_sk") };
    return std::any_of(names.begin(), names.end(), [&](const QString &name) { return folder.exists(name); });
}
} // namespace

QString sessionStateLabel(SessionState state)
{
    switch (state) {
    case SessionState::Off:
        return ServerSessions::tr("Not connected");
    case SessionState::Queued:
        return ServerSessions::tr("Waiting to connect");
    case SessionState::Resolving:
        return ServerSessions::tr("Looking up the name");
    case SessionState::Connecting:
        return ServerSessions::tr("Connecting");
    case SessionState::Handshake:
        return ServerSessions::tr("Negotiating keys");
    case SessionState::HostKey:
        return ServerSessions::tr("Confirm the host key");
    case SessionState::Auth:
        return ServerSessions::tr("Signing in");
    case SessionState::Asking:
        return ServerSessions::tr("Waits for your answer");
    case SessionState::Ready:
        return ServerSessions::tr("Connected");
    case SessionState::Lost:
        return ServerSessions::tr("Connection lost");
    case SessionState::Backoff:
        return ServerSessions::tr("Will retry");
    case SessionState::Failed:
        return ServerSessions::tr("Failed");
    }
    return ServerSessions::tr("Unknown");
}

std::optional<Error> sshObstacle(const QString &host, const SshHostConfig &config)
{
    for (const QString &keyword : { QStringLiteral("ProxyJump"), QStringLiteral("ProxyCommand") }) {
        if (config.unsupported.contains(keyword))
            return Error { ErrorCode::Unsupported,
                           ServerSessions::tr("Helmclaw does not use jump hosts yet; ssh_config sets %1 for \"%2\"")
                               .arg(keyword, host),
                           ServerSessions::tr(
                               "Enter an address that this computer reaches without a jump host, a VPN's for instance"),
                           {} };
    }
    // Going on would trust keys that somebody took the trouble to revoke.
    if (config.unsupported.contains(QLatin1String("RevokedHostKeys")))
        return Error { ErrorCode::Unsupported,
                       ServerSessions::tr(
                           "Helmclaw cannot read key revocation lists yet; ssh_config sets RevokedHostKeys "
                           "for \"%1\"")
                           .arg(host),
                       ServerSessions::tr("Mark the revoked keys with @revoked in your known_hosts instead"),
                       {} };
    return std::nullopt;
}

struct ServerSessions::Pending
{
    std::unique_ptr<SshConfigQuery> query; ///< null while it waits for its turn
    quint64 generation = 0; ///< of the configuration when the query started
    QList<Waiter> waiters;
};

ServerSessions::ServerSessions(Fleet *fleet, SshPool *pool, QObject *parent)
    : QObject(parent)
    , m_fleet(fleet)
    , m_pool(pool)
{
    connect(m_pool, &SshPool::sessionStatusChanged, this,
            [this](const QString &serverId) { Q_EMIT statusChanged(serverId); });
    connect(m_pool, &SshPool::hostKeyUnknown, this, [this](const HostKeyQuestion &question) {
        m_questions.append(question);
        Q_EMIT hostKeyQuestionAdded(question);
    });
    connect(m_pool, &SshPool::hostKeyQuestionClosed, this, [this](quint64 questionId) {
        if (m_questions.removeIf([questionId](const HostKeyQuestion &open) { return open.id == questionId; }) > 0)
            Q_EMIT hostKeyQuestionClosed(questionId);
    });
    connect(m_fleet, &Fleet::updated, this, [this](int index) { serverUpdated(m_fleet->servers().at(index)); });
    connect(m_fleet, &Fleet::removed, this, [this](int, const QString &id) { forget(id); });
    connect(m_fleet, &Fleet::reset, this, &ServerSessions::fleetReset);
}

ServerSessions::~ServerSessions() = default;

void ServerSessions::setSshConfigFile(const QString &file)
{
    if (file == m_sshConfigFile)
        return;
    m_sshConfigFile = file;
    m_configInputs.clear();
    m_configState.clear();
    ++m_configGeneration;
}

quint64 ServerSessions::configGeneration()
{
    const auto stateOf = [](const QStringList &paths) {
        QByteArray state;
        for (const QString &path : paths) {
            const QFileInfo info(path);
            state += QByteArray::number(info.exists() ? info.lastModified().toMSecsSinceEpoch() : -1) + ':'
                + QByteArray::number(info.size()) + ';';
        }
        return state;
    };
    if (m_configInputs.isEmpty() || stateOf(m_configInputs) != m_configState) {
        m_configInputs = SshConfig::inputs(m_sshConfigFile); // a changed file may include others
        m_configState = stateOf(m_configInputs);
        ++m_configGeneration;
    }
    return m_configGeneration;
}

SessionStatus ServerSessions::status(const QString &serverId) const
{
    if (const auto failed = m_failedBeforeDial.constFind(serverId); failed != m_failedBeforeDial.constEnd())
        return *failed;
    return m_pool->hasTarget(serverId) ? m_pool->sessionStatus(serverId) : SessionStatus {};
}

void ServerSessions::setFailure(const QString &serverId, const std::optional<Error> &error)
{
    if (!error) {
        if (m_failedBeforeDial.remove(serverId) > 0)
            Q_EMIT statusChanged(serverId);
        return;
    }
    SessionStatus status;
    status.state = SessionState::Failed;
    status.since = QDateTime::currentDateTimeUtc();
    status.error = error;
    m_failedBeforeDial.insert(serverId, status);
    Q_EMIT statusChanged(serverId);
}

void ServerSessions::prepare(const QString &serverId, QObject *context, Ready ready)
{
    QObject *receiver = context ? context : this;
    const auto answerLater = [&](const Result<void> &outcome) {
        QTimer::singleShot(0, receiver, [ready = std::move(ready), outcome] { ready(outcome); });
    };
    const auto server = m_fleet->byId(serverId);
    if (!server) {
        answerLater(
            failure(ErrorCode::InvalidInput, tr("the server is not in the fleet"), tr("Choose a server of the fleet")));
        return;
    }
    if (const auto pending = m_pending.find(serverId); pending != m_pending.end()) {
        pending->second->waiters.append({ receiver, std::move(ready) });
        return;
    }
    const quint64 generation = configGeneration();
    const auto known = m_resolved.constFind(serverId);
    if (known != m_resolved.constEnd() && known->host == server->host && known->generation == generation) {
        answerLater(retarget(*server, known->config));
        return;
    }
    auto pending = std::make_unique<Pending>();
    pending->waiters.append({ receiver, std::move(ready) });
    m_pending.emplace(serverId, std::move(pending));
    m_waiting.append(serverId);
    startNextQueries();
}

void ServerSessions::startNextQueries()
{
    auto running = std::count_if(m_pending.begin(), m_pending.end(),
                                 [](const auto &entry) { return entry.second->query != nullptr; });
    while (running < MaxQueries && !m_waiting.isEmpty()) {
        const QString serverId = m_waiting.takeFirst();
        const auto server = m_fleet->byId(serverId); // forget() takes removed ones out of m_waiting
        Pending &pending = *m_pending.at(serverId);
        pending.generation = configGeneration(); // before the run: a change during it counts as new
        pending.query = std::make_unique<SshConfigQuery>(server->host, m_sshConfigFile);
        connect(pending.query.get(), &SshConfigQuery::finished, this, [this, serverId] { resolved(serverId); });
        pending.query->start();
        ++running;
    }
}

void ServerSessions::resolved(const QString &serverId)
{
    Pending &pending = *m_pending.at(serverId);
    SshConfigQuery *query = pending.query.release();
    query->deleteLater(); // it is the sender
    const auto server = m_fleet->byId(serverId);
    // The answer to an old question: the entry or the files changed meanwhile.
    if (server->host != query->host() || pending.generation != configGeneration()) {
        m_waiting.append(serverId);
        startNextQueries();
        return;
    }
    if (!query->result()) {
        Error error = query->result().error();
        error.server = server->name;
        dropTarget(serverId);
        setFailure(serverId, error);
        settle(serverId, tl::unexpected(error));
        return;
    }
    m_resolved.insert(serverId, { server->host, *query->result(), pending.generation });
    settle(serverId, retarget(*server, *query->result()));
}

void ServerSessions::settle(const QString &serverId, const Result<void> &outcome)
{
    const auto entry = m_pending.find(serverId);
    if (entry == m_pending.end())
        return;
    const std::unique_ptr<Pending> pending = std::move(entry->second);
    m_pending.erase(entry);
    m_waiting.removeAll(serverId);
    startNextQueries();
    for (const Waiter &waiter : std::as_const(pending->waiters)) {
        if (waiter.context)
            waiter.ready(outcome); // may call prepare() again or delete other contexts
    }
}

Result<void> ServerSessions::retarget(const Server &server, const SshHostConfig &config)
{
    if (std::optional<Error> obstacle = sshObstacle(server.host, config)) {
        obstacle->server = server.name;
        dropTarget(server.id);
        setFailure(server.id, obstacle);
        return tl::unexpected(*obstacle);
    }

    SshTarget target;
    target.serverId = server.id;
    target.name = server.name;
    target.host = config.hostName;
    target.port = server.port != 0 ? quint16(server.port) : config.port;
    target.user = server.user.isEmpty() ? config.user : server.user;
    for (const QString &file : server.identityFiles)
        target.identityFiles.append(SshConfigFiles::expandTilde(file));
    if (target.identityFiles.isEmpty())
        target.identityFiles = config.identityFiles;
    target.certificateFiles = config.certificateFiles;
    target.identitiesOnly = config.identitiesOnly;
    target.identityAgent = config.identityAgent;
    target.hostKeyAlias = config.hostKeyAlias;
    target.userKnownHostsFiles = config.userKnownHostsFiles;
    if (config.unsupported.contains(QLatin1String("PubkeyAuthentication"))) {
        target.identityAgent = QStringLiteral("none");
        target.certificateFiles.clear();
        target.identityFiles = QStringList { QStringLiteral("/dev/null") };
    } else if (target.identityFiles.isEmpty() && hasDefaultIdentity()) {
        // ssh_config names files that do not exist, or "none"; an empty list would mean the default files.
        target.identityFiles = QStringList { QStringLiteral("/dev/null") };
    }

    const auto present = m_targets.constFind(server.id);
    if (present == m_targets.constEnd() || *present != target) {
        m_targets.insert(server.id, target);
        m_pool->setTarget(target);
    }
    setFailure(server.id, std::nullopt);
    return {};
}

void ServerSessions::dropTarget(const QString &serverId)
{
    if (m_targets.remove(serverId) > 0)
        m_pool->removeTarget(serverId);
}

void ServerSessions::forget(const QString &serverId)
{
    m_resolved.remove(serverId);
    m_connectWanted.remove(serverId);
    dropTarget(serverId);
    const QList<HostKeyQuestion> open = m_questions;
    for (const HostKeyQuestion &question : open) {
        if (question.serverId != serverId)
            continue;
        m_questions.removeIf([&](const HostKeyQuestion &other) { return other.id == question.id; });
        Q_EMIT hostKeyQuestionClosed(question.id);
    }
    m_failedBeforeDial.remove(serverId);
    // Later, as prepare() promises: we may be inside a caller's Fleet::remove().
    if (m_pending.count(serverId) > 0) {
        const auto gone = m_pending.extract(serverId);
        m_waiting.removeAll(serverId);
        for (const Waiter &waiter : std::as_const(gone.mapped()->waiters)) {
            if (waiter.context)
                QTimer::singleShot(0, waiter.context.data(), [ready = waiter.ready] {
                    ready(failure(ErrorCode::Cancelled, tr("the server was removed from the fleet")));
                });
        }
        startNextQueries();
    }
}

void ServerSessions::serverUpdated(const Server &server)
{
    const auto known = m_resolved.constFind(server.id);
    if (known == m_resolved.constEnd() || known->host != server.host) {
        m_resolved.remove(server.id);
        dropTarget(server.id); // what was reached under the old host must not be used under the new one
        setFailure(server.id, std::nullopt);
        return;
    }
    if (m_targets.contains(server.id)) {
        // The obstacles depend on the host alone, which is the same.
        static_cast<void>(retarget(server, SshHostConfig(known->config)));
    } else {
        setFailure(server.id, std::nullopt);
    }
}

void ServerSessions::fleetReset()
{
    QStringList known = m_targets.keys() + m_resolved.keys() + m_failedBeforeDial.keys();
    for (const auto &entry : m_pending)
        known.append(entry.first);
    known.removeDuplicates();
    for (const QString &serverId : std::as_const(known)) {
        if (const auto server = m_fleet->byId(serverId))
            serverUpdated(*server);
        else
            forget(serverId);
    }
}

void ServerSessions::connectServer(const QString &serverId)
{
    m_connectWanted.insert(serverId);
    prepare(serverId, this, [this, serverId](const Result<void> &outcome) {
        if (m_connectWanted.remove(serverId) && outcome)
            m_pool->connectSession(serverId);
    });
}

void ServerSessions::disconnectServer(const QString &serverId)
{
    m_connectWanted.remove(serverId);
    if (m_targets.contains(serverId))
        m_pool->closeSession(serverId);
    setFailure(serverId, std::nullopt);
}

void ServerSessions::answerHostKey(quint64 questionId, bool accept)
{
    m_pool->answerHostKey(questionId, accept);
}

} // namespace Helmclaw
