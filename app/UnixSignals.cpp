// SPDX-License-Identifier: MIT
#include "app/UnixSignals.h"

#include <QSocketNotifier>

#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace Helmclaw {

static int s_pipe[2] = { -1, -1 };
static constexpr int Handled[] = { SIGINT, SIGTERM, SIGHUP };

static void handle(int number)
{
    const int savedErrno = errno;
    const auto byte = static_cast<char>(number);
    // A full pipe already holds requests enough.
    [[maybe_unused]] const ssize_t written = write(s_pipe[1], &byte, 1);
    errno = savedErrno;
}

UnixSignals::UnixSignals(QObject *parent)
    : QObject(parent)
{
    std::signal(SIGPIPE, SIG_IGN);
    if (pipe2(s_pipe, O_CLOEXEC | O_NONBLOCK) != 0)
        return;
    struct sigaction action
    {
    };
    action.sa_handler = handle;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (const int number : Handled)
        sigaction(number, &action, nullptr);
}

UnixSignals::~UnixSignals()
{
    for (const int number : Handled)
        std::signal(number, SIG_DFL);
    for (int &fd : s_pipe) {
        if (fd >= 0)
            close(fd);
        fd = -1;
    }
}

void UnixSignals::start()
{
    if (s_pipe[0] < 0)
        return;
    auto *notifier = new QSocketNotifier(s_pipe[0], QSocketNotifier::Read, this);
    connect(notifier, &QSocketNotifier::activated, this, [this] {
        char number = 0;
        while (read(s_pipe[0], &number, 1) == 1)
            Q_EMIT terminationRequested(number);
    });
}

} // namespace Helmclaw
