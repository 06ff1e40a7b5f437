// SPDX-License-Identifier: MIT
#include "ssh/JumpSocketSource.h"

#include "ssh/ServerLink.h"
#include "ssh/TunnelConnection.h"

#include <QCoreApplication>

#include <mutex>

#include <sys/socket.h>

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(JumpSocketSource)
};

/// Remembers how the channel ended. The first word counts: it is the cause.
class JumpPath final : public SocketPath
{
public:
    std::optional<Problem> problem() override
    {
        const std::lock_guard lock(m_mutex);
        return m_problem;
    }
    void end(Problem problem)
    {
        const std::lock_guard lock(m_mutex);
        if (!m_problem)
            m_problem = std::move(problem);
    }

private:
    std::mutex m_mutex;
    std::optional<Problem> m_problem;
};

} // namespace

JumpSocketSource::JumpSocketSource(EventLoop &loop, JumpHosts &hosts, SshTarget target, SshErrors errors)
    : m_loop(loop)
    , m_hosts(hosts)
    , m_target(std::move(target))
    , m_errors(std::move(errors))
{
}

void JumpSocketSource::open(OnState, Done done)
{
    m_done = std::move(done);
    const auto answer = [this, alive = std::weak_ptr<int>(m_alive),
                         &loop = m_loop](std::optional<Error> error, const std::shared_ptr<SocketPath> &path) {
        loop.post([this, alive, error = std::move(error), path] {
            if (alive.expired() || !m_done)
                return;
            const Done keep = std::exchange(m_done, nullptr); // it may delete us
            if (error)
                keep(tl::unexpected(*error));
            else
                keep(Opened { std::move(m_near), path });
        });
    };
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
        answer(m_errors.outOfResources(Text::tr("descriptors")), nullptr);
        return;
    }
    m_near.reset(ends[0]);
    // Handed over as it is: a task that is never run closes it.
    const auto far = std::make_shared<FileDescriptor>(ends[1]);
    const auto path = std::make_shared<JumpPath>();
    TunnelConnection::Events events;
    events.opened = [answer, path] { answer({}, path); };
    events.refused = [answer, errors = m_errors](const QByteArray &reason) {
        answer(errors.jumpRefused(reason), nullptr);
    };
    events.lost = [answer, path, errors = m_errors](const Error &error) {
        const Error named = errors.fromJump(error);
        path->end({ named.what, named.remedy, true });
        answer(named, nullptr); // in case it was not open yet
    };
    events.gone = [] {};
    m_hosts.withJumpOf(m_target, [far, events, target = m_target, errors = m_errors, answer](ServerLink &jump) {
        if (jump.session() == nullptr) {
            answer(errors.fromJump(errors.lost({})), nullptr);
            return;
        }
        TunnelOptions options;
        options.remoteHost = target.host;
        options.remotePort = target.port;
        jump.session()->addJob(
            std::make_unique<TunnelConnection>(jump.context().loop, options, std::move(*far), quint16 { 0 }, events));
    });
}

Error JumpSocketSource::timedOut(std::chrono::milliseconds deadline) const
{
    return m_errors.jumpTimeout(deadline);
}

} // namespace Helmclaw
