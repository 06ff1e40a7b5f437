// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/BanWatch.h"
#include "ssh/Error.h"
#include "ssh/HostKey.h"
#include "ssh/KnownHosts.h"
#include "ssh/Prompt.h"
#include "ssh/SocketPath.h"
#include "ssh/SshTarget.h"

#include <QByteArray>
#include <QCoreApplication>
#include <QStringList>

#include <chrono>
#include <memory>

namespace Helmclaw {

/// The one place where errno, getaddrinfo and libssh become Errors for people: what happened, on which server, what to
/// do next. All functions are pure; texts from the server are made printable here.
class SshErrors
{
    Q_DECLARE_TR_FUNCTIONS(SshErrors)
public:
    /// @p refusedLogins: logins this server has refused us lately; a server that goes silent afterwards may have banned
    /// us.
    explicit SshErrors(SshTarget target, int refusedLogins = 0);

    /// From now on failures of the connection say what its carrier has to say. Does not keep it alive.
    void setPath(const std::shared_ptr<SocketPath> &path) { m_path = path; }

    [[nodiscard]] Error resolve(const QString &reason) const;
    [[nodiscard]] Error resolveTimeout(std::chrono::milliseconds deadline) const;
    [[nodiscard]] Error connect(int systemError) const;
    /// @p silence: what connect() or connectTimeout() says about it.
    [[nodiscard]] Error probablyBanned(const BanWatch::Suspicion &suspicion, const Error &silence) const;
    /// Not tried, because @p refusedLogins have failed lately.
    [[nodiscard]] Error loginsPaused(int refusedLogins) const;
    [[nodiscard]] Error connectTimeout(std::chrono::milliseconds deadline) const;
    /// @p libsshText as ssh_get_error(3) gives it, @p banner as the server sent it (may be empty).
    [[nodiscard]] Error handshake(const QByteArray &libsshText, const QByteArray &banner) const;
    /// @p sshText: ssh(1)'s own sentence, with the server's offer.
    [[nodiscard]] Error noCommonAlgorithm(const QByteArray &sshText) const;
    [[nodiscard]] Error handshakeTimeout(std::chrono::milliseconds deadline, bool bannerSeen) const;

    [[nodiscard]] Error hostKeyUnknown(const HostKey &key) const;
    [[nodiscard]] Error hostKeyStrict(const HostKey &key) const; ///< unknown, and ssh_config forbids to ask
    [[nodiscard]] Error hostKeyRefused(const HostKey &key) const;
    /// For Changed (another key, or another type than the pinned ones), Revoked and CertificateAuthority.
    [[nodiscard]] Error hostKey(const HostKeyReport &report) const;
    /// An authority is known for the name, but the server has no host certificate of it.
    [[nodiscard]] Error hostCertificateMissing(const HostKeyReport &report) const;
    /// ssh(1) has refused the host certificate of an authority that is known: expired, made out for another name.
    [[nodiscard]] Error hostCertificate(const QByteArray &sshText) const;
    /// The key just accepted is not the one that the server shows now.
    [[nodiscard]] Error hostKeySwitched(const HostKey &accepted, const HostKey &offered) const;
    /// The target's advice knows all keys of the server, and this is none of them.
    [[nodiscard]] Error hostKeyNotPublished(const HostKey &key) const;
    [[nodiscard]] Error hostKeyNotReplaceable(const HostKeyReport &report) const;

    /// The jump host's session is there, but it could not connect on from there.
    [[nodiscard]] Error jumpRefused(const QByteArray &libsshText) const;
    [[nodiscard]] Error jumpTimeout(std::chrono::milliseconds deadline) const;
    /// @p error of the jump host @p hop, for a server behind it: "jump host bastion (…): …".
    [[nodiscard]] static Error ofJumpHost(const SshTarget &hop, Error error);
    /// @p error of the last jump host before this server.
    [[nodiscard]] Error fromJump(Error error) const;
    [[nodiscard]] QString jumpHostName() const; ///< "jump host bastion", where a question names this server
    [[nodiscard]] Error proxyCommand(const QString &reason) const;

    [[nodiscard]] static QString libsshVersion(); ///< "0.10.6"
    struct AuthReport
    {
        QStringList offered; ///< "agent key SHA256:… (comment)", "identity file …"
        QStringList encrypted; ///< files that were skipped because they have a passphrase
        QStringList unusable; ///< files that could not be read, each with its reason
        QStringList methods; ///< what the server accepts, when it said so
        QString agentProblem; ///< why the agent could not be asked; empty when it could
        QStringList accepted; ///< what was right, but not enough: the server wanted more
        int refusedAnswers = 0; ///< wrong passwords and codes
        bool nobodyToAsk = false; ///< a person's answer would have been the next thing to try
        int leftOut = 0; ///< keys that were not offered because of SshTarget::maxKeyOffers
    };
    [[nodiscard]] Error auth(const AuthReport &report) const;
    /// The login is to be confirmed at @p page, and there is nobody to show that to.
    [[nodiscard]] Error pageUnvisited(const QUrl &page) const;
    /// The user did not want to answer.
    [[nodiscard]] Error promptCancelled(const Prompt &prompt) const;
    /// The user did not answer in time, @p limit after the connection was made.
    [[nodiscard]] Error promptTimeout(const Prompt &prompt, std::chrono::milliseconds limit) const;
    /// The server hung up while it waited for an answer.
    [[nodiscard]] Error promptHungUp(const Prompt &prompt) const;
    [[nodiscard]] Error authTimeout(std::chrono::milliseconds deadline, bool waitedForAgent) const;
    /// @p refused: after it had said no to something, which is what sshd does when that was too often (MaxAuthTries).
    [[nodiscard]] Error authConnectionLost(const QByteArray &libsshText, bool refused) const;

    [[nodiscard]] Error lost(const QByteArray &libsshText) const;
    [[nodiscard]] Error silent(std::chrono::milliseconds forHowLong) const;
    [[nodiscard]] Error targetChanged() const;
    [[nodiscard]] Error cancelled() const;
    [[nodiscard]] Error deadline(std::chrono::milliseconds deadline) const;
    [[nodiscard]] Error channelRefused(const QByteArray &libsshText) const;
    [[nodiscard]] Error forwardRefused(const QString &host, quint16 port, const QByteArray &libsshText) const;
    [[nodiscard]] Error execRefused() const;
    [[nodiscard]] Error sftpRefused() const;
    [[nodiscard]] Error outOfResources(const QString &what) const;
    [[nodiscard]] Error make(ErrorCode code, QString what, QString remedy = {}) const;

private:
    [[nodiscard]] static QString seconds(std::chrono::milliseconds time);
    [[nodiscard]] static QString serverText(const QByteArray &text);
    [[nodiscard]] QString banHint() const;
    [[nodiscard]] Error explained(Error error) const;
    [[nodiscard]] static QString whatWasAsked(const Prompt &prompt);

    SshTarget m_target;
    int m_refusedLogins = 0;
    std::weak_ptr<SocketPath> m_path;
};

} // namespace Helmclaw
