// SPDX-License-Identifier: MIT
#include "ssh/openssh/OpenSshDialer.h"

#include "ssh/KeyPlan.h"
#include "ssh/openssh/SshArguments.h"

#include <QCoreApplication>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/epoll.h>
#include <sys/socket.h>

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(OpenSshDialer)
};

} // namespace

OpenSshDialer::~OpenSshDialer() = default;

void OpenSshDialer::connected(FileDescriptor socket)
{
    m_socket = std::move(socket);
    if (!startSsh())
        return;
    m_logWatch = m_lane.m_loop.watch(m_master->logFd(), EPOLLIN, [this](std::uint32_t) { logReady(); });
    m_endWatch = m_lane.m_loop.watch(m_master->endFd(), EPOLLIN, [this](std::uint32_t) { ended(); });
    if (m_logWatch == 0 || m_endWatch == 0)
        fail(m_errors.outOfResources(Text::tr("epoll watches")));
}

bool OpenSshDialer::startSsh()
{
    const QString helper = SshArguments::findHelper(m_lane.m_options.sshHelper);
    if (const SshArguments::Obstacle obstacle = SshArguments::obstacle(m_lane.m_options.sshHelper);
        !obstacle.what.isEmpty()) {
        fail(m_errors.make(ErrorCode::Unsupported, obstacle.what, obstacle.remedy));
        return false;
    }
    auto folder = SshMaster::makeFolder();
    m_helpers = std::make_unique<HelperSocket>(
        m_lane.m_loop, [this](HelperSocket::Id id, const QByteArrayList &words) { asked(id, words); },
        [this](HelperSocket::Id id) { promptGone(id); });
    if (folder == nullptr || !m_helpers->listen(SshMaster::helperPathIn(*folder))) {
        fail(m_errors.make(ErrorCode::Internal, Text::tr("no private folder can be made for ssh's sockets"),
                           Text::tr("Is $XDG_RUNTIME_DIR or /tmp full or not writable?")));
        return false;
    }
    SshArguments::Wishes wishes;
    wishes.helper = helper;
    wishes.controlPath = SshMaster::controlPathIn(*folder);
    m_mayAsk = m_lane.m_mayAsk;
    wishes.mayAsk = m_mayAsk;
    wishes.keepaliveInterval = m_lane.m_options.keepaliveInterval;
    int error = 0;
    m_master = SshMaster::start(m_lane.m_loop, std::move(folder), SshArguments::command(m_request.target, wishes),
                                m_helpers->environment() + SshArguments::environment(helper), error);
    if (m_master != nullptr)
        return true;
    if (error == EMFILE || error == ENFILE || error == EAGAIN || error == ENOMEM) {
        fail(m_errors.outOfResources(QString::fromLocal8Bit(std::strerror(error))));
        return false;
    }
    fail(
        m_errors.make(ErrorCode::Unsupported,
                      Text::tr("OpenSSH's ssh cannot be started: %1").arg(QString::fromLocal8Bit(std::strerror(error))),
                      Text::tr("Is it installed (on Debian and Ubuntu: apt install openssh-client)?")));
    return false;
}

void OpenSshDialer::logReady()
{
    if (!m_master->readLog())
        m_lane.m_loop.unwatch(m_logWatch);
    if (m_request.hostKeyOnly) {
        std::ignore = proved();
        return;
    }
    // ssh has no limit of its own; the line comes with the offer, so that one more than allowed may get through.
    if (m_master->log().offered().size() > m_request.target.maxKeyOffers && !m_master->isListening()) {
        SshErrors::AuthReport told = report();
        told.leftOut = std::max(0, m_master->log().planned() - static_cast<int>(m_master->log().offered().size()));
        m_tooManyKeys = true;
        fail(m_errors.auth(told));
        return;
    }
    // Every step of ssh's is a line in its log, the one behind the making of its socket, too.
    if (m_master->isListening())
        loggedIn();
}

void OpenSshDialer::ended()
{
    m_master->readLog();
    if (!proved())
        fail(endError());
}

