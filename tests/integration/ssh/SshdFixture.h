// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/SshTarget.h"

#include <QProcess>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

#include <memory>
#include <optional>
#include <vector>

namespace Helmclaw::Test {

/// For QProcess::setChildProcessModifier(): a test that crashes or is killed must not leave its servers behind.
void endWithUs();

/// A real OpenSSH server on 127.0.0.1, run by this user, with keys and files of its own in a temporary folder. Works
/// for root (then logins are root's) and for a normal user alike. One instance is one server; tests may have many.
class SshdFixture
{
public:
    SshdFixture();
    ~SshdFixture();
    SshdFixture(const SshdFixture &) = delete;
    SshdFixture &operator=(const SshdFixture &) = delete;

    /// Why no server can be had on this machine; empty when one can. Use with QSKIP.
    [[nodiscard]] static QString missing();

    /// The folder of another OpenSSH that tests/support/newest-sshd has fetched; empty when it is not there, with @p
    /// why.
    [[nodiscard]] static QString newestInstallation(QString *why = nullptr);
    /// Runs the OpenSSH in that @p folder instead of the machine's; empty: the machine's. Before start().
    void setInstallation(const QString &folder) { m_installation = folder; }
    /// Lines for sshd_config, before start(); the first value of a keyword counts, and these come first.
    void addConfig(const QString &line) { m_config += line; }
    /// Whether the fixture configures SFTP; without it a test may have its own "Subsystem sftp".
    void setSubsystem(bool on) { m_subsystem = on; }
    /// Why no sshd can ask questions here (it needs root for a mount namespace of its own); empty when one can.
    [[nodiscard]] static QString missingPam();
    /// The login asks what @p script says (see ScriptedPam.cpp): by keyboard-interactive, or as the password when
    /// @p passwordMethod. The system's PAM configuration stays as it is: this sshd sees another one in its place. May
    /// be called again while sshd runs, to change the script.
    void setPamScript(const QByteArray &script, bool passwordMethod = false);
    /// Starts sshd and waits until it listens. The port is chosen the first time and kept.
    [[nodiscard]] bool start();
    /// Ends the listener and every session of it, as a crash does (SIGKILL).
    void kill();
    /// Ends the listener only; sessions that are there live on until kill().
    void stopListening();
    /// Waits until connections were made and all of them have ended. What a client sent last is in the log only then.
    [[nodiscard]] bool waitForEnd() const;
    /// Waits for the same, and says whether no client has sent one byte of authentication.
    [[nodiscard]] bool endedWithoutLogin() const { return waitForEnd() && !log().contains("userauth"); }
    /// A new host key of the same type; the next start() shows it.
    [[nodiscard]] bool replaceHostKey();

    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] QString path(const QString &name) const { return m_dir.filePath(name); }
    [[nodiscard]] QString user() const;
    /// The key that is in authorized_keys (ed25519, no passphrase).
    [[nodiscard]] QString identityFile() const { return path(QStringLiteral("user_key")); }
    /// A known_hosts file that pins the present host key; brought up to date by every call.
    [[nodiscard]] QString knownHostsFile() const;
    [[nodiscard]] QByteArray hostKeyLine() const; ///< "ssh-ed25519 AAAA…"
    /// All that is needed to log in: pinned, with the identity file and without an agent.
    [[nodiscard]] SshTarget target(const QString &serverId = QStringLiteral("srv")) const;
    /// The same server by another way: 127.0.0.1:@p port leads to it.
    [[nodiscard]] SshTarget targetAt(quint16 port, const QString &serverId = QStringLiteral("srv")) const;
    /// The same with another identity file, the only one.
    [[nodiscard]] SshTarget targetWithKey(const QString &file, const QString &serverId = QStringLiteral("srv")) const;
    /// authorized_keys has these lines and no others.
    [[nodiscard]] bool authorise(const QByteArray &lines) const;
    /// … the public half of this key only.
    [[nodiscard]] bool authoriseKey(const QString &keyFile) const;
    /// A file that pins the key in @p publicKeyFile for 127.0.0.1:@p port; replaced by every call.
    [[nodiscard]] QString pin(const QString &publicKeyFile, quint16 port) const;
    /// Connections and logins by key since the last start().
    [[nodiscard]] qsizetype connections() const { return log().count("Connection from "); }
    [[nodiscard]] qsizetype logins() const { return log().count("Accepted publickey"); }
    /// sshd's own log since the last start(), at LogLevel DEBUG1 unless configured otherwise.
    [[nodiscard]] QByteArray log() const;
    /// Makes a key without a passphrase unless one is given; its path.
    [[nodiscard]] QString makeKey(const QString &name, const QString &passphrase = {},
                                  const QString &type = QStringLiteral("ed25519")) const;
    /// Runs a program to its end; its output, or nothing when it failed.
    [[nodiscard]] static std::optional<QByteArray> run(const QString &program, const QStringList &arguments);
    /// A port of 127.0.0.1 that was free a moment ago.
    [[nodiscard]] static quint16 freePort();

private:
    QTemporaryDir m_dir;
    QString m_installation;
    QStringList m_config;
    bool m_subsystem = true;
    bool m_pam = false;
    quint16 m_port = 0;
    std::unique_ptr<QProcess> m_process;
    std::vector<int> m_orphans; ///< pidfds of sessions whose listener has ended
};

/// A private ssh-agent, ended with this object.
class SshAgentFixture
{
public:
    SshAgentFixture();
    ~SshAgentFixture();
    SshAgentFixture(const SshAgentFixture &) = delete;
    SshAgentFixture &operator=(const SshAgentFixture &) = delete;
    [[nodiscard]] QString socket() const { return m_dir.filePath(QStringLiteral("agent")); }
    [[nodiscard]] bool add(const QString &keyFile) const;
    /// From now on it accepts connections and never answers, as an agent that waits for its user.
    void pause() const;

private:
    QTemporaryDir m_dir;
    QProcess m_process;
};

} // namespace Helmclaw::Test
