// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/EventLoop.h"
#include "ssh/HostKeyChecker.h"
#include "ssh/JumpHosts.h"
#include "ssh/KeyRing.h"
#include "ssh/PromptBroker.h"
#include "ssh/Resolver.h"
#include "ssh/SessionState.h"
#include "ssh/SshHandle.h"
#include "ssh/SshPool.h"
#include "ssh/WorkerPool.h"
#include "ssh/openssh/SshMaster.h"

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>

namespace Helmclaw {

class DialAttempt;
class SocketSource;
class SocketPath;
class SshErrors;

struct DialRequest
{
    SshTarget target;
    std::optional<HostKey> acceptedKey; ///< the user has just accepted it: pin it, and insist on it
    QByteArray preferredKey; ///< public blob of the key that worked last time
    int refusedLogins = 0; ///< for the texts: logins this server refused lately
    QString openSshReason = {}; ///< why ssh(1) is to carry it, half a sentence; empty: the target decides
    bool hostKeyOnly = false; ///< ends after the key exchange with DialResult::hostKey; nothing is pinned or sent
    EventLoop::Clock::time_point askedAt = EventLoop::Clock::now(); ///< which of the user's actions it belongs to
};

struct DialResult
{
    std::unique_ptr<SshHandle> handle; ///< authenticated, of libssh; null on failure
    std::unique_ptr<SshMaster> master; ///< authenticated, of ssh(1), in handle's place
    std::shared_ptr<SocketPath> path; ///< what carries the master's connection; may be null
    SshBackend backend = SshBackend::Libssh;
    QString backendReason; ///< why it was not libssh
    QString libsshLacks; ///< failed, and ssh(1) could do it: half a sentence
    QString keyExchange;
    QString cipher;
    QString hostKeyFingerprint;
    QString authenticatedBy;
    QByteArray keyUsed; ///< public blob; empty for "none"
    QString ourAddress; ///< our end of a direct connection, once there was one
    QString theirAddress; ///< the server's end of it
    bool greeted = false; ///< the server has said that it is one (its SSH banner)
    bool refused = false; ///< failed, and the server had said no to a key or an answer: fail2ban counts those
    std::optional<Error> error;
    std::optional<HostKey> unknownKey; ///< with ErrorCode::HostKeyUnknown: the key to ask about
    std::optional<HostKeyReport> hostKey; ///< with an error about the host key, and for DialRequest::hostKeyOnly
};

/// Makes sessions. One thread waits (names, connects, sockets, deadlines) for any number of dials; a few workers run
/// their steps. So a server that is slow or dead costs a descriptor and a timer, never a thread.
class DialLane
{
public:
    using OnState = std::function<void(SessionState)>;
    using OnDone = std::function<void(DialResult)>;

    DialLane(const SshPoolOptions &options, const QString &ownKnownHostsFile, JumpHosts &jumps,
             PromptBroker::Sink prompts);
    ~DialLane(); ///< stop()s
    DialLane(const DialLane &) = delete;
    DialLane &operator=(const DialLane &) = delete;

    /// Queues a dial; @p onState and one @p onDone come from the lane's thread. Any thread. The number cancels it.
    quint64 dial(DialRequest request, OnState onState, OnDone onDone);
    /// No callback comes once the lane has seen this; one that is under way may still.
    void cancel(quint64 id);
    void stop();
    /// HostKeyChecker::replace() on a worker; @p done comes from there. Any thread.
    void replaceHostKey(const SshTarget &target, const HostKey &key, std::function<void(Result<void>)> done);
    /// For the dials that begin from now on. Any thread.
    void setMayAsk(MayAsk mayAsk) { m_mayAsk = mayAsk; }
    /// The end of a prompt, see PromptBroker::settle. Any thread.
    void settlePrompt(quint64 id, PromptBroker::Outcome outcome, PromptBroker::Answers answers = {});
    [[nodiscard]] int inFlight() const { return m_inFlight; }

private:
    friend class DialAttempt;
    friend class Dialer;
    friend class OpenSshDialer;
    struct Waiting
    {
        quint64 id = 0;
        DialRequest request;
        OnState onState;
        OnDone onDone;
    };
    void startMore();
    [[nodiscard]] static QString openSshReason(const DialRequest &request);
    [[nodiscard]] std::shared_ptr<DialAttempt> makeDialer(const Waiting &waiting, std::function<void()> onGone);
    /// Whether the failure of a dial by libssh is one that ssh(1) may mend: then it is tried next, in its place.
    [[nodiscard]] bool tryOpenSsh(const Waiting &waiting, DialResult &result);
    [[nodiscard]] std::unique_ptr<SocketSource> makeSource(const SshTarget &target, const SshErrors &errors);
    /// A dial to @p target begins or ceases to wait for the user. Waiting ones leave their place to others, but for the
    /// one at the server's own sshd, which counts the connection all the same.
    void setAsking(const SshTarget &target, bool asking);
    void count(const QString &endpoint, int change);
    void finished(quint64 id, const QStringList &endpoints);

    SshPoolOptions m_options;
    JumpHosts &m_jumps;
    HostKeyChecker m_hostKeys;
    EventLoop m_loop;
    Resolver m_resolver;
    WorkerPool m_workers;
    PromptBroker m_prompts;
    KeyRing m_keys;
    std::atomic<MayAsk> m_mayAsk { MayAsk::Nothing };
    int m_asking = 0; ///< dials that wait for the user
    std::atomic<quint64> m_lastId { 0 };
    std::atomic<int> m_inFlight { 0 };
    std::deque<Waiting> m_waiting;
    std::map<quint64, std::shared_ptr<DialAttempt>> m_dialers;
    std::map<quint64, Waiting> m_again; ///< dials that ssh(1) takes over once libssh's has gone
    QHash<QString, int> m_perEndpoint; ///< unauthenticated connections to one host:port, and through one jump host
};

} // namespace Helmclaw
