// SPDX-License-Identifier: MIT
#pragma once

#include "models/gateway/GatewayInstance.h"
#include "models/gateway/GatewayPolicy.h"
#include "models/gateway/GatewayState.h"

#include <QList>

#include <optional>

namespace Helmclaw {

class ProbeReport;

/// A gateway's configuration file that should be read, and how.
struct ConfigToRead
{
    int gateway = 0; ///< index in OpenClawFacts::gateways
    QString path;
    QString asUser; ///< who sudo must make of the login user; empty: the login user reads it
};

/// One gateway, and what its configuration says as far as that was read.
struct OpenClawGateway
{
    GatewayInstance instance;
    std::optional<GatewayPolicy> policy;
    QString policyProblem; ///< why there is no policy
    QString policyRemedy;

    [[nodiscard]] QString stateDir() const { return instance.configPath.section(u'/', 0, -2); }
    /// It is there: a process or a unit says so, and not just a folder that could be one's.
    [[nodiscard]] bool isCertain() const { return instance.pid != 0 || !instance.unit.isEmpty(); }
};

/// What the probe found of OpenClaw.
struct OpenClawFacts
{
    bool asked = false; ///< the section was there and was understood
    QString problem; ///< why not
    GatewayState state;
    QList<OpenClawGateway> gateways;
    QString newest; ///< the newest version of OpenClaw that is to be had; empty: not known
    QString newestProblem; ///< translated: why not
    bool inContainer = false; ///< a gateway runs in a network namespace of its own, where the probe does not look

    /// Which of the configurations the probe's user may read. They hold the token: read them as secrets.
    [[nodiscard]] QList<ConfigToRead> configsToRead(const QString &loginUser, bool maySudo) const;
    /// @p content is forgotten when this returns; @p error: why it could not be read.
    void setConfig(int gateway, const Secret &content, const std::optional<Error> &error);

    [[nodiscard]] static OpenClawFacts parse(const ProbeReport &report);
};

} // namespace Helmclaw