void OpenSshDialer::asked(HelperSocket::Id id, const QByteArrayList &words)
{
    const QByteArray &what = words.first();
    if (m_finished) // it came together with what ended the dial
        return;
    if (what == "socket" && !m_handedOver) {
        m_helpers->answerWithSocket(id, m_socket.get());
        m_handedOver = true;
    } else if (what == "hostkey") {
        judge(id, words.mid(1));
    } else if (what == "ask" && words.size() == 3) {
        prompt(id, words[1], words[2]);
    } else {
        m_helpers->refuse(id);
    }
}

void OpenSshDialer::judge(HelperSocket::Id id, const QByteArrayList &words)
{
    const HostKeyAnswers::Answer answer = HostKeyAnswers::answer(m_lane.m_hostKeys, *m_index, m_request.target, words);
    switch (answer.kind) {
    case HostKeyAnswers::Answer::Kind::Lines:
        m_helpers->answer(id, answer.lines);
        return;
    case HostKeyAnswers::Answer::Kind::Trusted:
        m_fingerprint = answer.fingerprint;
        if (m_request.hostKeyOnly)
            prove(id, answer.report, answer.lines);
        else
            trust(id, answer.lines);
        return;
    case HostKeyAnswers::Answer::Kind::Judged:
        if (m_request.hostKeyOnly)
            prove(id, answer.report, HostKeyAnswers::line(answer.report.offered));
        else
            judged(id, answer);
        return;
    case HostKeyAnswers::Answer::Kind::Malformed:
        fail(m_errors.handshake("ssh named a host key that is none", "SSH-2.0"));
        return;
    }
}

/// ssh asks about a key before it has checked that the server holds its private half, which anybody might show. So it
/// goes on with it, on a connection that takes nothing more from us: it checks, and cannot log in.
void OpenSshDialer::prove(HelperSocket::Id id, const HostKeyReport &report, const QByteArray &lines)
{
    if (!m_toProve)
        m_toProve = report;
    ::shutdown(m_socket.get(), SHUT_WR);
    m_master->readLog(); // what the server has put into it so far proves nothing
    m_master->log().forgetProof();
    m_helpers->answer(id, lines);
}

bool OpenSshDialer::proved()
{
    if (!m_toProve || !m_master->log().hostKeyProved())
        return false;
    DialResult result;
    result.hostKey = *m_toProve;
    finish(std::move(result));
    return true;
}

void OpenSshDialer::judged(HelperSocket::Id id, const HostKeyAnswers::Answer &answer)
{
    const HostKeyReport &report = answer.report;
    const HostKey &key = report.offered;
    if (report.verdict == HostKeyVerdict::CertificateAuthority)
        refuseKey(m_errors.hostCertificateMissing(report), report);
    else if (const auto problem = problemWith(report))
        refuseKey(*problem, report);
    else {
        m_fingerprint = key.fingerprint();
        pin(key, [this, id, lines = HostKeyAnswers::line(key)] { trust(id, lines); });
    }
}

void OpenSshDialer::trust(HelperSocket::Id id, const QByteArray &lines)
{
    enter(SessionState::Auth, m_lane.m_options.authDeadline);
    m_helpers->answer(id, lines);
}

void OpenSshDialer::loggedIn()
{
    if (m_fingerprint.isEmpty()) { // it cannot be: without an answer of ours ssh trusts nothing
        fail(m_errors.make(ErrorCode::Internal, Text::tr("ssh logged in without asking about the host key"), {}));
        return;
    }
    DialResult result;
    const SshMasterLog &log = m_master->log();
    result.keyExchange = log.keyExchange();
    result.cipher = log.cipher();
    result.authenticatedBy = log.authenticatedBy();
    result.hostKeyFingerprint = m_fingerprint;
    m_lane.m_loop.unwatch(m_logWatch);
    m_lane.m_loop.unwatch(m_endWatch);
    m_socket.reset();
    result.master = std::move(m_master);
    result.path = m_path;
    finish(std::move(result));
}

