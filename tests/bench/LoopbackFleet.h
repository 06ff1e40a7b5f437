// SPDX-License-Identifier: MIT
#pragma once

#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>

#include <memory>
#include <vector>

namespace Helmclaw::Bench {

/// Loopback "servers": real sshd processes on 127.79.x.y, one address each, with one host key and one user key, for the
/// user that runs the bench. Their homes are empty, so that nobody's shell start-up files are measured.
class LoopbackFleet
{
public:
    /// Waits until all answer; ends the program with a message when one does not. @p options: further sshd_config
    /// lines.
    explicit LoopbackFleet(int servers, const QStringList &options = {});
    ~LoopbackFleet();
    LoopbackFleet(const LoopbackFleet &) = delete;
    LoopbackFleet &operator=(const LoopbackFleet &) = delete;

    static constexpr quint16 port = 22480;
    [[nodiscard]] int size() const { return m_servers; }
    /// Of server @p n, from 1.
    [[nodiscard]] static QString address(int n);
    /// Its alias in config().
    [[nodiscard]] static QString alias(int n);

    /// A file of the fleet's folder.
    [[nodiscard]] QString path(const char *name) const { return m_dir.filePath(QString::fromLatin1(name)); }
    /// An ssh_config(5) file with every alias; host keys pinned, the user key only.
    [[nodiscard]] QString config() const { return path("config"); }
    [[nodiscard]] QString knownHosts() const { return path("pinned"); }
    [[nodiscard]] QString identity() const { return path("user"); }

    /// Process numbers of the sshd masters.
    [[nodiscard]] std::vector<qint64> masters() const;
    /// Waits until no session is left at the masters, at most 10 s.
    void settle() const;

private:
    void writeKeys();
    void startSshd(int first, int last, const QStringList &options);
    static void waitFor(const QString &host);

    QTemporaryDir m_dir;
    int m_servers;
    std::vector<std::unique_ptr<QProcess>> m_sshd;
};

} // namespace Helmclaw::Bench
