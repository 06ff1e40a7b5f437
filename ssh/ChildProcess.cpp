// SPDX-License-Identifier: MIT
#include "ssh/ChildProcess.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace Helmclaw {

using namespace std::chrono_literals;

namespace {

constexpr auto pollInterval = 50ms;
constexpr int pollsUntilKill = 40; ///< 2 s

class SpawnSettings
{
public:
    explicit SpawnSettings(const ChildProcess::Files &files)
    {
        posix_spawn_file_actions_init(&actions);
        give(files.in, STDIN_FILENO, O_RDONLY);
        give(files.out, STDOUT_FILENO, O_WRONLY);
        give(files.err, STDERR_FILENO, O_WRONLY);
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

    void give(int fd, int as, int mode)
    {
        if (fd >= 0)
            posix_spawn_file_actions_adddup2(&actions, fd, as);
        else
            posix_spawn_file_actions_addopen(&actions, as, "/dev/null", mode, 0);
    }

    posix_spawn_file_actions_t actions {};
    posix_spawnattr_t attributes {};
};

std::vector<char *> pointersTo(QList<QByteArray> &words)
{
    std::vector<char *> pointers;
    for (QByteArray &word : words)
        pointers.push_back(word.data());
    return pointers;
}

} // namespace

std::shared_ptr<ChildProcess> ChildProcess::start(const QList<QByteArray> &command, const Files &files,
                                                  const QList<QByteArray> &environment, int &error)
{
    QList<QByteArray> words = command;
    std::vector<char *> arguments = pointersTo(words);
    arguments.push_back(nullptr);
    QList<QByteArray> additions = environment;
    std::vector<char *> variables = pointersTo(additions);
    for (char **inherited = environ; *inherited != nullptr; ++inherited) {
        const QByteArrayView variable(*inherited);
        const QByteArrayView name = variable.first(std::max<qsizetype>(variable.indexOf('=') + 1, 0));
        if (std::none_of(environment.begin(), environment.end(), [name](const QByteArray &addition) {
                return !name.isEmpty() && QByteArrayView(addition).startsWith(name);
            }))
            variables.push_back(*inherited);
    }
    variables.push_back(nullptr);
    const SpawnSettings settings(files);
    pid_t pid = 0;
    error = ::posix_spawnp(&pid, arguments.front(), &settings.actions, &settings.attributes, arguments.data(),
                           variables.data());
    return error == 0 ? std::make_shared<ChildProcess>(pid) : nullptr;
}

ChildProcess::~ChildProcess()
{
    // Only at the program's end is it still there: no loop is left to do it gently.
    for (int i = 0; i < 100 && !reap(); ++i) {
        ::kill(-m_pid, SIGKILL);
        std::this_thread::sleep_for(1ms);
    }
}

bool ChildProcess::reap()
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

void ChildProcess::end(const std::shared_ptr<ChildProcess> &child, EventLoop &loop)
{
    if (!child->reap())
        ::kill(-child->m_pid, SIGTERM);
    poll(child, loop, 0);
}

void ChildProcess::poll(const std::shared_ptr<ChildProcess> &child, EventLoop &loop, int polls)
{
    if (child->reap())
        return;
    if (polls >= pollsUntilKill)
        ::kill(-child->m_pid, SIGKILL);
    std::ignore = loop.addTimer(pollInterval, [child, &loop, polls] { poll(child, loop, polls + 1); });
}

} // namespace Helmclaw
