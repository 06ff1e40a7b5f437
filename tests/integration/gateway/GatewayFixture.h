// SPDX-License-Identifier: MIT
#pragma once

#include <QProcess>
#include <QString>
#include <QTemporaryDir>

namespace Helmclaw::Test {

/// A real OpenClaw gateway from npm on this machine's loopback, with a home, a configuration and a token of its own.
class GatewayFixture
{
public:
    GatewayFixture();
    ~GatewayFixture();
    GatewayFixture(const GatewayFixture &) = delete;
    GatewayFixture &operator=(const GatewayFixture &) = delete;

    /// Why there can be none on this machine; empty when there can. May download OpenClaw, once. Use with QSKIP.
    [[nodiscard]] static QString missing();

    void setBasePath(const QString &path) { m_basePath = path; }
    /// Starts with --token, which beats the configuration's token and is seen by nobody but the gateway.
    void setTokenFlag(const QByteArray &token) { m_tokenFlag = token; }
    /// Writes the configuration, the token in gateway.auth.token, starts the gateway and waits until it is ready.
    [[nodiscard]] bool start();
    void stop();
    /// Replaces the token in the file. A running gateway takes it within a second or two.
    void writeConfig(const QByteArray &token) const;
    /// The file that discovery must find.
    [[nodiscard]] QString configFile() const { return m_dir.filePath(QStringLiteral("home/.openclaw/openclaw.json")); }

    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] QByteArray token() const { return m_token; }
    [[nodiscard]] QByteArray log() const;

private:
    [[nodiscard]] bool startOnce();

    QTemporaryDir m_dir;
    QString m_basePath;
    QByteArray m_token;
    QByteArray m_tokenFlag;
    quint16 m_port = 0;
    QProcess m_process;
};

} // namespace Helmclaw::Test
