// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/DialAttempt.h"
#include "ssh/DialPrompts.h"
#include "ssh/SocketSource.h"
#include "ssh/SshErrors.h"
#include "ssh/openssh/HelperSocket.h"
#include "ssh/openssh/HostKeyAnswers.h"
#include "ssh/openssh/SshMaster.h"

#include <optional>

namespace Helmclaw {

/// One dial through OpenSSH's ssh: the connection is made as for libssh and handed to it, host keys are judged here,
/// its questions go to the prompt broker. It is done when ssh's control socket is there. Lives in the dial lane's loop;
/// nothing in it blocks but the pinning of a key, which a worker does.
class OpenSshDialer final : public DialAttempt, public std::enable_shared_from_this<OpenSshDialer>
{
public:
    OpenSshDialer(DialLane &lane, DialRequest request, DialLane::OnState onState, DialLane::OnDone onDone,
                  std::function<void()> onGone);
    ~OpenSshDialer() override;

    void start() override;
    void cancel() override;

private:
    void enter(SessionState state, std::chrono::milliseconds deadline);
    void connected(SocketSource::Opened opened);
    [[nodiscard]] bool startSsh();
    void logReady();
    void ended();
    void loggedIn();
    void asked(HelperSocket::Id id, const QByteArrayList &words);
    void judge(HelperSocket::Id id, const QByteArrayList &words);
    void judged(HelperSocket::Id id, const HostKeyAnswers::Answer &answer);
    void pin(HelperSocket::Id id, const HostKey &key, const QByteArray &lines);
    void trust(HelperSocket::Id id, const QByteArray &lines);
    void prompt(HelperSocket::Id id, const QByteArray &hint, const QByteArray &text);
    void promptGone(HelperSocket::Id id);
    void setAsking(bool asking);
    void expired();
    [[nodiscard]] Error endError();
    void fail(const Error &error, const HostKeyReport *hostKey = nullptr);
    void finish(DialResult result);

    DialLane &m_lane;
    DialRequest m_request;
    SshErrors m_errors;
    DialLane::OnState m_onState;
    DialLane::OnDone m_onDone;
    std::function<void()> m_onGone;
    SessionState m_state = SessionState::Queued;
    std::chrono::milliseconds m_deadline { 0 };
    EventLoop::Id m_timer = 0;
    std::unique_ptr<SocketSource> m_source; ///< until it has a socket
    FileDescriptor m_socket; ///< until ssh has it
    std::shared_ptr<SocketPath> m_path;
    std::shared_ptr<const KnownHosts> m_index;
    std::unique_ptr<HelperSocket> m_helpers;
    std::unique_ptr<SshMaster> m_master;
    EventLoop::Id m_logWatch = 0;
    EventLoop::Id m_endWatch = 0;
    DialPrompts m_prompts;
    HelperSocket::Id m_prompting = 0; ///< whose question is shown
    bool m_tooManyKeys = false; ///< refused as often as SshTarget::maxKeyOffers allows
    int m_secretsAsked = 0;
    QString m_fingerprint; ///< of the host key that was accepted
    QString m_ourAddress;
    QString m_theirAddress;
    bool m_asking = false;
    bool m_finished = false;
};

} // namespace Helmclaw
