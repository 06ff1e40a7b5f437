// SPDX-License-Identifier: MIT
#include "ssh/openssh/MuxSession.h"

#include "ssh/openssh/MuxChannel.h"

#include <sys/epoll.h>

namespace Helmclaw {

namespace {

constexpr std::chrono::seconds endDeadline { 2 };

} // namespace

MuxSession::MuxSession(EventLoop &loop, std::unique_ptr<SshMaster> master, std::shared_ptr<SocketPath> path,
                       SshErrors errors, Events events)
    : IoSession(loop, std::move(errors), std::move(events))
    , m_path(std::move(path))
    , m_master(std::move(master))
{
}

MuxSession::~MuxSession()
{
    stop();
    forgetChannels();
}

bool MuxSession::start()
{
    m_logWatch = loop().watch(m_master->logFd(), EPOLLIN, [this](std::uint32_t) { readLog(); });
    m_endWatch = loop().watch(m_master->endFd(), EPOLLIN, [this](std::uint32_t) {
        loop().unwatch(m_endWatch);
        m_ended = true;
        readLog();
        schedule();
    });
    return m_logWatch != 0 && m_endWatch != 0;
}

void MuxSession::readLog()
{
    if (m_master->readLog() && !m_master->log().connectionEnded())
        return;
    // Its end is ssh's own; the kernel closes it before a killed ssh counts as ended.
    loop().unwatch(m_logWatch);
    m_ended = true;
    schedule();
}

void MuxSession::suspectEnd()
{
    readLog();
    if (m_ended || m_suspicion != 0)
        return;
    m_suspicion = loop().addTimer(endDeadline, [this] {
        m_suspicion = 0;
        m_ended = true;
        schedule();
    });
}

std::unique_ptr<Channel> MuxSession::newChannel(const ChannelRequest &request)
{
    return std::make_unique<MuxChannel>(*this, request);
}

QByteArray MuxSession::explainRefusal(const QByteArray &reason)
{
    readLog(); // ssh writes its line before it answers us
    const QByteArray said = m_master->log().takeRefusal();
    return said.isEmpty() ? reason : said;
}

void MuxSession::drive()
{
    if (m_check == nullptr)
        return;
    // Granted or refused: the server has spoken.
    if (m_check->start() == Channel::Start::Pending)
        return;
    loop().cancelTimer(m_checkTimer);
    std::ignore = m_check->close();
    m_check.reset();
}

void MuxSession::check(std::chrono::milliseconds deadline)
{
    if (isDead() || m_check != nullptr)
        return;
    m_check = newChannel({ ChannelRequest::Kind::Exec, ":" });
    m_checkTimer = loop().addTimer(deadline, [this, deadline] {
        m_checkTimer = 0;
        const auto keep = shared_from_this();
        pump();
        if (m_check != nullptr)
            die(errors().silent(deadline));
    });
    schedule();
}

Error MuxSession::endError()
{
    readLog();
    if (m_master->log().timedOut())
        return errors().silent(keepaliveCount() * keepaliveInterval());
    return errors().lost(m_master->log().lastWords());
}

void MuxSession::stop()
{
    loop().unwatch(m_logWatch);
    loop().unwatch(m_endWatch);
    loop().cancelTimer(m_checkTimer);
    loop().cancelTimer(m_suspicion);
    if (m_check != nullptr)
        m_check->forget();
    m_check.reset();
}

} // namespace Helmclaw
