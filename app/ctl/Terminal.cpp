// SPDX-License-Identifier: MIT
#include "app/ctl/Terminal.h"

#include <QSocketNotifier>

#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace Helmclaw {

std::unique_ptr<Terminal> Terminal::open()
{
    const int tty = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    return tty < 0 ? nullptr : std::unique_ptr<Terminal>(new Terminal(tty));
}

Terminal::Terminal(int tty)
    : m_tty(tty)
    , m_input(new QSocketNotifier(tty, QSocketNotifier::Read, this))
{
    m_input->setEnabled(false); // what is typed between questions is not ours
    connect(m_input, &QSocketNotifier::activated, this, &Terminal::readLine);
}

Terminal::~Terminal()
{
    setEcho(true);
    ::close(m_tty);
}

void Terminal::request(QObject *asker, std::function<void()> begin)
{
    m_waiting.enqueue({ asker, std::move(begin) });
    next();
}

void Terminal::release()
{
    stopReading();
    m_taken = false;
    next();
}

void Terminal::next()
{
    while (!m_taken && !m_waiting.isEmpty()) {
        const Waiting waiting = m_waiting.dequeue();
        m_taken = waiting.asker != nullptr;
        if (m_taken)
            waiting.begin();
    }
}

void Terminal::ask(const QString &question, bool echo, Answered answered)
{
    setEcho(echo);
    ::tcflush(m_tty, TCIFLUSH);
    write(question);
    m_answered = std::move(answered);
    m_input->setEnabled(true);
}

void Terminal::readLine()
{
    QByteArray line(4096, Qt::Uninitialized);
    const ssize_t length = ::read(m_tty, line.data(), static_cast<std::size_t>(line.size()));
    const bool echoed = !m_before;
    const Answered answered = std::exchange(m_answered, {});
    stopReading();
    if (!answered) {
        wipe(line);
        return;
    }
    if (length <= 0) {
        write(QStringLiteral("\n"));
        answered(std::nullopt);
        return;
    }
    const QByteArrayView typed = QByteArrayView(line).first(length);
    Secret secret(typed.endsWith('\n') ? typed.chopped(1) : typed);
    wipe(line);
    if (!echoed)
        write(QStringLiteral("\n"));
    answered(std::move(secret));
}

void Terminal::stopReading()
{
    m_answered = {};
    m_input->setEnabled(false);
    setEcho(true);
}

void Terminal::setEcho(bool on)
{
    if (on == !m_before.has_value())
        return;
    if (on) {
        ::tcsetattr(m_tty, TCSANOW, &*m_before);
        m_before.reset();
        return;
    }
    termios settings {};
    if (::tcgetattr(m_tty, &settings) != 0)
        return;
    m_before = settings;
    settings.c_lflag &= ~static_cast<tcflag_t>(ECHO | ECHOE | ECHOK | ECHONL);
    ::tcsetattr(m_tty, TCSANOW, &settings);
}

void Terminal::write(const QString &text) const
{
    const QByteArray bytes = text.toUtf8();
    for (qsizetype at = 0; at < bytes.size();) {
        const ssize_t sent = ::write(m_tty, bytes.constData() + at, static_cast<std::size_t>(bytes.size() - at));
        if (sent <= 0)
            return;
        at += sent;
    }
}

} // namespace Helmclaw
