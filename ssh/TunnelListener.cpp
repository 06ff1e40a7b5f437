// SPDX-License-Identifier: MIT
#include "ssh/TunnelListener.h"

#include "ssh/PortHolder.h"
#include "ssh/ServerLink.h"
#include "ssh/SocketOwner.h"
#include "ssh/TunnelConnection.h"

#include <QCoreApplication>

#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace Helmclaw {

namespace {

constexpr std::chrono::seconds holdTime { 5 };
constexpr int backlog = 128;

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(TunnelListener)
};

} // namespace

TunnelListener::TunnelListener(ServerLink &link, quint64 id, const TunnelOptions &options)
    : m_link(link)
    , m_loop(link.context().loop)
    , m_counters(link.context().counters)
    , m_reportTunnel(link.context().reportTunnel)
    , m_id(id)
    , m_options(options)
{
    m_status.state = TunnelState::Opening;
}

TunnelListener::~TunnelListener()
{
    shut();
}

bool TunnelListener::listen()
{
    sockaddr_in address {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(m_options.localPort);
    FileDescriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    // So that connections of ours that are in TIME_WAIT do not keep the port from us; a listening one still does.
    const int on = 1;
    ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (!fd.isValid() || ::bind(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0
        || ::listen(fd.get(), backlog) != 0) {
        const int error = errno;
        const SshErrors errors = m_link.errors();
        if (error == EADDRINUSE) {
            const auto holder = PortHolder::of(m_options.localPort);
            fail(errors.make(ErrorCode::LocalPortInUse,
                             Text::tr("the local port %1 is taken by %2")
                                 .arg(QString::number(m_options.localPort),
                                      holder ? holder->toString() : Text::tr("another program")),
                             Text::tr("See which one with \"ss -ltnp 'sport = :%1'\", end it, or choose another local "
                                      "port for this server.")
                                 .arg(m_options.localPort)));
        } else {
            fail(errors.make(error == EACCES ? ErrorCode::PermissionDenied : ErrorCode::Internal,
                             Text::tr("the local port %1 cannot be opened: %2")
                                 .arg(m_options.localPort)
                                 .arg(QString::fromLocal8Bit(std::strerror(error))),
                             Text::tr("Choose a local port above 1023.")));
        }
        return false;
    }
    socklen_t size = sizeof address;
    ::getsockname(fd.get(), reinterpret_cast<sockaddr *>(&address), &size);
    m_status.localPort = ntohs(address.sin_port);
    m_listener = std::move(fd);
    m_watch = m_loop.watch(m_listener.get(), 0, [this](std::uint32_t) { acceptAll(); });
    if (m_watch == 0) {
        fail(m_link.errors().outOfResources(Text::tr("epoll watches")));
        return false;
    }
    hold(true);
    report();
    return true;
}

/// Leaves new connections in the backlog, for a while.
void TunnelListener::hold(bool holding)
{
    m_loop.cancelTimer(m_holdTimer);
    m_loop.setEvents(m_watch, holding ? std::uint32_t { 0 } : std::uint32_t { EPOLLIN });
    if (holding) {
        m_holdTimer = m_loop.addTimer(holdTime, [this] {
            m_holdTimer = 0;
            m_loop.setEvents(m_watch, EPOLLIN);
        });
    }
}

void TunnelListener::update(const SessionStatus &session, int attempt)
{
    if (!isOpen())
        return;
    const bool wasListening = m_status.state == TunnelState::Listening;
    if (session.state == SessionState::Ready) {
        m_wasReady = true;
        m_status.state = TunnelState::Listening;
        m_status.error.reset();
        m_status.attempt = 0;
        hold(false);
    } else {
        m_status.state = m_wasReady || attempt > 0 ? TunnelState::Reconnecting : TunnelState::Opening;
        m_status.attempt = attempt;
        if (session.error)
            m_status.error = session.error;
        if (wasListening)
            hold(true);
    }
    report();
}

void TunnelListener::fail(const Error &error)
{
    shut();
    m_status.state = TunnelState::Failed;
    m_status.error = error;
    m_status.attempt = 0;
    report();
}

void TunnelListener::close()
{
    shut();
    m_status = {};
    report();
}

void TunnelListener::shut()
{
    m_loop.unwatch(m_watch);
    m_loop.cancelTimer(m_holdTimer);
    m_listener.reset();
    m_status.localPort = 0;
    for (TunnelConnection *connection : m_connections)
        connection->close();
}

void TunnelListener::acceptAll()
{
    for (int i = 0; i < backlog && m_listener.isValid(); ++i) {
        FileDescriptor connection(::accept4(m_listener.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
        if (!connection.isValid()) {
            if (errno == EMFILE || errno == ENFILE)
                hold(true); // or epoll would spin on it; looks again after a while
            return;
        }
        // This port leads into a server with the user's rights: other users of this computer stay out.
        const std::optional<uid_t> owner = SocketOwner::ofPeer(connection.get());
        if (!owner || *owner != ::geteuid() || m_link.session() == nullptr)
            continue;
        forward(std::move(connection));
    }
}

void TunnelListener::forward(FileDescriptor connection)
{
    const int on = 1;
    ::setsockopt(connection.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in peer {};
    socklen_t size = sizeof peer;
    ::getpeername(connection.get(), reinterpret_cast<sockaddr *>(&peer), &size);

    const std::weak_ptr<TunnelListener> weak = weak_from_this();
    const auto key = std::make_shared<TunnelConnection *>(nullptr);
    TunnelConnection::Events events;
    events.opened = [weak] {
        if (const auto self = weak.lock()) {
            self->m_status.error.reset();
            self->reportSoon();
        }
    };
    events.refused = [weak](const QByteArray &reason) {
        if (const auto self = weak.lock()) {
            self->m_status.error =
                self->m_link.errors().forwardRefused(self->m_options.remoteHost, self->m_options.remotePort, reason);
            self->reportSoon();
        }
    };
    events.gone = [weak, key, &counters = m_counters] {
        --counters.tunnelConnections;
        if (const auto self = weak.lock()) {
            self->m_connections.erase(*key);
            self->m_status.connections = static_cast<int>(self->m_connections.size());
            self->reportSoon();
        }
    };
    auto job = std::make_unique<TunnelConnection>(m_loop, m_options, std::move(connection), ntohs(peer.sin_port),
                                                  std::move(events));
    ++m_counters.tunnelConnections;
    if (!job->isWatched()) { // nothing would ever come through it
        m_status.error = m_link.errors().outOfResources(Text::tr("epoll watches"));
        reportSoon();
        return;
    }
    *key = job.get();
    m_connections.insert(job.get());
    m_status.connections = static_cast<int>(m_connections.size());
    m_link.session()->addJob(std::move(job));
    reportSoon();
}

/// Once per turn of the loop, however many connections come and go in it.
void TunnelListener::reportSoon()
{
    if (std::exchange(m_reportScheduled, true))
        return;
    m_loop.defer([weak = weak_from_this()] {
        if (const auto self = weak.lock()) {
            self->m_reportScheduled = false;
            self->report();
        }
    });
}

void TunnelListener::report()
{
    if (m_status == m_reported)
        return;
    m_reported = m_status;
    m_reportTunnel(m_id, m_status);
}

} // namespace Helmclaw
