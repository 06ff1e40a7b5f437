// SPDX-License-Identifier: MIT
#pragma once

#include "models/gateway/AgentPolicy.h"
#include "models/gateway/GatewayConfig.h"

#include <QStringList>

namespace Helmclaw {

/// A shared secret as far as a check may know it: whether there is one, and whether it could be guessed.
struct SharedSecret
{
    enum class Kind { Absent, Present, Reference, Substituted }; ///< as GatewayConfig::Token
    Kind kind = Kind::Absent;
    qsizetype length = 0; ///< of one that is Present
    bool isPlaceholder = false; ///< "undefined", "null", blank
};

/// gateway.auth.rateLimit; a value that is not set is OpenClaw's own default.
struct AuthRateLimit
{
    std::optional<double> maxAttempts; ///< default 10
    std::optional<double> windowMs; ///< default 60000
    std::optional<double> lockoutMs; ///< default 300000
    bool exemptLoopback = true;
};

/// The part of OpenClaw's openclaw.json that says how safe the gateway is. Holds nothing that is secret: it may be kept
/// and shown. Texts in it were written by the server and are printable.
struct GatewayPolicy
{
    std::optional<quint16> port;
    QString bind; ///< gateway.bind as written: "loopback", "lan", "tailnet" …; empty: not set
    QString authMode; ///< as GatewayConfig::authMode
    SharedSecret token;
    SharedSecret password;
    std::optional<AuthRateLimit> rateLimit;
    bool rateLimitUnderstood = true;
    bool controlUiEnabled = true;
    QStringList allowedOrigins; ///< gateway.controlUi.allowedOrigins
    bool originsUnderstood = true;
    QStringList dangerousFlags; ///< "gateway.controlUi.allowInsecureAuth" … that are switched on
    bool tls = false;
    AgentPolicy agents;
    QStringList includes; ///< paths of "$include": what stands in this file may not be all
    [[nodiscard]] bool hasInclude() const { return !includes.isEmpty(); }

    /// The text's secrets are decoded into secure memory for as long as this runs, and nowhere else.
    /// Errors: ErrorCode::BadServerData; their texts hold no piece of the file.
    [[nodiscard]] static Result<GatewayPolicy> parse(const Secret &json5);
};

} // namespace Helmclaw
