// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/DialAttempt.h"
#include "ssh/openssh/HelperSocket.h"
#include "ssh/openssh/HostKeyAnswers.h"
#include "ssh/openssh/SshMaster.h"

namespace Helmclaw {

/// One dial through OpenSSH's ssh: the connection is made as for libssh and handed to it, host keys are judged here,
/// its questions go to the prompt broker. It is done when ssh's control socket is there. Lives in the dial lane's loop;
/// nothing in it blocks but the pinning of a key, which a worker does.
class OpenSshDialer final : public DialAttempt
{
public:
    using DialAttempt::DialAttempt;
    ~OpenSshDialer() override;

private:
    void connected(FileDescriptor socket) override;
    [[nodiscard]] bool hasGreeted() const override;
    [[nodiscard]] bool isAgentAsked() const override;
    void complete(DialResult &result) override;
    [[nodiscard]] bool letGo() override;

    [[nodiscard]] bool startSsh();
    void logReady();
    void ended();
    void loggedIn();
    void asked(HelperSocket::Id id, const QByteArrayList &words);
    void judge(HelperSocket::Id id, const QByteArrayList &words);
    void judged(HelperSocket::Id id, const HostKeyAnswers::Answer &answer);
    void trust(HelperSocket::Id id, const QByteArray &lines);
    void prove(HelperSocket::Id id, const HostKeyReport &report, const QByteArray &lines);
    [[nodiscard]] bool proved();
    void prompt(HelperSocket::Id id, const QByteArray &hint, const QByteArray &text);
    void unlock(HelperSocket::Id id, const QString &path, const Prompt &question);
    void findPassphrase(HelperSocket::Id id, const IdentityFile &file);
    void askUser(HelperSocket::Id id, Prompt question);
    void waitForUser();
    void settled(HelperSocket::Id id, PromptBroker::Outcome outcome, const PromptBroker::Answers &answers);
    void markRepeated(Prompt &question) const;
    [[nodiscard]] SshErrors::AuthReport report() const;
    void promptGone(HelperSocket::Id id);
    [[nodiscard]] Error endError();

    FileDescriptor m_socket; ///< until ssh has logged in, which has it too
    bool m_handedOver = false; ///< ssh has it: from here on the server may have heard from us
    std::optional<HostKeyReport> m_toProve; ///< DialRequest::hostKeyOnly: for when ssh has checked the key
    std::unique_ptr<HelperSocket> m_helpers;
    std::unique_ptr<SshMaster> m_master;
    EventLoop::Id m_logWatch = 0;
    EventLoop::Id m_endWatch = 0;
    EventLoop::Id m_hangUpWatch = 0; ///< of the connection, while somebody is asked
    HelperSocket::Id m_prompting = 0; ///< whose question is shown
    bool m_tooManyKeys = false; ///< refused as often as SshTarget::maxKeyOffers allows
    MayAsk m_mayAsk = MayAsk::Nothing; ///< what ssh was started for
    Prompt m_answered; ///< the last question that was answered
    qsizetype m_offersThen = 0; ///< keys that had been offered when it was asked
    int m_failuresThen = 0; ///< how often the server had said no by then
    int m_answersSent = 0; ///< to the server
    QStringList m_wrongKeys; ///< files whose passphrase was wrong too often
    QStringList m_skippedKeys; ///< files whose passphrase nobody knew
    QString m_fingerprint; ///< of the host key that was accepted
};

} // namespace Helmclaw
