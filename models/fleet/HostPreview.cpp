// SPDX-License-Identifier: MIT
#include "models/fleet/HostPreview.h"

#include "models/fleet/SshSettings.h"

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

void HostPreview::setServer(const Server &server)
{
    Server asked = server;
    asked.name = server.host; // the form may have none yet
    asked.tags.clear();
    asked.identityFiles.clear();
    std::optional<SshConfigRequest> wanted;
    if (!server.host.isEmpty() && serverProblem(asked).isEmpty())
        wanted = sshConfigRequest(asked, m_configFile);
    if (wanted == m_wanted)
        return;
    m_wanted = wanted;
    setText({});
    if (m_wanted)
        m_delay->start();
    else
        m_delay->stop();
}

void HostPreview::start()
{
    if (m_query || !m_wanted)
        return; // finished() looks whether something else is wanted by now
    m_query = new SshConfigQuery(*m_wanted, this);
    connect(m_query, &SshConfigQuery::finished, this, &HostPreview::finished);
    m_query->start();
}

void HostPreview::finished()
{
    SshConfigQuery *query = m_query;
    m_query = nullptr;
    query->deleteLater();
    if (query->request() != m_wanted) {
        if (!m_delay->isActive())
            start();
        return;
    }
    const Result<SshHostConfig> &result = query->result();
    if (!result) {
        setText(result.error().toString());
        return;
    }
    const QString target = result->target().toString();
    QString text = tr("ssh connects to %1").arg(target);
    if (!result->proxyJump.isEmpty())
        text += QLatin1Char('\n') + tr("through %1").arg(result->proxyJump.join(QStringLiteral(", ")));
    else if (!result->proxyCommand.isEmpty())
        text += QLatin1Char('\n') + tr("by a ProxyCommand");
    const QStringList ignored = result->remarked(SshConfigRemark::Weight::NotHonoured);
    if (const auto obstacle = sshObstacle(m_wanted->host, result->remarks))
        text += QLatin1Char('\n') + tr("Helmclaw cannot connect: %1").arg(obstacle->toString());
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
