// SPDX-License-Identifier: MIT
#include "models/gateway/GatewayDiscovery.h"

#include "models/gateway/GatewayScripts.h"
#include "models/posture/ProbeScript.h"
#include "ssh/SshPool.h"

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace Helmclaw {

namespace {

ExecOptions scriptOptions()
{
    ExecOptions options;
    options.deadline = 40s;
    options.outputCap = 1024 * 1024;
    return options;
}

} // namespace

Result<Secret> gatewayToken(const GatewayInstance &instance, GatewayConfig &config)
{
    const auto problem = [](ErrorCode code, const QString &what, const QString &remedy = {}) {
        return failure(code, what, remedy);
    };
    const QString byHand =
        GatewayDiscovery::tr("Type the gateway's token into its page, or set gateway.auth.token as plain text");
    if (config.authMode == "none"_L1)
        return Secret();
    if (config.authMode == "password"_L1)
        return problem(ErrorCode::Unsupported,
                       GatewayDiscovery::tr("the gateway asks for a password, and not for a token"),
                       GatewayDiscovery::tr("Type the password into its page"));
    if (!config.authMode.isEmpty() && config.authMode != "token"_L1)
        return problem(ErrorCode::Unsupported,
                       GatewayDiscovery::tr("signing in for the gateway's authentication mode \"%1\" is not supported")
                           .arg(printable(config.authMode.toUtf8(), 40)),
                       GatewayDiscovery::tr("Sign in in its page"));
    if (instance.settings.tokenFlag)
        return problem(ErrorCode::Unsupported,
                       GatewayDiscovery::tr("the gateway was started with --token, which Helmclaw does not read"),
                       byHand);
    switch (config.tokenKind) {
    case GatewayConfig::Token::Present:
        return std::move(config.token);
    case GatewayConfig::Token::Reference:
        return problem(
            ErrorCode::Unsupported,
            GatewayDiscovery::tr("gateway.auth.token is a reference to a secret store, which is not supported yet"),
            byHand);
    case GatewayConfig::Token::Substituted:
        return problem(
            ErrorCode::Unsupported,
            GatewayDiscovery::tr("gateway.auth.token names an environment variable (${…}), which is not supported yet"),
            byHand);
    case GatewayConfig::Token::Absent:
        break;
    }
    if (config.hasInclude)
        return problem(
            ErrorCode::Unsupported,
            GatewayDiscovery::tr("the configuration includes other files ($include), which is not supported yet"),
            byHand);
    return problem(ErrorCode::FileNotFound,
                   GatewayDiscovery::tr("neither the configuration nor the environment has a token"), byHand);
}

Secret tokenInEnvironment(const Secret &environment)
{
    static constexpr QByteArrayView Name = "OPENCLAW_GATEWAY_TOKEN=";
    const QByteArrayView text = environment.view();
    for (qsizetype start = 0; start < text.size();) {
        qsizetype end = start;
        while (end < text.size() && text.at(end) != '\0' && text.at(end) != '\n')
            ++end;
        QByteArrayView line = text.sliced(start, end - start).trimmed();
        start = end + 1;
        if (line.startsWith("export "))
            line = line.sliced(7).trimmed();
        if (!line.startsWith(Name))
            continue;
        QByteArrayView value = line.sliced(Name.size()).trimmed();
        const bool quoted =
            value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front();
        return Secret(quoted ? value.sliced(1, value.size() - 2) : value);
    }
    return {};
}

GatewayDiscovery::GatewayDiscovery(SshPool *pool, Server server, bool withToken, QObject *parent)
    : QObject(parent)
    , m_pool(pool)
    , m_server(std::move(server))
    , m_withToken(withToken)
{
}

GatewayDiscovery::~GatewayDiscovery() = default;

void GatewayDiscovery::start()
{
    Q_EMIT progressed(tr("looking for the gateway"));
    look({});
}

Result<GatewayEndpoint> GatewayDiscovery::takeResult()
{
    if (m_error)
        return tl::unexpected(*m_error);
    return std::move(m_endpoint);
}

void GatewayDiscovery::look(const QString &user)
{
    const QByteArray nonce = newProbeNonce();
    ExecOptions options = scriptOptions();
    ExecReply *reply = nullptr;
    if (user.isEmpty()) {
        reply = m_pool->runScript(m_server.id, gatewayDiscoverScript(), { QString::fromLatin1(nonce) }, options);
    } else {
        options.standardInput = gatewayDiscoverScript();
        const CommandLine command(
            u"sudo"_s, { u"-n"_s, u"-u"_s, user, u"--"_s, u"sh"_s, u"-s"_s, u"--"_s, QString::fromLatin1(nonce) });
        reply = m_pool->exec(m_server.id, command, options);
    }
    reply->setParent(this);
    connect(reply, &SshReply::finished, this, [this, reply, user, nonce] {
        reply->deleteLater();
        looked(user, nonce, reply->standardOutput(), reply->error());
    });
}

void GatewayDiscovery::looked(const QString &user, const QByteArray &nonce, const QByteArray &output,
                              const std::optional<Error> &error)
{
    Result<GatewayFacts> facts = error ? tl::unexpected(*error) : GatewayFacts::parse(output, nonce);
    if (facts) {
        m_facts = std::move(*facts);
        m_user = user;
    } else if (!m_facts) {
        return fail(facts.error());
    }
    // else: sudo did not keep what it promised; what was seen before must do.
    const Result<GatewayInstance> chosen = chooseGateway(*m_facts, quint16(m_server.gatewayPort));
    if (user.isEmpty()) {
        if (const QString better = betterInformedUser(*m_facts, chosen); !better.isEmpty()) {
            Q_EMIT progressed(tr("looking again as user %1").arg(better));
            return look(better);
        }
    }
    if (!chosen)
        return fail(chosen.error());
    m_instance = *chosen;
    readConfig();
}

void GatewayDiscovery::read(const QString &path, bool bySftp, std::function<void(Secret, std::optional<Error>)> done)
{
    if (m_user.isEmpty() && bySftp) {
        ReadFileOptions options;
        options.sensitive = true;
        ReadFileReply *reply = m_pool->readFile(m_server.id, path, options);
        reply->setParent(this);
        connect(reply, &SshReply::finished, this, [reply, done = std::move(done)] {
            reply->deleteLater();
            done(reply->takeSensitiveData(), reply->error());
        });
        return;
    }
    CommandLine command(u"cat"_s, { u"--"_s, path });
    if (!m_user.isEmpty())
        command = CommandLine(u"sudo"_s, { u"-n"_s, u"-u"_s, m_user, u"--"_s, u"cat"_s, u"--"_s, path });
    ExecOptions options;
    options.deadline = 30s;
    options.outputCap = 1024 * 1024;
    options.sensitive = true;
    ExecReply *reply = m_pool->exec(m_server.id, command, options);
    reply->setParent(this);
    connect(reply, &SshReply::finished, this, [reply, path, done = std::move(done)] {
        reply->deleteLater();
        std::optional<Error> error = reply->error();
        if (!error && reply->exitStatus() != 0)
            error = Error { ErrorCode::CommandFailed,
                            tr("%1 could not be read (cat: exit status %2)").arg(path).arg(reply->exitStatus()),
                            {},
                            {} };
        else if (!error && reply->isTruncated())
            error = Error { ErrorCode::OutputTooLarge, tr("%1 is too long").arg(path), {}, {} };
        done(error ? Secret() : reply->takeSensitiveOutput(), error);
    });
}

void GatewayDiscovery::readConfig()
{
    if (m_instance.configMissing)
        return configRead({}, Error { ErrorCode::FileNotFound, {}, {}, {} });
    if (m_instance.configPath.isEmpty() || !m_instance.configReadable) {
        const QString file = m_instance.configPath.isEmpty() ? tr("its configuration") : m_instance.configPath;
        m_endpoint.signInProblem = Error { ErrorCode::PermissionDenied,
                                           tr("user %1 may not read %2").arg(m_facts->user, file),
                                           tr("Log in as %1, or allow %2 to become %1 without a password (sudo -u %1)")
                                               .arg(m_instance.user, m_facts->user),
                                           {} };
        return conclude();
    }
    Q_EMIT progressed(tr("reading %1").arg(m_instance.configPath));
    read(m_instance.configPath, true,
         [this](Secret content, const std::optional<Error> &error) { configRead(std::move(content), error); });
}

void GatewayDiscovery::configRead(Secret content, const std::optional<Error> &error)
{
    if (error && error->code != ErrorCode::FileNotFound) {
        m_endpoint.signInProblem = error;
        return conclude();
    }
    // A gateway may run without a file (--allow-unconfigured).
    Result<GatewayConfig> config = error ? GatewayConfig() : GatewayConfig::parse(content, m_withToken);
    if (!config) {
        m_endpoint.signInProblem =
            Error { ErrorCode::BadServerData,
                    tr("%1 is not understood: %2").arg(m_instance.configPath, config.error().what),
                    tr("See what openclaw config validate says about it"),
                    {} };
        return conclude();
    }
    m_config = std::move(*config);
    if (m_config->tls)
        return fail({ ErrorCode::Unsupported,
                      tr("the gateway speaks HTTPS (gateway.tls.enabled), which is not supported yet"),
                      tr("Behind an SSH tunnel it needs no TLS of its own"),
                      {} });
    if (!m_config->controlUiEnabled)
        return fail(
            { ErrorCode::Unsupported,
              tr("the gateway's web UI is switched off"),
              tr("Set gateway.controlUi.enabled to true in %1 and restart the gateway").arg(m_instance.configPath),
              {} });
    if (!m_withToken)
        return conclude();
    Result<Secret> token = gatewayToken(m_instance, *m_config);
    if (token) {
        m_endpoint.token = std::move(*token);
        return conclude();
    }
    m_endpoint.signInProblem = token.error();
    QStringList environments;
    if (token.error().code == ErrorCode::FileNotFound) {
        if (m_instance.settings.token && m_instance.pid)
            environments.append(u"/proc/%1/environ"_s.arg(m_instance.pid));
        environments.append(m_instance.configPath.section(u'/', 0, -2) + "/.env"_L1);
    }
    readEnvironments(environments);
}

void GatewayDiscovery::readEnvironments(QStringList files)
{
    if (files.isEmpty())
        return conclude();
    const QString file = files.takeFirst();
    // Files in /proc have no size, which SFTP readers ask for.
    read(file, false, [this, files](const Secret &content, const std::optional<Error> &) {
        Secret token = tokenInEnvironment(content);
        if (token.isEmpty())
            return readEnvironments(files);
        m_endpoint.token = std::move(token);
        m_endpoint.signInProblem.reset();
        conclude();
    });
}

void GatewayDiscovery::conclude()
{
    const Result<quint16> port =
        gatewayPort(*m_facts, m_instance, m_config ? &*m_config : nullptr, quint16(m_server.gatewayPort));
    if (!port)
        return fail(port.error());
    if (!m_facts->listenersKnown && !m_endpoint.token.isEmpty()) {
        m_endpoint.token = {};
        m_endpoint.signInProblem = Error { ErrorCode::Unsupported,
                                           tr("the server does not say whose program listens on port %1").arg(*port),
                                           tr("Type the gateway's token into its page"),
                                           {} };
    }
    m_endpoint.port = *port;
    m_endpoint.version = m_instance.version;
    m_endpoint.foundAs = m_instance.description();
    if (m_config)
        m_endpoint.basePath = m_config->basePath;
    if (m_endpoint.signInProblem)
        m_endpoint.signInProblem = named(*m_endpoint.signInProblem);
    Q_EMIT finished();
}

void GatewayDiscovery::fail(Error error)
{
    m_error = named(std::move(error));
    Q_EMIT finished();
}

Error GatewayDiscovery::named(Error error) const
{
    if (error.server.isEmpty())
        error.server = m_server.name;
    return error;
}

} // namespace Helmclaw
