// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/HostKey.h"
#include "ssh/KeyPlan.h"
#include "ssh/KeyRing.h"
#include "ssh/LoginDialogue.h"
#include "ssh/SshErrors.h"
#include "ssh/SshHandle.h"

#include <memory>
#include <optional>

namespace Helmclaw {

/// The libssh side of one dial, cut into steps that never wait for the network: key exchange, then (after somebody else
/// has judged the host key) authentication. Until beginAuthentication() no byte of it is sent.
/// Thread: one at a time; steps run in the dial lane's workers.
class SshLogin
{
public:
    enum class Step {
        Wait, ///< call advance() again when the socket is ready for events()
        HandshakeDone, ///< hostKey() is there; judge it, then beginAuthentication()
        NeedAgent, ///< make a relay for agentIdentity(), setAgentSocket(), advance(): that call may wait for the user
        NeedKey, ///< lockedKey() is to be unlocked: setUnlockedKey(), then advance()
        NeedAnswers, ///< prompt() is to be asked: setAnswers(), then advance()
        LoggedIn,
        Failed, ///< error()
    };

    /// @p hostKeyAlgorithms for SSH_OPTIONS_HOSTKEYS.
    SshLogin(const SshTarget &target, const SshErrors &errors, FileDescriptor socket,
             const QByteArray &hostKeyAlgorithms);
    ~SshLogin();

    [[nodiscard]] Step advance();
    [[nodiscard]] int fd() const { return m_handle->fd(); }
    /// EPOLLIN, EPOLLOUT: what libssh waits for.
    [[nodiscard]] std::uint32_t events() const;
    /// Ends a step that blocks. Any thread.
    void shutDown() const { m_handle->shutDown(); }
    [[nodiscard]] bool bannerSeen() const;
    /// Failed because the server wants algorithms that libssh, or the settings, do not have.
    [[nodiscard]] bool hasNoCommonAlgorithm() const { return m_noCommonAlgorithm; }

    [[nodiscard]] const HostKey &hostKey() const { return m_hostKey; }
    void beginAuthentication(QList<AgentIdentity> agent, QString agentProblem, QByteArray preferred, MayAsk mayAsk);
    [[nodiscard]] AgentIdentity agentIdentity() const;
    void setAgentSocket(FileDescriptor socket);

    /// While Step::Wait: where the server wants the user to confirm the login; invalid when it wants nothing.
    [[nodiscard]] const QUrl &page() const { return m_page; }
    [[nodiscard]] const QString &pageText() const { return m_pageText; } ///< the server's words about it, by lines

    /// For Step::NeedKey.
    [[nodiscard]] const IdentityFile &lockedKey() const { return m_files[m_plan.at(m_current).file]; }
    /// Null: the key stays locked, @p wrong when three passphrases were wrong, else because there is nobody to ask.
    void setUnlockedKey(const SharedKey &key, bool wrong);
    /// For Step::NeedAnswers; the fields about the server are left to the caller.
    [[nodiscard]] const Prompt &prompt() const { return m_dialogue->prompt(); }
    void setAnswers(std::vector<Secret> answers);
    /// Instead of answers: there is nobody to ask after all, and the login ends with this.
    [[nodiscard]] Error noAnswers();

    [[nodiscard]] const Error &error() const { return m_error; }
    /// The server has said no to a key or an answer.
    [[nodiscard]] bool wasRefused() const;
    [[nodiscard]] const QString &authenticatedBy() const { return m_authenticatedBy; }
    [[nodiscard]] const QByteArray &keyUsed() const { return m_keyUsed; }
    [[nodiscard]] QString keyExchange() const;
    [[nodiscard]] QString cipher() const;
    /// Hands the authenticated session over.
    [[nodiscard]] std::unique_ptr<SshHandle> takeHandle() { return std::move(m_handle); }
    void sayGoodbye() { m_handle->sayGoodbye(); }

private:
    bool m_noCommonAlgorithm = false;
    enum class Phase {
        Handshake,
        HostKey,
        CollectKeys,
        None,
        NextMethod,
        AgentKey,
        FileKey,
        ProbeKey, ///< would the server take the locked key?
        LockedKey,
        Dialogue,
    };

    [[nodiscard]] bool setOptions(const QByteArray &hostKeyAlgorithms);
    [[nodiscard]] Step handshake();
    [[nodiscard]] bool readHostKey();
    void collectKeys();
    [[nodiscard]] std::optional<Step> none();
    [[nodiscard]] bool readPage();
    [[nodiscard]] std::optional<Step> nextMethod();
    [[nodiscard]] std::optional<Step> nextKey();
    [[nodiscard]] std::optional<Step> tryKey();
    [[nodiscard]] std::optional<Step> probeKey();
    [[nodiscard]] std::optional<Step> judgeKey(int rc);
    [[nodiscard]] std::optional<Step> talk();
    [[nodiscard]] bool useKey(const SharedKey &key);
    void readMethods();
    [[nodiscard]] bool isOffered(const QString &method) const;
    [[nodiscard]] bool keysLeft() const;
    [[nodiscard]] Step loggedIn(const QString &by, QByteArray key);
    [[nodiscard]] Step fail(Error error);
    [[nodiscard]] Step refused();
    [[nodiscard]] Step connectionLost();
    void dropAgentSocket();

    SshTarget m_target;
    SshErrors m_errors;
    std::unique_ptr<SshHandle> m_handle;
    std::optional<Error> m_optionsProblem;
    bool m_ready = false;
    Phase m_phase = Phase::Handshake;
    HostKey m_hostKey;
    Error m_error;
    QByteArray m_preferred;
    QList<AgentIdentity> m_agent;
    std::vector<IdentityFile> m_files;
    QList<KeyCandidate> m_plan;
    qsizetype m_current = -1;
    int m_offers = 0;
    int m_refusedKeys = 0;
    bool m_dismissed = false; ///< the server ended the connection with a word
    SharedKey m_key;
    SharedKey m_unlocked; ///< what the key ring gave; m_key may be a copy with a certificate
    SshKeyPtr m_probe;
    std::unique_ptr<LoginDialogue> m_dialogue;
    MayAsk m_mayAsk = MayAsk::Nothing;
    QUrl m_page;
    QString m_pageText;
    int m_agentSocket = -1;
    SshErrors::AuthReport m_report;
    QString m_authenticatedBy;
    QByteArray m_keyUsed;
};

} // namespace Helmclaw
