// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QLocalServer>
#include <QPointer>
#include <QTemporaryDir>

#include <memory>

namespace Helmclaw::Test {

/// An ssh-agent with one security key (PROTOCOL.u2f, "sk-ssh-ed25519@openssh.com") whose authenticator is made of
/// OpenSSL's Ed25519: real signatures, and a touch that the test decides about. Needs the test's event loop.
class ScriptedSecurityKeyAgent : public QObject
{
public:
    ScriptedSecurityKeyAgent();
    ~ScriptedSecurityKeyAgent() override;
    [[nodiscard]] QString socket() const { return m_dir.filePath(QStringLiteral("agent")); }
    /// A line for authorized_keys.
    [[nodiscard]] QByteArray publicLine() const;
    /// How many requests wait for a touch.
    [[nodiscard]] qsizetype waiting() const { return m_waiting.size(); }
    /// Somebody touches the key: everything that waits is signed.
    void touch();
    /// Signs at once, as a key made with "no-touch-required" does. The server must allow that.
    void setTouchNeeded(bool needed) { m_touchNeeded = needed; }

private:
    struct Waiting
    {
        QPointer<class QLocalSocket> client;
        QByteArray data;
    };
    void serve(class QLocalSocket *client);
    void handle(class QLocalSocket *client, const QByteArray &message);
    void sign(const Waiting &request, bool touched);
    [[nodiscard]] QByteArray blob() const;

    QTemporaryDir m_dir;
    QLocalServer m_server;
    struct Key;
    std::unique_ptr<Key> m_key;
    QList<Waiting> m_waiting;
    quint32 m_counter = 0;
    bool m_touchNeeded = true;
};

} // namespace Helmclaw::Test
