// SPDX-License-Identifier: MIT
#include "models/fleet/ServerSessions.h"

#include "models/fleet/SshSettings.h"
#include "models/fleet/TailnetRoute.h"
#include "ssh/SshConfigFiles.h"
#include "ssh/SshPool.h"

#include <QFileInfo>
#include <QPointer>
#include <QTimer>

#include <algorithm>

namespace Helmclaw {

namespace {
/// One waiting caller; a caller whose context died is left out.
struct Waiter
{
    QPointer<QObject> context;
    std::function<void(Result<void>)> ready;
};

} // namespace

struct ServerSessions::Pending
{
    std::unique_ptr<SshRouteQuery> query; ///< null while it waits for its turn
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
    connect(&m_tailnet, &Tailnet::changed, this, &ServerSessions::tailnetChanged);
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
        return failed->status;
    return m_pool->hasTarget(serverId) ? m_pool->sessionStatus(serverId) : SessionStatus {};
}

void ServerSessions::setFailure(const QString &serverId, const std::optional<Error> &error, bool ofTailnet)
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
    m_failedBeforeDial.insert(serverId, { status, ofTailnet });
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
    if (server->isOnTailnet() && !m_tailnet.isFresh() && !isReady(serverId)) {
        m_tailnet.whenFresh(
            receiver, [this, serverId, receiver, ready = std::move(ready)] { prepare(serverId, receiver, ready); });
        return;
    }
    const quint64 generation = configGeneration();
    const auto known = m_resolved.constFind(serverId);
    if (known != m_resolved.constEnd() && known->request == sshConfigRequest(*server, m_sshConfigFile)
        && known->generation == generation) {
        answerLater(retarget(*server, known->route));
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
    while (running < MaxSshQueries && !m_waiting.isEmpty()) {
        const QString serverId = m_waiting.takeFirst();
        const auto server = m_fleet->byId(serverId); // forget() takes removed ones out of m_waiting
        Pending &pending = *m_pending.at(serverId);
        pending.generation = configGeneration(); // before the run: a change during it counts as new
        pending.query = std::make_unique<SshRouteQuery>(sshConfigRequest(*server, m_sshConfigFile));
        connect(pending.query.get(), &SshRouteQuery::finished, this, [this, serverId] { resolved(serverId); });
        pending.query->start();
        ++running;
    }
}

void ServerSessions::resolved(const QString &serverId)
{
    Pending &pending = *m_pending.at(serverId);
    SshRouteQuery *query = pending.query.release();
    query->deleteLater(); // it is the sender
    const auto server = m_fleet->byId(serverId);
    // The answer to an old question: the entry or the files changed meanwhile.
    if (query->request() != sshConfigRequest(*server, m_sshConfigFile) || pending.generation != configGeneration()) {
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
    m_resolved.insert(serverId, { query->request(), *query->result(), pending.generation });
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

QList<SshConfigRemark> ServerSessions::sshRemarks(const QString &serverId) const
{
    const auto known = m_resolved.constFind(serverId);
    return known != m_resolved.constEnd() ? known->route.remarks() : QList<SshConfigRemark>();
}

std::optional<SshTarget> ServerSessions::target(const QString &serverId) const
{
    const auto known = m_targets.constFind(serverId);
    return known != m_targets.constEnd() ? std::optional(*known) : std::nullopt;
}

Result<void> ServerSessions::retarget(const Server &server, const SshRoute &route)
{
    if (std::optional<Error> obstacle = sshObstacle(server.host, route.remarks())) {
        obstacle->server = server.name;
        dropTarget(server.id);
        setFailure(server.id, obstacle);
        return tl::unexpected(*obstacle);
    }

    SshTarget target = route.target();
    target.serverId = server.id;
    target.name = server.name;
    target.backend = server.backend;
    if (!server.identityFiles.isEmpty() && target.options.publicKeys) {
        target.identityFiles.clear();
        for (const QString &file : server.identityFiles)
            target.identityFiles.append(SshConfigFiles::expandTilde(file));
    }

    if (auto routed = followTailnet(server, target); !routed) {
        // Not dropTarget(): a session that still lives, or a tunnel that waits for the tailnet, goes on.
        setFailure(server.id, routed.error(), true);
        return routed;
    }

    const auto present = m_targets.constFind(server.id);
    if (present == m_targets.constEnd() || *present != target || present->advice.isOtherThan(target.advice)) {
        m_targets.insert(server.id, target);
        m_pool->setTarget(target);
    }
    setFailure(server.id, std::nullopt);
    return {};
}

bool ServerSessions::isReady(const QString &serverId) const
{
    return m_targets.contains(serverId) && m_pool->sessionStatus(serverId).state == SessionState::Ready;
}

/// The tailnet's part in @p target.
Result<void> ServerSessions::followTailnet(const Server &server, SshTarget &target) const
{
    if (!server.isOnTailnet())
        return {};
    if (target.host.compare(server.host, Qt::CaseInsensitive) != 0)
        return {}; // ssh_config gives this name another place: that is where "ssh NAME" goes as well
    if (isReady(server.id)) { // the tailnet was not asked
        const SshTarget &present = m_targets[server.id];
        target.host = present.host;
        target.hostKeyAlias = present.hostKeyAlias;
        target.proxyCommand = present.proxyCommand;
        target.advice = present.advice;
        return {};
    }
    return routeOverTailnet(server, m_tailnet.status(), m_tailnet.netcat(), target);
}

void ServerSessions::tailnetChanged()
{
    for (const Server &server : m_fleet->servers()) {
        if (!server.isOnTailnet())
            continue;
        const auto failed = m_failedBeforeDial.constFind(server.id);
        if (failed != m_failedBeforeDial.constEnd() && failed->ofTailnet
            && m_tailnet.status().state == TailnetState::Running)
            m_failedBeforeDial.erase(failed); // what was wrong may be right now: the next dial will tell
        Q_EMIT statusChanged(server.id);
    }
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
    if (known == m_resolved.constEnd() || known->request.host != server.host) {
        m_resolved.remove(server.id);
        dropTarget(server.id); // what was reached under the old host must not be used under the new one
        setFailure(server.id, std::nullopt);
        return;
    }
    if (!m_targets.contains(server.id)) {
        setFailure(server.id, std::nullopt);
        return;
    }
    if (known->request == sshConfigRequest(server, m_sshConfigFile)) {
        // The obstacles depend on the request alone, which is the same.
        static_cast<void>(retarget(server, SshRoute(known->route)));
        return;
    }
    // Another user or port: ssh decides what else that changes; tunnels then go on to the new target.
    m_resolved.remove(server.id);
    prepare(server.id, this, [](const Result<void> &) {});
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
