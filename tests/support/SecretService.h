// SPDX-License-Identifier: MIT
#pragma once

#include <QProcess>
#include <QTemporaryDir>

namespace Helmclaw::Test {

/// A real keychain of its own: gnome-keyring's Secret Service, unlocked, on a private session bus; home and runtime
/// folder of the service are temporary. Sets DBUS_SESSION_BUS_ADDRESS of this process, which counts from the first time
/// that somebody uses the bus: one such object for a test program.
class SecretService
{
public:
    SecretService();
    ~SecretService();
    SecretService(const SecretService &) = delete;
    SecretService &operator=(const SecretService &) = delete;

    /// Why there can be none on this machine; empty when there can. Use with QSKIP.
    [[nodiscard]] static QString missing();
    [[nodiscard]] bool start();
    /// The service goes; the bus stays.
    void stopService();
    void stopBus();
    /// It answers nothing, as one that waits for its user, until resume(); then all that was asked.
    void pause() const;
    void resume() const;

private:
    QTemporaryDir m_dir;
    QProcess m_bus;
    QProcess m_service;
};

} // namespace Helmclaw::Test
