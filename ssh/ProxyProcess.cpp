// SPDX-License-Identifier: MIT
#include "ssh/ProxyProcess.h"

#include "ssh/ChildProcess.h"
#include "ssh/Error.h"

#include <QCoreApplication>
#include <QFile>

#include <cerrno>
#include <mutex>

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace Helmclaw {

namespace {

constexpr qsizetype keptOutput = 2048; ///< bytes of standard error: its last lines

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(ProxyProcess)
};

} // namespace

/// The child itself; outlives its ProxyProcess until it is reaped.
class ProxyProcess::Child
{
public:
    Child(std::shared_ptr<ChildProcess> process, FileDescriptor errors)
        : m_process(std::move(process))
        , m_errors(std::move(errors))
    {
    }
    Child(const Child &) = delete;
    Child &operator=(const Child &) = delete;

    /// Reads what there is to read of standard error; false at its end. Any thread.
    bool readErrors()
    {
        const std::lock_guard lock(m_mutex);
        char buffer[4096];
        for (int turn = 0; turn < 16; ++turn) {
            const ssize_t got = ::read(m_errors.get(), buffer, sizeof buffer);
            if (got < 0 && errno == EINTR)
                continue;
            if (got < 0)
                return errno == EAGAIN;
            if (got == 0)
                return false;
            m_said.append(buffer, got);
            m_said = m_said.right(keptOutput);
        }
        return true;
    }

    [[nodiscard]] std::optional<Problem> problem()
    {
        readErrors();
        const bool ended = m_process->reap();
        const int status = m_process->status();
        const std::lock_guard lock(m_mutex);
        QStringList parts;
        if (ended && WIFSIGNALED(status))
            parts += Text::tr("the ProxyCommand was ended by signal %1").arg(WTERMSIG(status));
        else if (ended && WEXITSTATUS(status) != 0)
            parts += Text::tr("the ProxyCommand ended with status %1").arg(WEXITSTATUS(status));
        if (!m_said.trimmed().isEmpty()) {
            QStringList lines;
            for (const QByteArray &line :
                 m_said.trimmed().split('\n').mid(std::max(0, int(m_said.trimmed().count('\n')) - 2)))
                lines += printable(line.trimmed(), 300);
            parts += Text::tr("the ProxyCommand said: %1").arg(lines.join(QStringLiteral(" / ")));
        }
        if (parts.isEmpty())
            return std::nullopt;
        return Problem { parts.join(QStringLiteral("; ")),
                         Text::tr("Run the ProxyCommand of your ssh_config by hand: it must reach the server and print "
                                  "its greeting, \"SSH-2.0-…\"."),
                         false };
    }

    /// False: the system does not allow it, and a child that says much would hang.
    [[nodiscard]] static bool watch(const std::shared_ptr<Child> &child, EventLoop &loop)
    {
        child->m_watch = loop.watch(child->m_errors.get(), EPOLLIN, [child, &loop](std::uint32_t) {
            if (!child->readErrors())
                loop.unwatch(child->m_watch);
        });
        return child->m_watch != 0;
    }

    /// In the loop.
    static void end(const std::shared_ptr<Child> &child, EventLoop &loop)
    {
        loop.unwatch(child->m_watch);
        ChildProcess::end(child->m_process, loop);
    }

private:
    std::mutex m_mutex;
    std::shared_ptr<ChildProcess> m_process;
    FileDescriptor m_errors;
    QByteArray m_said;
    EventLoop::Id m_watch = 0; ///< the loop's
};

ProxyProcess::ProxyProcess(EventLoop &loop, std::shared_ptr<Child> child)
    : m_loop(loop)
    , m_child(std::move(child))
{
}

std::shared_ptr<ProxyProcess> ProxyProcess::start(EventLoop &loop, const QStringList &command, FileDescriptor &socket,
                                                  int &error)
{
    int ends[2];
    int pipe[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        error = errno;
        return nullptr;
    }
    FileDescriptor near(ends[0]);
    const FileDescriptor far(ends[1]); // blocking: programs expect that of their standard input
    if (::pipe2(pipe, O_CLOEXEC) != 0) {
        error = errno;
        return nullptr;
    }
    FileDescriptor errors(pipe[0]);
    const FileDescriptor errorsEnd(pipe[1]);
    ::fcntl(near.get(), F_SETFL, ::fcntl(near.get(), F_GETFL) | O_NONBLOCK);
    ::fcntl(errors.get(), F_SETFL, ::fcntl(errors.get(), F_GETFL) | O_NONBLOCK);

    QList<QByteArray> words;
    for (const QString &word : command)
        words += QFile::encodeName(word);
    auto process = ChildProcess::start(words, { far.get(), far.get(), errorsEnd.get() }, {}, error);
    if (process == nullptr)
        return nullptr;
    auto child = std::make_shared<Child>(std::move(process), std::move(errors));
    if (!Child::watch(child, loop)) {
        error = ENOSPC; // max_user_watches
        Child::end(child, loop);
        return nullptr;
    }
    socket = std::move(near);
    return std::shared_ptr<ProxyProcess>(new ProxyProcess(loop, std::move(child)));
}

ProxyProcess::~ProxyProcess()
{
    m_loop.post([child = m_child, &loop = m_loop] { Child::end(child, loop); });
}

std::optional<SocketPath::Problem> ProxyProcess::problem()
{
    return m_child->problem();
}

} // namespace Helmclaw
