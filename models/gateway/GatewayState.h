// SPDX-License-Identifier: MIT
#pragma once

#include "models/gateway/GatewayFacts.h"
#include "models/gateway/LoopbackRequest.h"

#include <QHash>

namespace Helmclaw {

/// What systemctl(1) says of a gateway's unit.
struct GatewayService
{
    bool asked = false; ///< its systemd answered; a user's own answers only to that user and to root
    bool loaded = false;
    QString activeState; ///< "active", "activating", "failed" …
    QString subState; ///< "running", "auto-restart" …
    QString unitFileState; ///< "enabled", "disabled", "masked" …
    QString result; ///< "success", "exit-code", "start-limit-hit" …
    std::optional<int> restarts; ///< by systemd itself, since somebody started it
    std::optional<qint64> startedAgo; ///< seconds since its process was started

    /// "active (running), enabled, restarted 0 times"
    [[nodiscard]] QString text() const;
};

/// stat(2) of a file of a gateway's state.
struct GatewayFile
{
    QString path;
    uint uid = 0;
    uint permissions = 0; ///< the lowest twelve bits of st_mode
    bool isFolder = false;
    bool isLink = false; ///< permissions are the link's own, and say nothing

    [[nodiscard]] bool isOpenToRead() const { return !isLink && (permissions & 0044) != 0; }
    [[nodiscard]] bool isOpenToWrite() const { return !isLink && (permissions & 0022) != 0; }
    [[nodiscard]] QString mode() const; ///< "0755"
};

/// What a port of a gateway answered on the server's own loopback; empty: nothing that HTTP is made of.
struct GatewayHealth
{
    std::optional<HttpAnswer> health; ///< GET /healthz
    std::optional<HttpAnswer> ready; ///< GET /readyz
};

/// The answer of resources/scripts/gateway-discover.sh when it was asked for "state" as well.
struct GatewayState
{
    GatewayFacts facts;
    QHash<QString, GatewayService> services; ///< by unit file
    QHash<uint, bool> lingering; ///< by user; whether its systemd runs without a log-in
    QList<GatewayFile> files;
    bool filesRead = false;
    QHash<quint16, GatewayHealth> health; ///< by port; only those that were asked
    QHash<QString, QString> nodes; ///< versions of node, by path; only where no gateway runs

    /// Errors: ErrorCode::BadServerData.
    [[nodiscard]] static Result<GatewayState> parse(const QByteArray &output, const QByteArray &nonce);

    [[nodiscard]] const GatewayFile *file(const QString &path) const;
};

} // namespace Helmclaw
