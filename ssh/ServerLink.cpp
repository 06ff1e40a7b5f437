// SPDX-License-Identifier: MIT
#include "ssh/ServerLink.h"

#include "ssh/TunnelListener.h"

#include <QRandomGenerator>

#include <algorithm>

namespace Helmclaw {

namespace {

constexpr std::chrono::seconds maxBackoff { 60 };

/// Failures that another attempt by itself cannot mend, and might make worse (fail2ban).
bool isHardStop(ErrorCode code)
{
    switch (code) {
    case ErrorCode::HostKeyUnknown:
    case ErrorCode::HostKeyChanged:
    case ErrorCode::HostKeyRevoked:
    case ErrorCode::AuthFailed:
    case ErrorCode::Cancelled: // by the user, who was asked something
    case ErrorCode::InvalidInput:
    case ErrorCode::PermissionDenied:
    case ErrorCode::Unsupported:
        return true;
    default:
        return false;
    }
}

} // namespace

ServerLink::ServerLink(const PoolContext &context, SshTarget target)
    : m_context(context)
    , m_target(std::move(target))
    , m_operations(m_context.loop, [this] { return errors(); })
    , m_leases(m_context.loop,
               { [this] { need(); },
                 [this] {
                     if (!isWanted() && m_leases.isEmpty())
                         close();
                 } })
{
    m_status.via = m_target.via();
}

ServerLink::~ServerLink()
{
    close();
}

void ServerLink::setTarget(const SshTarget &target)
{
    const bool same = target == m_target;
    m_target = target;
    m_status.via = m_target.via();
    if (same) // but its advice may be newer
        return;
    const Error error = errors().targetChanged();
    stopDialling();
    if (m_session != nullptr || m_status.state != SessionState::Off)
        dropSession(error);
    m_operations.endAll(error);
    m_goodKey.clear();
    m_libsshLacks.clear();
    m_acceptedKey.reset();
    m_refusedLogins = 0;
    m_attempt = 0;
    if (isWanted())
        dial();
}

void ServerLink::connectSession()
{
    m_connectWanted = true;
    need();
}

void ServerLink::close()
{
    m_connectWanted = false;
    const Error error = errors().cancelled();
    const auto tunnels = std::exchange(m_tunnels, {});
    for (const auto &[id, tunnel] : tunnels)
        tunnel->close();
    stopDialling();
    dropSession(error); // first: what runs can then say what it leaves behind
    m_operations.endAll(error);
    m_leases.endWaiting(error);
}

bool ServerLink::isWanted() const
{
    return m_connectWanted || !m_operations.isEmpty() || m_leases.wantsSession()
        || std::any_of(m_tunnels.begin(), m_tunnels.end(), [](const auto &entry) { return entry.second->isOpen(); });
}

/// Somebody wants a session now.
void ServerLink::need()
{
    if (m_session != nullptr)
        m_operations.start(*m_session);
    else if (!isDialling() && !m_question)
        tryToDial();
}

void ServerLink::dialNow()
{
    const quint64 generation = ++m_generation;
    DialRequest request { m_target, m_acceptedKey, m_goodKey, m_refusedLogins };
    request.askedAt = m_askedAt;
    request.openSshReason = m_libsshLacks;
    EventLoop &loop = m_context.loop;
    m_dial = m_context.dials.dial(
        std::move(request),
        [this, alive = std::weak_ptr<int>(m_alive), generation, &loop](SessionState state) {
            loop.post([this, alive, generation, state] {
                if (!alive.expired() && generation == m_generation && m_dial != 0)
                    setState(state);
            });
        },
        [this, alive = std::weak_ptr<int>(m_alive), generation, &loop](DialResult result) {
            auto shared = std::make_shared<DialResult>(std::move(result));
            loop.post([this, alive, generation, shared] {
                if (!alive.expired())
                    dialled(generation, std::move(*shared));
            });
        });
    m_hostKeyReport.reset();
    setState(SessionState::Queued);
    updateTunnels();
}

void ServerLink::dialled(quint64 generation, DialResult result)
{
    if (generation != m_generation || m_dial == 0)
        return;
    m_dial = 0;
    m_acceptedKey.reset();
    m_status.backend = result.backend;
    m_status.backendReason = result.backendReason;
    if (result.backend == SshBackend::OpenSsh)
        m_libsshLacks = result.backendReason;
    noteLogin(result);
    if (result.error)
        dialFailed(result);
    else
        ready(std::move(result));
}

void ServerLink::dialFailed(const DialResult &result)
{
    const Error &error = *result.error;
    m_hostKeyReport = result.hostKey;
    m_jump.reset();
    if (error.code == ErrorCode::AuthFailed) {
        m_goodKey.clear();
    }
    if (result.unknownKey && m_target.options.strictHostKeys) {
        giveUp(errors().hostKeyStrict(*result.unknownKey));
        return;
    }
    if (result.unknownKey) {
        askAbout(*result.unknownKey, error);
        return;
    }
    // Through a jump host or a command it is not our address that the server sees.
    const bool direct = m_target.jumpHosts.isEmpty() && m_target.proxyCommand.isEmpty();
    // OpenSSH's own penalties (PerSourcePenalties) close the connection before a word is said.
    const bool silent = error.code == ErrorCode::ConnectionRefused || error.code == ErrorCode::Unreachable
        || (error.code == ErrorCode::HandshakeFailed && !result.greeted);
    if (direct && silent) {
        if (const auto suspicion = m_context.bans.silent(m_target.endpoint())) {
            giveUp(errors().probablyBanned(*suspicion, error));
            return;
        }
    }
    giveUp(error);
}

/// A dial has failed, or must not be made.
void ServerLink::giveUp(const Error &error)
{
    m_connectWanted = false;
    // First the state, so that who hears of an operation's end finds it; unless tunnels will have it tried again.
    if (m_tunnels.empty())
        setState(SessionState::Failed, error);
    m_operations.endWaiting(error);
    // Behind several hops the one that failed is named, and only that one.
    m_leases.sessionFailed(m_jumpFailed ? error : SshErrors::ofJumpHost(m_target, error));
    backOff(error);
}

/// After a failure: wait and dial again if a tunnel wants it and it can help.
void ServerLink::backOff(const Error &error)
{
    if (isHardStop(error.code)) {
        for (const auto &[id, tunnel] : m_tunnels)
            tunnel->fail(error);
    }
    if (!isWanted()) {
        if (m_status.state != SessionState::Lost)
            setState(SessionState::Failed, error);
        updateTunnels();
        return;
    }
    ++m_attempt;
    const auto ceiling =
        std::min<std::chrono::milliseconds>(maxBackoff, std::chrono::seconds(1) * (1 << std::min(m_attempt - 1, 6)));
    // Jitter, so that a fleet behind one lost line does not come back as one wave.
    const bool banned = error.code == ErrorCode::ProbablyBanned;
    const auto delay = (banned ? m_context.options.bannedRetryInterval : ceiling / 2)
        + std::chrono::milliseconds(QRandomGenerator::global()->bounded(static_cast<int>(ceiling.count() / 2) + 1));
    m_retryTimer = m_context.loop.addTimer(delay, [this] {
        m_retryTimer = 0;
        if (isWanted() && m_session == nullptr && !isDialling())
            dial(false);
    });
    m_status.retryAt = QDateTime::currentDateTimeUtc().addMSecs(delay.count());
    setState(SessionState::Backoff, error);
    updateTunnels();
}

void ServerLink::stopDialling()
{
    m_context.loop.cancelTimer(m_retryTimer);
    if (m_dial != 0)
        m_context.dials.cancel(m_dial);
    m_dial = 0;
    m_jump.reset();
    ++m_generation;
    closeQuestion();
}

void ServerLink::askAbout(const HostKey &key, const Error &error)
{
    if (!isWanted()) {
        setState(SessionState::Failed, error);
        return;
    }
    HostKeyQuestion question;
    question.id = ++m_context.lastQuestion;
    question.serverId = m_target.serverId;
    question.serverName = m_leases.isEmpty() ? m_target.name : errors().jumpHostName();
    question.target = m_target.toString();
    question.knownHostsName = m_target.knownHostsName();
    question.key = key;
    m_question = question;
    setState(SessionState::HostKey, error);
    updateTunnels();
    m_context.ask(question);
}

void ServerLink::closeQuestion()
{
    if (m_question)
        m_context.closeQuestion(m_question->id);
    m_question.reset();
}

void ServerLink::answer(quint64 questionId, bool accept)
{
    if (!m_question || m_question->id != questionId)
        return;
    const HostKey key = m_question->key;
    closeQuestion();
    if (accept) {
        m_acceptedKey = key;
        dial();
        return;
    }
    giveUp(errors().hostKeyRefused(key));
}

void ServerLink::submit(const std::shared_ptr<Operation> &operation)
{
    m_operations.add(operation, [this] { withdrawIfUnwanted(); });
    need();
}

void ServerLink::abort(quint64 operationId)
{
    m_operations.end(operationId, errors().cancelled());
    withdrawIfUnwanted();
}

void ServerLink::openTunnel(quint64 tunnelId, const TunnelOptions &options)
{
    const auto tunnel = std::make_shared<TunnelListener>(*this, tunnelId, options);
    m_tunnels.emplace(tunnelId, tunnel);
    if (!tunnel->listen())
        return;
    tunnel->update(m_status, m_attempt);
    need();
}

void ServerLink::closeTunnel(quint64 tunnelId)
{
    const auto found = m_tunnels.find(tunnelId);
    if (found == m_tunnels.end())
        return;
    const auto tunnel = found->second;
    m_tunnels.erase(found);
    tunnel->close();
    withdrawIfUnwanted();
}

void ServerLink::updateTunnels()
{
    for (const auto &[id, tunnel] : m_tunnels)
        tunnel->update(m_status, m_attempt);
}

void ServerLink::setState(SessionState state, std::optional<Error> error)
{
    if (state == m_status.state && error == m_status.error && state != SessionState::Backoff)
        return;
    m_operations.setPaused(state == SessionState::Asking);
    m_status.state = state;
    m_status.since = QDateTime::currentDateTimeUtc();
    m_status.error = std::move(error);
    m_status.hostKey = m_status.error ? m_hostKeyReport : std::nullopt;
    if (state != SessionState::Backoff)
        m_status.retryAt = {};
    if (state != SessionState::Ready) {
        m_status.keyExchange.clear();
        m_status.cipher.clear();
        m_status.hostKeyFingerprint.clear();
        m_status.authenticatedBy.clear();
    }
    m_context.reportStatus(m_target.serverId, m_status);
}

} // namespace Helmclaw
