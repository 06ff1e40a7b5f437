// SPDX-License-Identifier: MIT
#include "views/overview/ConnectionFacts.h"

#include "models/fleet/Fleet.h"
#include "models/fleet/ServerSessions.h"
#include "models/fleet/SessionLabel.h"
#include "models/fleet/SshSettings.h"
#include "models/gateway/WebUiSessions.h"
#include "models/posture/PostureStore.h"
#include "views/overview/TimeText.h"

namespace Helmclaw {

ConnectionFacts::ConnectionFacts(const WindowModels &models, QWidget *parent)
    : FactsGrid(parent)
    , m_models(models)
    , m_way(addFact(tr("Connects to"), Kind::Code))
    , m_backend(addFact(tr("Carried"), Kind::Text))
    , m_sshConfig(addFact(tr("ssh_config"), Kind::Text))
    , m_probed(addFact(tr("Last check"), Kind::Text))
    , m_privileges(addFact(tr("Read with"), Kind::Text))
    , m_tailnet(addFact(tr("Tailnet"), Kind::Text))
    , m_hostKey(addFact(tr("Host key"), Kind::Code))
    , m_keyExchange(addFact(tr("Key exchange"), Kind::Code))
    , m_cipher(addFact(tr("Cipher"), Kind::Code))
    , m_authenticatedBy(addFact(tr("Signed in by"), Kind::Code))
    , m_gateway(addFact(tr("Gateway"), Kind::Text))
    , m_address(addFact(tr("Web UI"), Kind::Code))
{
    setObjectName(QStringLiteral("connectionFacts"));
}

void ConnectionFacts::showServer(const QString &serverId)
{
    const SessionStatus session = m_models.sessions->status(serverId);
    const ServerPosture posture = m_models.posture->posture(serverId);
    const WebUiStatus webUi = m_models.webUi->status(serverId);
    const auto target = m_models.sessions->target(serverId);
    QString way = target ? target->toString() : QString();
    if (target && !target->jumpHosts.isEmpty())
        way = tr("%1 through %2").arg(way, target->via());
    else if (target && !target->proxyCommand.isEmpty())
        way = tr("%1 by ProxyCommand %2").arg(way, target->proxyCommand.value(2));
    setValue(m_way, printable(way.toUtf8(), 400));
    setValue(m_backend, backendLabel(session));
    QStringList ignored;
    for (const SshConfigRemark &remark : m_models.sessions->sshRemarks(serverId)) {
        if (remark.weight != SshConfigRemark::Weight::NoEffect)
            ignored += tr("%1: %2").arg(sshRemarkLabel(remark.weight), toString(remark));
    }
    setValue(m_sshConfig, ignored.join(QLatin1Char('\n')));
    setValue(m_probed, posture.probedAt.isValid() ? fullTime(posture.probedAt) : tr("never"));
    setValue(m_privileges,
             !posture.probedAt.isValid() ? QString()
                 : posture.withSudo      ? tr("sudo")
                                         : tr("no sudo: root-less evidence only"));
    const auto server = m_models.fleet->byId(serverId);
    setValue(m_tailnet, server ? m_models.sessions->tailnet()->summary(*server) : QString());
    setValue(m_hostKey, session.hostKeyFingerprint);
    setValue(m_keyExchange, session.keyExchange);
    setValue(m_cipher, session.cipher);
    setValue(m_authenticatedBy, session.authenticatedBy);
    QString gateway;
    if (webUi.gatewayPort != 0)
        gateway = webUi.gatewayVersion.isEmpty()
            ? tr("port %1").arg(webUi.gatewayPort)
            : tr("OpenClaw %1, port %2").arg(webUi.gatewayVersion).arg(webUi.gatewayPort);
    setValue(m_gateway, gateway);
    setValue(m_address, m_models.webUi->plainUrl(serverId).toString());
}

} // namespace Helmclaw
