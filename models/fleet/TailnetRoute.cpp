// SPDX-License-Identifier: MIT
#include "models/fleet/TailnetRoute.h"

#include <QCoreApplication>

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(TailnetRoute)
};

void adviseAboutAbsence(const TailnetPeer &peer, TargetAdvice &advice)
{
    if (peer.expired) {
        advice.unreachable = Text::tr("tailnet: the key of %1 has expired").arg(peer.dnsName);
        advice.unreachableRemedy =
            Text::tr("Renew it with \"sudo tailscale up --force-reauth\" on the server's console, or disable key "
                     "expiry for it in Tailscale's admin console");
    } else if (!peer.online) {
        advice.unreachable = peer.lastSeen.isValid()
            ? Text::tr("tailnet: %1 is offline, last seen %2").arg(peer.dnsName, peer.lastSeen.toString(Qt::ISODate))
            : Text::tr("tailnet: %1 is offline").arg(peer.dnsName);
        advice.unreachableRemedy = Text::tr(
            "Is the server up? Look at \"tailscale status\" and \"systemctl status tailscaled\" on its console");
    }
}

void adviseAboutKeys(const Server &server, const TailnetPeer &peer, SshTarget &target)
{
    target.advice.hostKeys = peer.sshHostKeys;
    // Port 22 is answered by tailscaled itself, with these keys; behind other ports may be anybody's sshd.
    target.advice.hostKeysComplete = target.port == 22 && !peer.sshHostKeys.isEmpty();
    target.advice.source = Text::tr("the tailnet, node %1").arg(server.tailnet.nodeId);
}

} // namespace

Result<void> routeOverTailnet(const Server &server, const TailnetStatus &tailnet, const QStringList &netcat,
                              SshTarget &target)
{
    if (!target.proxyCommand.isEmpty() || !target.jumpHosts.isEmpty()) {
        const TailnetPeer *peer = tailnet.byId(server.tailnet.nodeId);
        if (peer && tailnet.rootDaemon)
            adviseAboutKeys(server, *peer, target);
        target.advice.hostKeysComplete = false; // who answers at the end of that way is not known
        return {};
    }
    switch (tailnet.state) {
    case TailnetState::Running:
        break;
    case TailnetState::Unknown:
    case TailnetState::PermissionDenied:
    case TailnetState::Error:
        // The tailnet may work nevertheless: its name is dialled as any other, and a failure is explained.
        if (tailnet.error) {
            target.advice.unreachable = tailnet.error->what;
            target.advice.unreachableRemedy = tailnet.error->remedy;
        }
        return {};
    default: {
        Error error = *tailnet.error;
        error.server = server.name;
        return tl::unexpected(error);
    }
    }
    const TailnetPeer *peer = tailnet.byId(server.tailnet.nodeId);
    if (!peer || peer->addresses.isEmpty())
        return failure(
            ErrorCode::Unreachable,
            Text::tr("tailnet: there is no node %1 (%2) any more").arg(server.tailnet.nodeId, server.tailnet.dnsName),
            Text::tr("Was it removed or registered anew, or are you in another tailnet (\"tailscale "
                     "switch\")? Remove the server and import it again, or give it another host"),
            server.name);
    if (tailnet.userspace && netcat.isEmpty())
        return failure(ErrorCode::Unsupported,
                       Text::tr("tailnet: Tailscale on this computer has no network interface (userspace networking), "
                                "so %1 has no route")
                           .arg(server.tailnet.dnsName),
                       Text::tr("Run tailscaled without --tun=userspace-networking, or install the \"tailscale\" "
                                "program, whose \"tailscale nc\" then makes the connection"),
                       server.name);
    if (target.hostKeyAlias.isEmpty())
        target.hostKeyAlias = target.knownHostsName();
    target.host = peer->addresses.constFirst();
    if (tailnet.userspace)
        target.proxyCommand = netcat + QStringList { target.host, QString::number(target.port) };
    adviseAboutAbsence(*peer, target.advice);
    if (tailnet.rootDaemon)
        adviseAboutKeys(server, *peer, target);
    return {};
}

} // namespace Helmclaw
