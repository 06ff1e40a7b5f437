// SPDX-License-Identifier: MIT
#include "ssh/ProxyProcess.h"

#include "ssh/Error.h"

#include <QCoreApplication>
#include <QFile>

#include <cerrno>
#include <csignal>
#include <mutex>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace Helmclaw {

using namespace std::chrono_literals;

namespace {

constexpr qsizetype keptOutput = 2048; ///< bytes of standard error: its last lines
constexpr auto pollInterval = 50ms;
constexpr int pollsUntilKill = 40; ///< 2 s

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(ProxyProcess)
};

class SpawnSettings
{
public:
    SpawnSettings(int socket, int errors)
    {
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, socket, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
        posix_spawnattr_init(&attributes);
        sigset_t signals;
        sigemptyset(&signals);
        posix_spawnattr_setsigmask(&attributes, &signals);
        sigfillset(&signals);
        posix_spawnattr_setsigdefault(&attributes, &signals);
        posix_spawnattr_setpgroup(&attributes, 0);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
    }
    ~SpawnSettings()
    {
        posix_spawn_file_actions_destroy(&actions);
        posix_spawnattr_destroy(&attributes);
    }
    SpawnSettings(const SpawnSettings &) = delete;
    SpawnSettings &operator=(const SpawnSettings &) = delete;

    posix_spawn_file_actions_t actions {};
    posix_spawnattr_t attributes {};
};

} // namespace

/// The child itself; outlives its ProxyProcess until it is reaped.
class ProxyProcess::Child
{
public:
    Child(pid_t pid, FileDescriptor errors)
        : m_pid(pid)
        , m_errors(std::move(errors))
    {
    }
    Child(const Child &) = delete;
    Child &operator=(const Child &) = delete;
    ~Child()
    {
        // Only at the program's end is it still there: no loop is left to do it gently.
        for (int i = 0; i < 100 && !reap(); ++i) {
            ::kill(-m_pid, SIGKILL);
            std::this_thread::sleep_for(1ms);
        }
    }

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

    /// True once the child is gone. Its group goes with it, before its number can be another's.
    bool reap()
    {
        const std::lock_guard lock(m_mutex);
        if (m_reaped)
            return true;
        siginfo_t info {};
        if (::waitid(P_PID, static_cast<id_t>(m_pid), &info, WEXITED | WNOHANG | WNOWAIT) != 0)
            return m_reaped = errno == ECHILD;
        if (info.si_pid == 0)
            return false;
        ::kill(-m_pid, SIGKILL);
        ::waitpid(m_pid, &m_status, WNOHANG);
        return m_reaped = true;
    }

    [[nodiscard]] std::optional<Problem> problem()
    {
        readErrors();
        const bool ended = reap();
        const std::lock_guard lock(m_mutex);
        QStringList parts;
        if (ended && WIFSIGNALED(m_status))
            parts += Text::tr("the ProxyCommand was ended by signal %1").arg(WTERMSIG(m_status));
        else if (ended && WEXITSTATUS(m_status) != 0)
            parts += Text::tr("the ProxyCommand ended with status %1").arg(WEXITSTATUS(m_status));
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

    static void watch(const std::shared_ptr<Child> &child, EventLoop &loop)
    {
        child->m_watch = loop.watch(child->m_errors.get(), EPOLLIN, [child, &loop](std::uint32_t) {
            if (!child->readErrors())
                loop.unwatch(child->m_watch);
        });
    }

    /// In the loop.
    static void end(const std::shared_ptr<Child> &child, EventLoop &loop)
    {
        loop.unwatch(child->m_watch);
        if (!child->reap())
            ::kill(-child->m_pid, SIGTERM);
        poll(child, loop, 0);
    }

private:
    static void poll(const std::shared_ptr<Child> &child, EventLoop &loop, int polls)
    {
        if (child->reap())
            return;
        if (polls >= pollsUntilKill)
            ::kill(-child->m_pid, SIGKILL);
        std::ignore = loop.addTimer(pollInterval, [child, &loop, polls] { poll(child, loop, polls + 1); });
    }

    std::mutex m_mutex;
    pid_t m_pid;
    FileDescriptor m_errors;
    QByteArray m_said;
    EventLoop::Id m_watch = 0; ///< the loop's
    bool m_reaped = false;
    int m_status = 0;
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

    std::vector<QByteArray> words;
    for (const QString &word : command)
        words.push_back(QFile::encodeName(word));
    std::vector<char *> arguments;
    for (QByteArray &word : words)
        arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const SpawnSettings settings(far.get(), errorsEnd.get());
    pid_t pid = 0;
    error = ::posix_spawnp(&pid, arguments.front(), &settings.actions, &settings.attributes, arguments.data(), environ);
    if (error != 0)
        return nullptr;
    auto child = std::make_shared<Child>(pid, std::move(errors));
    Child::watch(child, loop);
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
