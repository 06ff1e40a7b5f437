// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"
#include "ssh/Secret.h"

#include <QString>

#include <optional>

namespace Helmclaw {

/// The part of OpenClaw's openclaw.json that says how its gateway is reached and what it asks of a client.
struct GatewayConfig
{
    enum class Token {
        Absent, ///< no gateway.auth.token
        Present, ///< `token` has it, when it was asked for
        Reference, ///< a SecretRef object: only the gateway itself can resolve it
        Substituted, ///< its text names an environment variable, "${NAME}"
    };

    std::optional<quint16> port; ///< gateway.port
    QString basePath; ///< gateway.controlUi.basePath: "" or "/openclaw"; never ends with a slash
    bool controlUiEnabled = true; ///< gateway.controlUi.enabled
    bool tls = false; ///< gateway.tls.enabled: the port speaks HTTPS
    QString authMode; ///< gateway.auth.mode as written; when it is left out: "token" or "password", or empty
    Token tokenKind = Token::Absent;
    Secret token;
    bool hasInclude = false; ///< "$include" where it can replace one of the above: what stands here may not be all

    /// @p withToken false: the token is checked as syntax and decoded nowhere.
    /// Errors: ErrorCode::BadServerData; their texts hold no piece of the file.
    [[nodiscard]] static Result<GatewayConfig> parse(const Secret &json5, bool withToken);

    /// gateway.controlUi.basePath as OpenClaw normalises it, or nothing when it cannot be a path of a URL.
    [[nodiscard]] static std::optional<QString> normalisedBasePath(const QString &path);
    /// OpenClaw replaces "${NAME}" (capital letters, digits, "_") in every string of its configuration.
    [[nodiscard]] static bool namesVariable(QByteArrayView text);
};

} // namespace Helmclaw
