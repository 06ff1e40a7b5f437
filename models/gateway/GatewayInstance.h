// SPDX-License-Identifier: MIT
#pragma once

#include "models/gateway/GatewayConfig.h"
#include "models/gateway/GatewayFacts.h"

namespace Helmclaw {

/// One gateway of a server, running or only installed, joined from what its processes, units and files say.
struct GatewayInstance
{
    uint uid = 0;
    QString user;
    QString home;
    QString configPath; ///< may be empty: not known
    bool configReadable = false; ///< by the user who asked
    bool configMissing = false; ///< it is known not to be there
    bool configHidden = false; ///< its folder is closed to the user who asked
    bool running = false;
    QList<quint16> listens; ///< its own listeners where they could be told
    GatewaySettings settings; ///< the process's, and its unit's where the process's could not be read
    int pid = 0; ///< 0: does not run, or is not seen
    QString unit; ///< name of its systemd unit; may be empty
    bool isSystemUnit = false;
    QString version; ///< may be empty: not known

    /// For people: "openclaw's gateway (openclaw-gateway.service)".
    [[nodiscard]] QString description() const;
};

/// All gateways that @p facts knows of, running ones first.
[[nodiscard]] QList<GatewayInstance> gatewayInstances(const GatewayFacts &facts);

/// The one that is meant. @p wantedPort: the fleet entry's gateway port, or 0. Errors (FileNotFound: none there or not
/// running; InvalidInput: several, the user must say which) have remedies.
[[nodiscard]] Result<GatewayInstance> chooseGateway(const GatewayFacts &facts, quint16 wantedPort);

/// The port of @p instance: the wanted one, else its only listener, else --port > OPENCLAW_GATEWAY_PORT > gateway.port
/// > 18789, else what its user listens on. @p config: null when it could not be read. Errors: FileNotFound: nothing
/// listens there; PermissionDenied: somebody else does.
[[nodiscard]] Result<quint16> gatewayPort(const GatewayFacts &facts, const GatewayInstance &instance,
                                          const GatewayConfig *config, quint16 wantedPort);

/// Another user of the server whom the asking one may become and who would see more: the gateway's own. Never root just
/// because it could. Empty: nobody.
[[nodiscard]] QString betterInformedUser(const GatewayFacts &facts, const Result<GatewayInstance> &chosen);

} // namespace Helmclaw
