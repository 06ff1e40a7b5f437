// SPDX-License-Identifier: MIT
#include "Chromium.h"

#include <QDeadlineTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QStandardPaths>
#include <QtTest>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw::Test {

Chromium::Chromium() = default;

Chromium::~Chromium()
{
    if (m_process.state() != QProcess::NotRunning) {
        (void)call(u"Browser.close"_s);
        if (!m_process.waitForFinished(5000)) {
            m_process.kill();
            m_process.waitForFinished();
        }
    }
    ::close(m_toBrowser);
    ::close(m_fromBrowser);
}

QString Chromium::missing()
{
    return QStandardPaths::findExecutable(u"chromium"_s).isEmpty() ? u"chromium is not installed"_s : QString();
}

bool Chromium::start(const QUrl &url)
{
    int commands[2];
    int answers[2];
    if (::pipe2(commands, O_CLOEXEC) != 0 || ::pipe2(answers, O_CLOEXEC) != 0)
        return false;
    m_toBrowser = commands[1];
    m_fromBrowser = answers[0];
    m_process.setChildProcessModifier([read = commands[0], write = answers[1]] {
        // It reads 3 and writes 4. Duplicates first: the pipe's own ends may have these numbers.
        const int first = ::fcntl(read, F_DUPFD, 10);
        const int second = ::fcntl(write, F_DUPFD, 10);
        ::dup2(first, 3);
        ::dup2(second, 4);
        ::close(first);
        ::close(second);
    });
    m_process.setStandardErrorFile(m_profile.filePath(u"stderr"_s));
    m_process.setStandardOutputFile(QProcess::nullDevice());
    m_process.start(u"chromium"_s,
                    { u"--headless"_s, u"--no-sandbox"_s, u"--disable-gpu"_s, u"--no-first-run"_s,
                      u"--disable-background-networking"_s, u"--disable-component-update"_s, u"--disable-sync"_s,
                      u"--no-proxy-server"_s, u"--remote-debugging-pipe"_s, u"--window-size=1280,800"_s,
                      u"--user-data-dir="_s + m_profile.filePath(u"profile"_s), url.toString() });
    const bool started = m_process.waitForStarted(30000);
    ::close(commands[0]);
    ::close(answers[1]);
    return started;
}

QJsonObject Chromium::call(const QString &method, const QJsonObject &parameters)
{
    QJsonObject message { { u"id"_s, ++m_lastId }, { u"method"_s, method }, { u"params"_s, parameters } };
    if (!m_session.isEmpty() && !method.startsWith("Target."_L1) && !method.startsWith("Browser."_L1))
        message.insert(u"sessionId"_s, m_session);
    const QByteArray bytes = QJsonDocument(message).toJson(QJsonDocument::Compact) + '\0';
    if (::write(m_toBrowser, bytes.constData(), std::size_t(bytes.size())) != bytes.size())
        return {};
    const QDeadlineTimer deadline(30000);
    while (!deadline.hasExpired()) {
        for (qsizetype end = m_received.indexOf('\0'); end >= 0; end = m_received.indexOf('\0')) {
            const QJsonObject answer = QJsonDocument::fromJson(m_received.first(end)).object();
            m_received.remove(0, end + 1);
            if (answer.value("id"_L1).toInt() == m_lastId)
                return answer.value("result"_L1).toObject();
        }
        // The page that it loads may come from this very thread: its events must run meanwhile.
        QTest::qWait(20);
        pollfd waiting { m_fromBrowser, POLLIN, 0 };
        if (::poll(&waiting, 1, 30) != 1)
            continue;
        QByteArray part(1024 * 1024, Qt::Uninitialized);
        const ssize_t count = ::read(m_fromBrowser, part.data(), std::size_t(part.size()));
        if (count <= 0)
            return {};
        m_received += part.first(count);
    }
    return {};
}

bool Chromium::attach()
{
    if (!m_session.isEmpty())
        return true;
    const QJsonArray targets = call(u"Target.getTargets"_s).value("targetInfos"_L1).toArray();
    for (const QJsonValue &value : targets) {
        const QJsonObject target = value.toObject();
        if (target.value("type"_L1) != "page"_L1)
            continue;
        m_session =
            call(u"Target.attachToTarget"_s, { { u"targetId"_s, target.value("targetId"_L1) }, { u"flatten"_s, true } })
                .value("sessionId"_L1)
                .toString();
    }
    return !m_session.isEmpty();
}

QString Chromium::evaluate(const QString &expression)
{
    if (!attach())
        return {};
    const QJsonObject result = call(
        u"Runtime.evaluate"_s, { { u"expression"_s, u"String("_s + expression + u')' }, { u"returnByValue"_s, true } });
    return result.value("result"_L1).toObject().value("value"_L1).toString();
}

bool Chromium::until(const QString &expression, int milliseconds)
{
    const QDeadlineTimer deadline(milliseconds);
    while (!deadline.hasExpired()) {
        if (evaluate(expression) == "true"_L1)
            return true;
        QTest::qWait(200);
    }
    return false;
}

QByteArray Chromium::screenshot()
{
    if (!attach())
        return {};
    return QByteArray::fromBase64(
        call(u"Page.captureScreenshot"_s, { { u"format"_s, u"png"_s } }).value("data"_L1).toString().toLatin1());
}

} // namespace Helmclaw::Test
