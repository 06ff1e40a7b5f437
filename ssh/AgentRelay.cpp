// SPDX-License-Identifier: MIT
#include "ssh/AgentRelay.h"

#include <QCoreApplication>
#include <QFile>
#include <QtEndian>

#include <cerrno>
#include <cstring>

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace Helmclaw {

namespace {

// draft-miller-ssh-agent §6.1
constexpr char agentFailure = 5;
constexpr char requestIdentities = 11;
constexpr char identitiesAnswer = 12;
constexpr char signRequest = 13;
constexpr quint32 maxMessage = 256 * 1024;

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(AgentRelay)
};

void appendString(QByteArray &to, QByteArrayView value)
{
    const quint32 size = qToBigEndian(static_cast<quint32>(value.size()));
    to.append(reinterpret_cast<const char *>(&size), sizeof size);
    to.append(value.data(), value.size());
}

bool takeString(QByteArrayView &rest, QByteArray &value)
{
    if (rest.size() < 4)
        return false;
    const quint32 length = qFromBigEndian<quint32>(rest.data());
    if (length > static_cast<quint32>(rest.size() - 4))
        return false;
    value = rest.sliced(4, length).toByteArray();
    rest = rest.sliced(4 + qsizetype(length));
    return true;
}

enum class Io { Progress, Closed };

Io readInto(int fd, QByteArray &buffer)
{
    char chunk[4096];
    for (;;) {
        const ssize_t got = ::recv(fd, chunk, sizeof chunk, MSG_DONTWAIT);
        if (got > 0)
            buffer.append(chunk, got);
        else
            return got < 0 && (errno == EAGAIN || errno == EINTR) ? Io::Progress : Io::Closed;
    }
}

/// A whole message without its length off the front of @p buffer; false when none is there yet.
bool takeMessage(QByteArray &buffer, QByteArray &message, bool &malformed)
{
    if (buffer.size() < 4)
        return false;
    const quint32 length = qFromBigEndian<quint32>(buffer.constData());
    malformed = length == 0 || length > maxMessage;
    if (malformed || buffer.size() - 4 < qsizetype(length))
        return false;
    message = buffer.mid(4, length);
    buffer.remove(0, 4 + qsizetype(length));
    return true;
}

} // namespace

AgentRelay::AgentRelay(EventLoop &loop, QString path)
    : m_loop(loop)
    , m_path(std::move(path))
{
}

AgentRelay::~AgentRelay()
{
    close();
}

void AgentRelay::close()
{
    m_loop.unwatch(m_agentWatch);
    m_loop.unwatch(m_clientWatch);
    m_agent.reset();
    m_client.reset();
    m_loop.cancelTimer(m_listTimer);
    m_listed = nullptr;
    m_signing = false;
}

