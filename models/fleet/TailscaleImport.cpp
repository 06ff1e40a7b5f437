// SPDX-License-Identifier: MIT
#include "models/fleet/TailscaleImport.h"

#include "models/fleet/Fleet.h"
#include "models/fleet/Tailnet.h"

#include <algorithm>

namespace Helmclaw {

TailscaleImport::TailscaleImport(Fleet *fleet, Tailnet *tailnet, QObject *parent)
    : ImportModel(fleet, parent)
    , m_tailnet(tailnet)
{
}

void TailscaleImport::start()
{
    m_asking = true;
    m_tailnet->whenFresh(this, [this] {
        m_asking = false;
        m_status = m_tailnet->status();
        if (m_status.error)
            m_status.peers.clear(); // a stopped Tailscale still lists them as they once were
        fill();
        Q_EMIT finished();
    });
}

void TailscaleImport::setTags(const QStringList &tags)
{
    if (tags == m_tags)
        return;
    m_tags = tags;
    fill();
}

QStringList TailscaleImport::tags() const
{
    QStringList tags;
    for (const TailnetPeer &peer : m_status.peers)
        tags += peer.tags;
    tags.removeDuplicates();
    tags.sort();
    return tags;
}

void TailscaleImport::fill()
{
    m_peers.clear();
    std::vector<Row> rows;
    for (const TailnetPeer &peer : std::as_const(m_status.peers)) {
        const bool wanted = m_tags.isEmpty()
            || std::any_of(peer.tags.begin(), peer.tags.end(),
                           [this](const QString &tag) { return m_tags.contains(tag); });
        if (!wanted)
            continue;
        Row row;
        // The first label of the MagicDNS name is unique in a tailnet; what the machine calls itself need not be.
        row.server.name = peer.dnsName.isEmpty() ? peer.hostName : peer.dnsName.section(QLatin1Char('.'), 0, 0);
        row.server.host = peer.dnsName;
        row.server.tailnet = { peer.nodeId, peer.dnsName };
        for (const QString &tag : peer.tags)
            row.server.tags.append(tag.section(QLatin1Char(':'), 1));
        row.target = peer.addresses.constFirst();
        m_peers.append(peer);
        classify(int(m_peers.size()) - 1, row);
        row.checked = row.state == Row::State::New && peer.os == QLatin1String("linux"); // not everybody's telephone
        rows.push_back(row);
    }
    reset(std::move(rows));
}

void TailscaleImport::classify(int number, Row &row) const
{
    const TailnetPeer &peer = m_peers.at(number);
    const auto set = [&row](Row::State state, const QString &remark) {
        row.state = state;
        row.remark = remark;
    };
    for (const Server &present : fleet()->servers()) {
        if (present.tailnet.nodeId == peer.nodeId || present.host == peer.dnsName
            || peer.addresses.contains(present.host))
            return set(Row::State::InFleet, tr("Already in the fleet as \"%1\"").arg(present.name));
    }
    if (const auto namesake = fleet()->byName(row.server.name); namesake && namesake->name == row.server.name)
        return set(Row::State::Unusable, tr("Another server of the fleet has this name"));
    if (peer.dnsName.isEmpty())
        return set(Row::State::Unusable, tr("It has no name in the tailnet (MagicDNS)"));
    if (const QString problem = serverProblem(row.server); !problem.isEmpty())
        return set(Row::State::Unusable, problem);
    QStringList remarks { tr("New") };
    if (!peer.os.isEmpty() && peer.os != QLatin1String("linux"))
        remarks += peer.os;
    if (!peer.online)
        remarks += tr("offline");
    if (peer.expired)
        remarks += tr("its key has expired");
    if (peer.isTailscaleSsh)
        remarks += tr("Tailscale SSH");
    set(Row::State::New, remarks.join(QStringLiteral("; ")));
}

} // namespace Helmclaw
