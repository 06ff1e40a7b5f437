// SPDX-License-Identifier: MIT
#include "tests/integration/ctl/PtySession.h"

#include <QElapsedTimer>
#include <QList>

#include <csignal>
#include <vector>

#include <poll.h>
#include <pty.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

namespace Helmclaw {

namespace {
constexpr int patience = 60000;
}

PtySession::PtySession(const QString &program, const QStringList &arguments)
{
    QList<QByteArray> words { program.toLocal8Bit() };
    for (const QString &argument : arguments)
        words += argument.toLocal8Bit();
    std::vector<char *> argv;
    for (QByteArray &word : words)
        argv.push_back(word.data());
    argv.push_back(nullptr);
    m_process = ::forkpty(&m_terminal, nullptr, nullptr, nullptr);
    if (m_process == 0) {
        ::execv(argv.front(), argv.data());
        ::_exit(127);
    }
}

PtySession::~PtySession()
{
    if (m_process > 0) {
        ::kill(m_process, SIGKILL);
        ::waitpid(m_process, nullptr, 0);
    }
    if (m_terminal >= 0)
        ::close(m_terminal);
}

bool PtySession::readMore()
{
    pollfd wanted { m_terminal, POLLIN, 0 };
    if (::poll(&wanted, 1, 100) <= 0)
        return true;
    char chunk[4096];
    const ssize_t got = ::read(m_terminal, chunk, sizeof chunk);
    if (got > 0)
        m_output.append(chunk, got);
    return got > 0;
}

bool PtySession::waitFor(const QByteArray &text)
{
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < patience) {
        const qsizetype at = m_output.indexOf(text, m_seen);
        if (at >= 0) {
            m_seen = at + text.size();
            return true;
        }
        if (!readMore())
            break;
    }
    return m_output.indexOf(text, m_seen) >= 0;
}

void PtySession::type(const QByteArray &keys)
{
    if (::write(m_terminal, keys.constData(), static_cast<std::size_t>(keys.size())) != keys.size())
        qWarning("the terminal did not take the keys");
}

bool PtySession::echoes() const
{
    termios settings {};
    return ::tcgetattr(m_terminal, &settings) == 0 && (settings.c_lflag & ECHO) != 0;
}

int PtySession::exitCode()
{
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < patience && readMore()) { }
    int status = 0;
    for (; timer.elapsed() < patience; ::usleep(20000)) {
        if (::waitpid(m_process, &status, WNOHANG) == m_process) {
            m_process = -1;
            return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        }
    }
    return -2;
}

} // namespace Helmclaw
