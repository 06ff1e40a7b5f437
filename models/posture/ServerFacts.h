// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/AccountFacts.h"
#include "models/posture/DockerFacts.h"
#include "models/posture/Fail2banFacts.h"
#include "models/posture/FirewallFacts.h"
#include "models/posture/NetworkFacts.h"
#include "models/posture/OpenClawFacts.h"
#include "models/posture/ServiceFacts.h"
#include "models/posture/SshdFacts.h"
#include "models/posture/UpdateFacts.h"
#include "ssh/Error.h"

#include <QHash>
#include <QString>

namespace Helmclaw {

class ProbeReport;

/// systemctl(1) show.
struct UnitFacts
{
    bool loaded = false; ///< systemd knows the unit
    QString activeState; ///< "active", "inactive", "failed" …
    QString unitFileState; ///< "enabled", "disabled", "masked" …
    [[nodiscard]] bool isActive() const { return loaded && activeState == u"active"; }
    [[nodiscard]] bool isEnabled() const { return loaded && unitFileState.startsWith(u"enabled"); }
    /// "systemctl show: NAME: inactive, disabled"
    [[nodiscard]] QString evidence(const QString &name) const;
};

enum class SudoAccess {
    Unknown, ///< not understood
    None, ///< sudo is not there, or wants a password
    Scoped, ///< some commands, not all that the probe needs
    Full, ///< any command without a password
    Root, ///< logged in as root
};

/// Everything that one probe told, understood as far as it could be. What was not understood is missing, never guessed.
struct ServerFacts
{
    bool isLinux = false;
    QString kernel; ///< "Linux 6.1.0 x86_64"
    QString user;
    QString distroId; ///< os-release ID: "debian"
    QString distroCodename; ///< os-release VERSION_CODENAME: "bookworm"
    QString distroName; ///< os-release PRETTY_NAME
    SudoAccess sudo = SudoAccess::Unknown;
    QString sudoProblem; ///< what sudo said
    int sshPort = 0; ///< the port the connection came in by; 0: not known
    bool hasSystemd = false; ///< systemctl answered
    QHash<QString, UnitFacts> units; ///< by name: "ufw.service"

    FirewallFacts firewall;
    Fail2banFacts fail2ban;
    UpdateFacts updates;
    SshdFacts sshd;
    OpenClawFacts openClaw;
    AccountFacts accounts;
    ServiceFacts service;
    NetworkFacts network;
    DockerFacts docker;

    [[nodiscard]] bool canBecomeRoot() const { return sudo == SudoAccess::Root || sudo == SudoAccess::Full; }
    /// The only error is a report without its basic sections (ErrorCode::BadServerData).
    [[nodiscard]] static Result<ServerFacts> parse(const ProbeReport &report);
};

} // namespace Helmclaw