bool AgentRelay::connectAgent()
{
    if (m_agent.isValid())
        return true;
    sockaddr_un address {};
    address.sun_family = AF_UNIX;
    const QByteArray path = QFile::encodeName(m_path);
    if (path.isEmpty() || static_cast<std::size_t>(path.size()) >= sizeof address.sun_path) {
        errno = ENOENT;
        return false;
    }
    std::memcpy(address.sun_path, path.constData(), static_cast<std::size_t>(path.size()));
    FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    if (!fd.isValid() || ::connect(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        return false;
    m_agent = std::move(fd);
    m_fromAgent.clear();
    m_toAgent.clear();
    m_agentWatch = m_loop.watch(m_agent.get(), EPOLLIN, [this](std::uint32_t events) { agentReady(events); });
    if (m_agentWatch == 0)
        m_agent.reset();
    return m_agent.isValid();
}

void AgentRelay::list(Listed done)
{
    m_listed = std::move(done);
    if (!connectAgent()) {
        const QString reason = QString::fromLocal8Bit(std::strerror(errno));
        agentGone(Text::tr("ssh-agent at %1 cannot be reached: %2").arg(m_path, reason));
        return;
    }
    m_listTimer = m_loop.addTimer(listDeadline, [this] {
        m_listTimer = 0;
        agentGone(Text::tr("ssh-agent at %1 did not list its keys within %2 s").arg(m_path).arg(listDeadline.count()));
    });
    send(m_agent.get(), m_agentWatch, m_toAgent, QByteArray(1, requestIdentities));
}

FileDescriptor AgentRelay::offer(const AgentIdentity &identity)
{
    m_loop.unwatch(m_clientWatch);
    m_client.reset();
    m_fromClient.clear();
    m_toClient.clear();
    m_offered = identity;
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
        return {};
    m_client.reset(ends[0]);
    FileDescriptor theirs(ends[1]);
    m_clientWatch = m_loop.watch(m_client.get(), EPOLLIN, [this](std::uint32_t events) { clientReady(events); });
    if (m_clientWatch == 0) {
        m_client.reset();
        return {};
    }
    return theirs;
}

void AgentRelay::send(int fd, EventLoop::Id watch, QByteArray &queue, const QByteArray &message)
{
    if (!message.isEmpty())
        appendString(queue, message);
    while (!queue.isEmpty()) {
        const ssize_t sent =
            ::send(fd, queue.constData(), static_cast<std::size_t>(queue.size()), MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent <= 0)
            break;
        queue.remove(0, sent);
    }
    m_loop.setEvents(watch, EPOLLIN | (queue.isEmpty() ? std::uint32_t { 0 } : std::uint32_t { EPOLLOUT }));
}

void AgentRelay::agentReady(std::uint32_t events)
{
    if ((events & EPOLLOUT) != 0)
        send(m_agent.get(), m_agentWatch, m_toAgent, {});
    const Io state = readInto(m_agent.get(), m_fromAgent);
    QByteArray message;
    bool malformed = false;
    while (m_agent.isValid() && takeMessage(m_fromAgent, message, malformed))
        agentMessage(message);
    if (m_agent.isValid() && (state == Io::Closed || malformed))
        agentGone(Text::tr("ssh-agent at %1 broke the connection").arg(m_path));
}

void AgentRelay::agentMessage(const QByteArray &message)
{
    if (m_listed) {
        m_loop.cancelTimer(m_listTimer);
        QList<AgentIdentity> identities;
        const bool understood = parseIdentities(message, identities);
        const QString problem =
            understood ? QString() : Text::tr("ssh-agent at %1 refused to list its keys").arg(m_path);
        // Deferred: the listener may delete this relay.
        m_loop.defer([listed = std::exchange(m_listed, nullptr), identities, problem] { listed(identities, problem); });
        return;
    }
    if (m_client.isValid())
        send(m_client.get(), m_clientWatch, m_toClient, message);
    setSigning(false);
}

void AgentRelay::agentGone(const QString &why)
{
    m_loop.unwatch(m_agentWatch);
    m_agent.reset();
    m_loop.cancelTimer(m_listTimer);
    setSigning(false);
    if (m_listed) {
        // Never from inside list().
        m_loop.defer([listed = std::exchange(m_listed, nullptr), why] { listed({}, why); });
    }
    if (m_client.isValid())
        send(m_client.get(), m_clientWatch, m_toClient, QByteArray(1, agentFailure));
}

void AgentRelay::clientReady(std::uint32_t events)
{
    if ((events & EPOLLOUT) != 0)
        send(m_client.get(), m_clientWatch, m_toClient, {});
    const Io state = readInto(m_client.get(), m_fromClient);
    QByteArray message;
    bool malformed = false;
    while (m_client.isValid() && takeMessage(m_fromClient, message, malformed))
        clientMessage(message);
    if (state == Io::Closed || malformed) {
        m_loop.unwatch(m_clientWatch);
        m_client.reset();
    }
}

void AgentRelay::clientMessage(const QByteArray &message)
{
    if (message.at(0) == requestIdentities) {
        QByteArray answer(1, identitiesAnswer);
        const quint32 one = qToBigEndian<quint32>(1);
        answer.append(reinterpret_cast<const char *>(&one), sizeof one);
        appendString(answer, m_offered.blob);
        appendString(answer, m_offered.comment);
        send(m_client.get(), m_clientWatch, m_toClient, answer);
        return;
    }
    QByteArrayView rest = QByteArrayView(message).sliced(1);
    QByteArray blob;
    if (message.at(0) == signRequest && takeString(rest, blob) && blob == m_offered.blob && connectAgent()) {
        // A certificate from a file is signed for by its plain key; the agent knows only that one.
        QByteArray request(1, signRequest);
        appendString(request, m_offered.signWith.isEmpty() ? blob : m_offered.signWith);
        request.append(rest.data(), rest.size());
        send(m_agent.get(), m_agentWatch, m_toAgent, request);
        setSigning(true);
        return;
    }
    send(m_client.get(), m_clientWatch, m_toClient, QByteArray(1, agentFailure));
}

void AgentRelay::setSigning(bool signing)
{
    if (std::exchange(m_signing, signing) != signing && m_signingChanged)
        m_loop.defer(m_signingChanged);
}

bool AgentRelay::parseIdentities(QByteArrayView message, QList<AgentIdentity> &identities)
{
    if (message.size() < 5 || message.front() != identitiesAnswer)
        return false;
    const quint32 count = qFromBigEndian<quint32>(message.data() + 1);
    QByteArrayView rest = message.sliced(5);
    for (quint32 i = 0; i < count; ++i) {
        AgentIdentity identity;
        if (!takeString(rest, identity.blob) || !takeString(rest, identity.comment))
            return false;
        identities += identity;
    }
    return true;
}

} // namespace Helmclaw
