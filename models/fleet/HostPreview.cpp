// SPDX-License-Identifier: MIT
#include "models/fleet/HostPreview.h"

#include "models/fleet/Server.h"
#include "ssh/SshConfig.h"

#include <QTimer>

#include <chrono>

namespace Helmclaw {

HostPreview::HostPreview(QString configFile, QObject *parent)
    : QObject(parent)
    , m_delay(new QTimer(this))
    , m_configFile(std::move(configFile))
{
    m_delay->setSingleShot(true);
    m_delay->setInterval(std::chrono::milliseconds(250));
    connect(m_delay, &QTimer::timeout, this, &HostPreview::start);
}

HostPreview::~HostPreview() = default;

void HostPreview::setHost(const QString &host)
{
    if (host == m_host)
        return;
    m_host = host;
    setText({});
    // What the form refuses anyway is not handed to ssh.
    Server server;
    server.name = server.host = host;
    if (host.isEmpty() || !serverProblem(server).isEmpty())
        m_delay->stop();
    else
        m_delay->start();
}

void HostPreview::start()
{
    if (m_query)
        return; // finished() looks whether the host is another one by now
    m_query = new SshConfigQuery(m_host, m_configFile, this);
    connect(m_query, &SshConfigQuery::finished, this, &HostPreview::finished);
    m_query->start();
}

void HostPreview::finished()
{
    SshConfigQuery *query = m_query;
    m_query = nullptr;
    query->deleteLater();
    if (query->host() != m_host) {
        if (!m_host.isEmpty() && !m_delay->isActive())
            start();
        return;
    }
    const Result<SshHostConfig> &result = query->result();
    if (!result) {
        setText(result.error().what);
        return;
    }
    QString target = result->user.isEmpty() ? result->hostName : result->user + QLatin1Char('@') + result->hostName;
    if (result->port != 22)
        target += QStringLiteral(":%1").arg(result->port);
    QString text = tr("ssh connects to %1").arg(target);
    if (!result->proxyJump.isEmpty())
        text += QLatin1Char('\n') + tr("through %1").arg(result->proxyJump.join(QStringLiteral(", ")));
    else if (!result->proxyCommand.isEmpty())
        text += QLatin1Char('\n') + tr("by a ProxyCommand");
    const QStringList refused = result->remarked(SshConfigRemark::Weight::Refused);
    const QStringList ignored = result->remarked(SshConfigRemark::Weight::NotHonoured);
    if (!refused.isEmpty())
        text += QLatin1Char('\n') + tr("Helmclaw cannot connect because of %1").arg(refused.join(QStringLiteral(", ")));
    if (!ignored.isEmpty())
        text += QLatin1Char('\n') + tr("Not followed by Helmclaw: %1").arg(ignored.join(QStringLiteral(", ")));
    setText(text);
}

void HostPreview::setText(const QString &text)
{
    if (text == m_text)
        return;
    m_text = text;
    Q_EMIT changed();
}

} // namespace Helmclaw
