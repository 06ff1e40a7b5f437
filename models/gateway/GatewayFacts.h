// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/ProbeReport.h"

#include <QList>
#include <QString>

#include <optional>

namespace Helmclaw {

/// A TCP listener of the server's network namespace, as the kernel names its owner: no program can lie about it.
struct GatewayListener
{
    quint16 port = 0;
    uint uid = 0;
    enum class Reach { Loopback, AnyIPv4, AnyIPv6, Other }; ///< by most specific; Other: not reached by 127.0.0.1
    Reach reach = Reach::Other;
    QString address; ///< "127.0.0.1", "::"; empty: not told
    /// Bound to an address that only the server itself reaches.
    [[nodiscard]] bool isLoopback() const;
    friend bool operator==(const GatewayListener &, const GatewayListener &) = default;
};

/// What an argument vector, an environment or a unit file says about a gateway. Empty or 0: says nothing.
struct GatewaySettings
{
    quint16 portFlag = 0; ///< --port
    bool tokenFlag = false; ///< --token is there; it beats the configuration
    bool passwordFlag = false; ///< --password is there
    QString profile;
    QString home; ///< HOME, or OPENCLAW_HOME
    QString stateDir; ///< OPENCLAW_STATE_DIR
    QString configPath; ///< OPENCLAW_CONFIG_PATH
    quint16 port = 0; ///< OPENCLAW_GATEWAY_PORT
    bool token = false; ///< OPENCLAW_GATEWAY_TOKEN is set
    bool password = false; ///< OPENCLAW_GATEWAY_PASSWORD is set
    QString package; ///< folder of the npm package

    /// The configuration file that OpenClaw takes with these settings, for a user whose home is @p userHome.
    [[nodiscard]] QString configFile(const QString &userHome) const;
};

struct GatewayProcess
{
    int pid = 0;
    uint uid = 0;
    bool isGateway = false; ///< else a helper of one, known by its package only
    bool titleIsVague = false; ///< called "openclaw", as the command-line program also is
    bool otherNetwork = false; ///< in a container: its listeners are not the server's
    bool environmentKnown = false;
    QString group; ///< the systemd service in whose control group it runs; empty: none, or not told
    GatewaySettings settings;
    QList<quint16> listens; ///< its own listeners; empty when they could not be told
};

struct GatewayUnit
{
    QString file;
    uint uid = 0; ///< of the user it runs as
    bool isSystemUnit = false;
    GatewaySettings settings;

    [[nodiscard]] QString name() const;
};

struct GatewayConfigFile
{
    enum class Existence { Yes, No, Hidden };
    QString path;
    Existence existence = Existence::No; ///< Hidden: its folder is closed to us
    bool readable = false;
};

struct GatewayHome
{
    QString path;
    uint uid = 0;
    QString user;
    QList<GatewayConfigFile> configs;
};

/// The answer of resources/scripts/gateway-discover.sh, validated. Everything in it was written by the server: paths
/// are absolute and without control characters, numbers are in range; more is not promised.
struct GatewayFacts
{
    uint uid = 0; ///< who asked
    QString user;
    QString home;
    bool seesOthers = false; ///< other users' processes are visible: what is not seen does not run
    bool listenersKnown = false;
    bool listenersComplete = false; ///< and each of them was understood
    QList<GatewayListener> listeners;
    QList<GatewayProcess> processes;
    QList<GatewayUnit> units;
    QList<GatewayHome> homes;
    QHash<QString, QString> versions; ///< by package folder
    QStringList sudoUsers; ///< whom the asking user may become for any command without a password; "ALL": anybody

    /// Errors: ErrorCode::BadServerData.
    [[nodiscard]] static Result<GatewayFacts> parse(const QByteArray &output, const QByteArray &nonce);
    [[nodiscard]] static Result<GatewayFacts> parse(const ProbeReport &report);

    [[nodiscard]] const GatewayHome *homeOf(uint owner) const;
    [[nodiscard]] QString userName(uint owner) const; ///< or the number
    /// Who listens on @p port so that 127.0.0.1 reaches it; none: nobody, or it is not known.
    [[nodiscard]] std::optional<uint> listenerUid(quint16 port) const;
    [[nodiscard]] QList<quint16> loopbackPortsOf(uint owner) const; ///< bound to 127.0.0.1 itself, ascending
    [[nodiscard]] bool mayBecome(const QString &other) const;

    /// From the text of `sudo -l`: the users of entries that end in "NOPASSWD: ALL".
    [[nodiscard]] static QStringList parseSudoUsers(const QString &text);
};

} // namespace Helmclaw