/// Why ssh has ended before it was logged in.
Error OpenSshDialer::endError()
{
    const SshMasterLog &log = m_master->log();
    const QByteArray words = log.lastWords();
    if (!log.unknownOption().isEmpty()) {
        return m_errors.make(ErrorCode::Unsupported,
                             Text::tr("OpenSSH's ssh here is too old for Helmclaw: it does not know %1")
                                 .arg(printable(log.unknownOption(), 80)),
                             Text::tr("Install OpenSSH 8.5 or newer; older ones cannot leave the check of host keys "
                                      "to Helmclaw."));
    }
    if (!m_handedOver) { // the server has not heard of it
        return m_errors.make(
            words.isEmpty() ? ErrorCode::Internal : ErrorCode::InvalidInput,
            words.isEmpty() ? Text::tr("OpenSSH's ssh ended before it had connected")
                            : Text::tr("OpenSSH's ssh refused its settings: %1").arg(printable(words, 400)),
            Text::tr("Correct the server's options or the ssh_config file that is named; \"ssh -G -- %1\" "
                     "shows what ssh makes of them.")
                .arg(m_request.target.configHost.isEmpty() ? m_request.target.host : m_request.target.configHost));
    }
    if (m_state == SessionState::Asking)
        return m_errors.promptHungUp(m_prompts.last());
    if (m_state != SessionState::Auth) {
        if (!log.noCommonAlgorithm().isEmpty())
            return m_errors.noCommonAlgorithm(log.noCommonAlgorithm());
        return m_errors.handshake(words, log.bannerSeen() ? "SSH-2.0" : QByteArray());
    }
    if (log.hostKeyRefused())
        return m_errors.hostCertificate(words);
    if (!log.hostKeyProved()) // the login has not begun
        return m_errors.handshake(words, "SSH-2.0");
    if (!log.loginRefused())
        return m_errors.authConnectionLost(words, !log.offered().isEmpty() || m_answersSent > 0);
    return m_errors.auth(report());
}

/// What there is to say about a login that did not come about.
SshErrors::AuthReport OpenSshDialer::report() const
{
    const SshMasterLog &log = m_master->log();
    SshErrors::AuthReport report;
    report.offered = log.refusedKeys();
    report.accepted = log.accepted();
    report.encrypted = m_skippedKeys + log.lockedKeys();
    report.encrypted.removeDuplicates();
    for (const QString &file : m_wrongKeys) {
        report.encrypted.removeAll(file);
        report.unusable += Text::tr("the passphrase of %1 was wrong three times").arg(file);
    }
    report.unusable += log.unusable();
    report.methods = log.methods();
    report.refusedAnswers = m_answersSent;
    const auto wouldAsk = [&](const QString &method) {
        return report.methods.contains(method) && m_request.target.options.allows(method);
    };
    report.nobodyToAsk = m_mayAsk != MayAsk::Everything
        && (wouldAsk(QStringLiteral("password")) || wouldAsk(QStringLiteral("keyboard-interactive")));
    return report;
}

bool OpenSshDialer::hasGreeted() const
{
    return m_master != nullptr && m_master->log().bannerSeen();
}

bool OpenSshDialer::isAgentAsked() const
{
    return m_master != nullptr && m_master->log().waitsForAgent() && !KeyPlan::agentFor(m_request.target).isEmpty();
}

void OpenSshDialer::complete(DialResult &result)
{
    result.greeted = result.master != nullptr || hasGreeted();
    if (result.error && m_master != nullptr) {
        const bool tried = !m_master->log().refusedKeys().isEmpty() || m_answersSent > 0;
        result.refused = m_tooManyKeys || m_answersSent > 1 || (tried && m_master->log().loginRefused());
    }
    result.backend = SshBackend::OpenSsh;
    result.backendReason = m_request.openSshReason;
}

/// The helper's socket stays until the object goes: we may be inside a call of its. And that is when ssh has been told
/// to end: a helper that finds nobody any more would make it send an empty answer.
bool OpenSshDialer::letGo()
{
    m_lane.m_loop.unwatch(m_logWatch);
    m_lane.m_loop.unwatch(m_endWatch);
    m_lane.m_loop.unwatch(m_hangUpWatch);
    m_socket.reset();
    m_master.reset();
    m_lane.m_loop.post([self = shared_from_this()] {});
    return true;
}

} // namespace Helmclaw
