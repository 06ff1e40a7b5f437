// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QProcess>
#include <QString>
#include <QTemporaryDir>
#include <QUrl>

namespace Helmclaw::Test {

/// Debian's Chromium without a window, with a profile of its own, driven by the DevTools protocol over two pipes
/// (--remote-debugging-pipe: messages end with a NUL; no port, no WebSocket).
class Chromium
{
public:
    Chromium();
    ~Chromium();
    Chromium(const Chromium &) = delete;
    Chromium &operator=(const Chromium &) = delete;

    /// Why it cannot be run; empty when it can.
    [[nodiscard]] static QString missing();
    /// Starts it with @p url as its argument, as a desktop starts a browser.
    [[nodiscard]] bool start(const QUrl &url);
    /// What JavaScript @p expression gives in the page, as text; empty when there is no page (yet).
    [[nodiscard]] QString evaluate(const QString &expression);
    /// Waits until @p expression is true.
    [[nodiscard]] bool until(const QString &expression, int milliseconds = 60000);
    [[nodiscard]] QByteArray screenshot();

private:
    [[nodiscard]] QJsonObject call(const QString &method, const QJsonObject &parameters = {});
    [[nodiscard]] bool attach();

    QTemporaryDir m_profile;
    QProcess m_process;
    int m_toBrowser = -1;
    int m_fromBrowser = -1;
    QByteArray m_received;
    QString m_session;
    int m_lastId = 0;
};

} // namespace Helmclaw::Test
