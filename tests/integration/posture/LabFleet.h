// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/ServerSessions.h"
#include "models/posture/PostureRefresher.h"
#include "models/posture/PostureStore.h"
#include "ssh/SshPool.h"

#include <QTemporaryDir>

#include <memory>

namespace Helmclaw {

/// The lab's real servers lab1 … lab5 as a fleet that is probed over SSH. Needs HELMCLAW_LAB, the lab's command
/// (tests/run brings the lab up and sets it).
class LabFleet
{
public:
    struct Ran
    {
        int status = -1; ///< exit status; -1: crashed, or did not end within two minutes
        QByteArray output;
        QByteArray errors;
    };
    static Ran run(const QString &program, const QStringList &arguments, const QByteArray &input = {});
    /// The lab's own command.
    static Ran lab(const QStringList &arguments, const QByteArray &input = {});
    /// As root inside the server, past SSH.
    static Ran onServer(const QString &server, const QStringList &argv, const QByteArray &input = {});
    static bool succeeds(const QString &server, const QStringList &argv);
    /// Lines of sh, as root inside the server; says what went wrong when they fail.
    static bool does(const QString &server, const QString &lines);

    LabFleet();
    ~LabFleet();

    /// False when the lab is not up.
    [[nodiscard]] bool open();
    /// Probes anew; waits at most 90 s.
    [[nodiscard]] ServerPosture refreshed(const QString &server);
    /// What is known since the last refresh.
    [[nodiscard]] ServerPosture posture(const QString &server) const;
    [[nodiscard]] QStringList servers() const;
    [[nodiscard]] QString sshConfig() const { return m_sshConfig; }

    /// "firewall:PPPPP fail2ban:PPPP …", one letter a check in the catalogue's order: P pass, F fail, W warn, ?
    /// unknown,
    /// - not applicable; the error when the last try failed.
    [[nodiscard]] static QString letters(const ServerPosture &posture);

private:
    QTemporaryDir m_dir;
    Fleet m_fleet;
    PostureStore m_store;
    std::unique_ptr<SshPool> m_pool;
    std::unique_ptr<ServerSessions> m_sessions;
    std::unique_ptr<PostureRefresher> m_refresher;
    QHash<QString, QString> m_ids;
    QString m_sshConfig;
};

} // namespace Helmclaw
