// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/FixSteps.h"

namespace Helmclaw {

/// The systemd unit that runs a server's OpenClaw gateway, as the fixes about it need to know it. Every text has been
/// checked to be what it is: a name, a path without blanks, a number.
struct GatewayControl
{
    bool ofUser = false; ///< of the user's own systemd, not the system's
    QString user; ///< whom the gateway runs as
    QString uid;
    QString home;
    QString name; ///< "openclaw-gateway.service"
    bool active = false;
    QString port; ///< that answers, or should
    QString stateDir; ///< "/home/openclaw/.openclaw"
    QString config; ///< "/home/openclaw/.openclaw/openclaw.json"
    QString stateMode; ///< "755"; empty: there is none
    QString configMode;
    QStringList program; ///< how it starts openclaw: "/usr/bin/node", "/…/index.js"
    int number = 0; ///< of its drop-in's section in the survey
    bool asRoot = false; ///< whether the login becomes root, or is the gateway's own user

    /// Lines for FixSurvey.
    static const char *const survey;
    /// The one gateway of the server; an error when there is none or more than one, or the login may do nothing about
    /// it.
    [[nodiscard]] static Result<GatewayControl> of(const FixContext &context);

    /// Where Helmclaw's own drop-in of the unit is.
    [[nodiscard]] QString dropIn() const;
    /// What a file of the gateway's user is kept in when it is replaced; of the system's the usual place.
    [[nodiscard]] QString keptIn() const;
    /// @p argv as the gateway's user, with the environment that its systemd and openclaw need.
    [[nodiscard]] QStringList asUser(const QStringList &argv) const;
    /// "systemctl VERB… NAME" for whoever's systemd it is.
    [[nodiscard]] QStringList systemctl(const QStringList &verb) const;
    /// @p step with @p argv as it must be run here.
    [[nodiscard]] TaskStep step(TaskStep::Kind kind, const QString &title, const QStringList &argv,
                                const QString &remedy = {}) const;
    /// A line of sh that fails unless the gateway answers that it lives (/healthz).
    [[nodiscard]] QString liveLine() const;
    /// The same, that it is ready to work (/readyz), which comes later.
    [[nodiscard]] QString readyLine() const;
};

} // namespace Helmclaw
