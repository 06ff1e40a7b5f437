// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/ChangeWatch.h"
#include "ssh/CommandLine.h"
#include "ssh/FileReplies.h"
#include "ssh/HostKey.h"
#include "ssh/Prompt.h"
#include "ssh/Secret.h"
#include "ssh/SessionState.h"
#include "ssh/SshReply.h"
#include "ssh/SshTarget.h"
#include "ssh/Tunnel.h"

#include <QObject>

#include <chrono>
#include <memory>
#include <vector>

namespace Helmclaw {

struct SshPoolOptions
{
    int ioThreads = 1; ///< 1…4; sessions are spread over them by server
    int dialThreads = 4; ///< 2…4 threads that may block (names, key exchange, agent)
    int maxDialsInFlight = 64;
    std::chrono::milliseconds connectDeadline { 5000 };
    std::chrono::milliseconds handshakeDeadline { 10000 };
    std::chrono::milliseconds authDeadline { 15000 };
    std::chrono::milliseconds keepaliveInterval { 15000 }; ///< three without an answer: the peer is dead
    /// How long a login waits for the user, from the connection on: sshd's LoginGraceTime is 120 s.
    std::chrono::milliseconds promptDeadline { 110000 };
    /// A private key that was unlocked with its passphrase is forgotten when no login has used it for this long.
    std::chrono::milliseconds unlockedKeyLifetime { 15 * 60000 };
    std::chrono::milliseconds checkDeadline { 5000 }; ///< for checkSessions(): no answer in this time, and it is dead
    std::chrono::milliseconds bannedRetryInterval { 900000 }; ///< for tunnels; fail2ban's usual bantime is 10 minutes
    ChangeWatch::Options changes; ///< how sleep and network changes are noticed
    QString sshHelper; ///< helmclaw-ssh-helper, for sessions that OpenSSH's ssh carries; empty: beside this program
    QString ownKnownHostsFile; ///< where accepted keys are written; empty: <data dir>/known_hosts
};

struct ExecOptions
{
    QByteArray standardInput; ///< sent and then EOF
    std::chrono::milliseconds deadline { 60000 }; ///< from the call, dialling included
    qsizetype outputCap = 4 * 1024 * 1024; ///< per stream, in bytes; beyond it isTruncated()
    bool sensitive = false; ///< the output is a secret: kept in secure memory only
    bool asRoot = false; ///< exec without input only: see RemoteCommand::asRoot(); implies endRemoteOnAbort
    bool endRemoteOnAbort = true; ///< run under a small sh wrapper that ends the process group when we go away
};

struct ReadFileOptions
{
    std::chrono::milliseconds deadline { 30000 };
    qsizetype maxBytes = 1024 * 1024; ///< a longer file is ErrorCode::OutputTooLarge, nothing is returned
    bool sensitive = false;
};

/// The async SSH worker pool's face. All functions return at once; nothing here blocks the calling thread.
///
/// Sessions are made on demand, one per server id, and shared by all operations on it; they stay open (keepalives)
/// until closeSession(), removeTarget() or the pool's end. No credential is sent to a server whose host key is not
/// pinned. Thread: create and use in one thread with an event loop (the GUI thread); replies and signals arrive there.
class SshPool : public QObject
{
    Q_OBJECT
public:
    explicit SshPool(const SshPoolOptions &options = {}, QObject *parent = nullptr);
    /// Aborts everything; joins its threads (bounded: a thread that sits in a blocking libssh call is left at most one
    /// deadline's time).
    ~SshPool() override;

    /// Makes @p target known, or replaces it; a session with other parameters is closed (its operations end with
    /// ConnectionLost) and the next operation dials anew.
    void setTarget(const SshTarget &target);
    void removeTarget(const QString &serverId);
    [[nodiscard]] bool hasTarget(const QString &serverId) const;

    /// Dials if there is no session yet. The outcome is in sessionStatusChanged().
    void connectSession(const QString &serverId);
    /// Closes the session; tunnels of the server are closed, operations end with Cancelled.
    void closeSession(const QString &serverId);
    /// Asks every session for a sign of life at once, ends those that give none within SshPoolOptions::checkDeadline,
    /// and cuts waits before reconnections short. The pool does so by itself after a sleep and when the network
    /// changes.
    void checkSessions();
    [[nodiscard]] SessionStatus sessionStatus(const QString &serverId) const;

