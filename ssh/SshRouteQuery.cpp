// SPDX-License-Identifier: MIT
#include "ssh/SshRouteQuery.h"

#include <QCoreApplication>

#include <algorithm>

namespace Helmclaw {

namespace {

constexpr qsizetype maxHops = 16;

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(SshConfig)
};

QString nameOf(const QString &user, const QString &host, int port)
{
    return SshJumpSpec { host, user, port }.toString().toLower();
}

} // namespace

SshTarget SshRoute::target() const
{
    SshTarget target = host.target();
    for (const SshHostConfig &hop : hops)
        target.jumpHosts += hop.target();
    if (!target.jumpHosts.isEmpty())
        target.proxyCommand.clear();
    for (qsizetype i = 1; i < target.jumpHosts.size(); ++i)
        target.jumpHosts[i].proxyCommand.clear(); // it is reached through the hop before it
    return target;
}

QList<SshConfigRemark> SshRoute::remarks() const
{
    QList<SshConfigRemark> all = host.remarks;
    for (const SshHostConfig &hop : hops) {
        for (SshConfigRemark remark : hop.remarks) {
            remark.keyword = Text::tr("jump host %1: %2").arg(hop.host, remark.keyword);
            all += remark;
        }
    }
    return all;
}

SshRouteQuery::SshRouteQuery(SshConfigRequest request, QObject *parent)
    : QObject(parent)
    , m_request(std::move(request))
    , m_result(failure(ErrorCode::Internal, QStringLiteral("the ssh settings were not asked for yet")))
{
}

void SshRouteQuery::start()
{
    if (m_query == nullptr)
        ask(m_request);
}

void SshRouteQuery::ask(const SshConfigRequest &request)
{
    m_query = new SshConfigQuery(request, this);
    connect(m_query, &SshConfigQuery::finished, this, &SshRouteQuery::answered);
    m_query->start();
}

void SshRouteQuery::answered()
{
    m_query->deleteLater(); // it is the sender
    const Result<SshHostConfig> config = m_query->result();
    if (!config) {
        Error error = config.error();
        if (m_hasHost)
            error.what = Text::tr("jump host %1: %2").arg(m_hops.at(m_asked).spec.toString(), error.what);
        finish(tl::unexpected(error));
        return;
    }
    if (!m_hasHost) {
        m_hasHost = true;
        m_host = *config;
        if (!prepend(nameOf(m_request.user, m_request.host, m_request.port), *config))
            return;
    } else {
        Hop &hop = m_hops[m_asked];
        hop.config = *config;
        // Only who is reached directly follows its own settings; ssh gives the others "-J" with the hosts before them.
        if (m_asked == 0 && !prepend(hop.spec.toString().toLower(), *config))
            return;
    }
    next();
}

bool SshRouteQuery::prepend(const QString &owner, const SshHostConfig &config)
{
    m_expanded += owner;
    if (config.proxyJump.isEmpty())
        return true;
    const auto specs = SshJumpSpec::parseList(config.proxyJump.join(QLatin1Char(',')));
    if (!specs) {
        finish(tl::unexpected(specs.error()));
        return false;
    }
    if (specs->size() + m_hops.size() > maxHops) {
        finish(failure(ErrorCode::InvalidInput,
                       Text::tr("more than %1 jump hosts before \"%2\"").arg(maxHops).arg(m_request.host),
                       Text::tr("Check the ProxyJump lines of your ssh_config")));
        return false;
    }
    if (!specs->isEmpty() && m_expanded.contains(specs->constFirst().toString().toLower())) {
        finish(
            failure(ErrorCode::InvalidInput,
                    Text::tr("the jump hosts go in a circle: %1")
                        .arg((m_expanded + QStringList { specs->constFirst().toString() }).join(QStringLiteral(" → "))),
                    Text::tr("Correct the ProxyJump lines of your ssh_config; \"ProxyJump none\" for a host that is "
                             "reached directly")));
        return false;
    }
    QList<Hop> hops;
    for (const SshJumpSpec &spec : *specs)
        hops += Hop { spec, std::nullopt };
    m_hops = hops + m_hops;
    return true;
}

void SshRouteQuery::next()
{
    const auto open = std::find_if(m_hops.begin(), m_hops.end(), [](const Hop &hop) { return !hop.config; });
    if (open != m_hops.end()) {
        m_asked = open - m_hops.begin();
        SshConfigRequest request;
        request.host = open->spec.host;
        request.user = open->spec.user;
        request.port = open->spec.port;
        request.configFile = m_request.configFile;
        // As ssh starts them: "-J" with the hosts before it, which goes over the host's own ProxyJump.
        QStringList before;
        for (qsizetype i = 0; i < m_asked; ++i)
            before += m_hops.at(i).spec.toString();
        request.jump = before.join(QLatin1Char(','));
        ask(request);
        return;
    }
    SshRoute route { m_host, {} };
    for (const Hop &hop : std::as_const(m_hops))
        route.hops += *hop.config;
    finish(route);
}

void SshRouteQuery::finish(Result<SshRoute> result)
{
    m_result = std::move(result);
    Q_EMIT finished(); // from an answer, never from start()
}

} // namespace Helmclaw
