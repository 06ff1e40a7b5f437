// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/Server.h"
#include "models/gateway/GatewayInstance.h"

#include <QObject>

#include <memory>
#include <optional>

namespace Helmclaw {

class SshPool;

/// What discovery ends with: where the gateway is, and what signs a browser in.
struct GatewayEndpoint
{
    quint16 port = 0; ///< on the server's 127.0.0.1
    QString basePath; ///< "" or "/openclaw"
    QString version; ///< may be empty: not known
    QString foundAs; ///< for people: "the gateway of user openclaw (openclaw-gateway.service)"
    Secret token; ///< empty: none is needed, or signInProblem says why there is none
    std::optional<Error> signInProblem;
};

/// The token by OpenClaw's precedence (--token > gateway.auth.token > OPENCLAW_GATEWAY_TOKEN), as far as it can be
/// read. Empty on success: the gateway wants none (auth mode "none"). FileNotFound: the configuration has none, the
/// environment may. Other errors: why a browser cannot be signed in.
[[nodiscard]] Result<Secret> gatewayToken(const GatewayInstance &instance, GatewayConfig &config);

/// The value of OPENCLAW_GATEWAY_TOKEN in an environment: /proc/PID/environ, or a .env file (which allows "export" and
/// quotes). Empty: not in it.
[[nodiscard]] Secret tokenInEnvironment(const Secret &environment);

/// Finds a server's gateway: one script as the login user; when the gateway is another user's and sudo allows to become
/// that user, the same script as that user; then its configuration, read into secure memory. Deleting it gives up.
/// Thread: the pool's.
class GatewayDiscovery : public QObject
{
    Q_OBJECT
public:
    /// @p pool is not owned, and knows the server. @p withToken false: the token is not looked for.
    GatewayDiscovery(SshPool *pool, Server server, bool withToken, QObject *parent = nullptr);
    ~GatewayDiscovery() override;

    void start();
    /// After finished(), once.
    [[nodiscard]] Result<GatewayEndpoint> takeResult();

Q_SIGNALS:
    void progressed(const QString &detail);
    void finished();

private:
    void look(const QString &user);
    void looked(const QString &user, const QByteArray &nonce, const QByteArray &output,
                const std::optional<Error> &error);
    void readConfig();
    void configRead(Secret content, const std::optional<Error> &error);
    void readEnvironments(QStringList files);
    void read(const QString &path, bool bySftp, std::function<void(Secret, std::optional<Error>)> done);
    void conclude();
    void fail(Error error);
    [[nodiscard]] Error named(Error error) const;

    SshPool *m_pool;
    Server m_server;
    bool m_withToken;
    QString m_user; ///< as whom m_facts was asked; empty: the login user
    std::optional<GatewayFacts> m_facts;
    GatewayInstance m_instance;
    std::optional<GatewayConfig> m_config;
    GatewayEndpoint m_endpoint;
    std::optional<Error> m_error;
};

} // namespace Helmclaw