    /// Runs @p command on the server. An unknown id gives a reply that finishes with InvalidInput. Caller owns the
    /// reply.
    [[nodiscard]] ExecReply *exec(const QString &serverId, const CommandLine &command, const ExecOptions &options = {});
    /// Runs a POSIX sh script: "sh -s -- arguments…" with the script on stdin, so that it appears in no process list.
    [[nodiscard]] ExecReply *runScript(const QString &serverId, const QByteArray &script,
                                       const QStringList &arguments = {}, const ExecOptions &options = {});
    [[nodiscard]] ReadFileReply *readFile(const QString &serverId, const QString &path,
                                          const ReadFileOptions &options = {});
    /// Streams a part of a file of any size: the end of a growing log, or a whole archive. Caller owns the reply.
    [[nodiscard]] ReadRangeReply *readRange(const QString &serverId, const QString &path,
                                            const ReadRangeOptions &options = {});
    /// Gives @p path a new content in one step: who opens it sees the old one or the new one, never half of it, also
    /// after a crash. See WriteFileReply. Caller owns the reply.
    [[nodiscard]] WriteFileReply *writeFile(const QString &serverId, const QString &path, const QByteArray &content,
                                            const WriteFileOptions &options = {});
    /// The same for a content that must not leak.
    [[nodiscard]] WriteFileReply *writeFile(const QString &serverId, const QString &path, Secret content,
                                            const WriteFileOptions &options = {});
    [[nodiscard]] Tunnel *openTunnel(const QString &serverId, const TunnelOptions &options);

    /// Answers hostKeyUnknown(). Accepting pins the key in the pool's own known_hosts file and dials again; refusing
    /// ends the waiting operations with HostKeyUnknown. An id that is no longer waiting is ignored.
    void answerHostKey(quint64 questionId, bool accept);

    /// Dials as far as the key exchange and hangs up: which key the server shows, and what is pinned for it. Nothing is
    /// sent to the server, nothing is pinned, no session is made or touched. Caller owns the reply.
    [[nodiscard]] HostKeyReply *inspectHostKey(const QString &serverId);
    /// Makes @p key the only one that Helmclaw's own known_hosts pins for the server, and records it (HostKeyLog).
    /// Refused when the key is revoked, nothing is pinned, or the user's own files pin another one. A separate decision
    /// of the user, never part of connecting. Cannot be aborted once it runs. Caller owns the reply.
    [[nodiscard]] HostKeyReply *replaceHostKey(const QString &serverId, const HostKey &key);
    [[nodiscard]] QString ownKnownHostsFile() const;
    /// The most that logins may ask whoever is connected to promptRequested(); Everything unless told otherwise.
    void setMayAsk(MayAsk most);
    /// Answers promptRequested(): one secret for each field, in order. An id that is no longer open is ignored.
    void answerPrompt(quint64 id, std::vector<Secret> answers);
    /// The user will not answer: the operations that wait for the login end with Cancelled; for a passphrase those of
    /// every server that waits for it.
    void cancelPrompt(quint64 id);
    /// There is nobody who could answer it after all: a login goes on without the key whose passphrase it was, or the
    /// touch; for any other question it fails, and says that nobody could be asked.
    void declinePrompt(quint64 id);

    /// A snapshot for the watchdog and benches: sessions in Ready, dials in flight, open tunnel connections.
    struct Statistics
    {
        int ready = 0;
        int dialling = 0;
        int tunnelConnections = 0;
    };
    [[nodiscard]] Statistics statistics() const;

Q_SIGNALS:
    void sessionStatusChanged(const QString &serverId, const Helmclaw::SessionStatus &status);
    /// A key that is pinned nowhere. Until it is answered the server's operations wait (up to their deadlines); several
    /// waiting operations of one server make one question.
    void hostKeyUnknown(const Helmclaw::HostKeyQuestion &question);
    /// The question was answered or nobody waits for it any more; a dialog that shows it should close.
    void hostKeyQuestionClosed(quint64 questionId);
    /// A login waits for the user. While it does, its operations' deadlines stand still; other servers go on. Comes
    /// again with the same id when something about it has changed (more servers wait for the same passphrase). With
    /// nobody connected to this signal no login asks anything: it goes without, or fails at once and says so.
    void promptRequested(const Helmclaw::Prompt &prompt);
    /// Answered, cancelled, too late or no longer wanted; a dialog that shows it should close.
    void promptClosed(quint64 id);

public:
    class Private; ///< not part of the interface

protected:
    void connectNotify(const QMetaMethod &signal) override;

private:
    std::unique_ptr<Private> d;
};

} // namespace Helmclaw
