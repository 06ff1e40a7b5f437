// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/ImportModel.h"
#include "ssh/tailscale/TailnetStatus.h"

namespace Helmclaw {

class Tailnet;

/// Import from the tailnet: one row per peer, or per peer with one of the wanted tags. Adds entries whose `host` is the
/// peer's MagicDNS name and that remember the node's id, so that a new address follows; the peer's tags become groups.
class TailscaleImport : public ImportModel
{
    Q_OBJECT
public:
    /// Neither is owned.
    TailscaleImport(Fleet *fleet, Tailnet *tailnet, QObject *parent = nullptr);

    /// Asks tailscaled; rows come with finished().
    void start();
    /// "tag:name"; empty: every peer. Rows that go lose their check mark.
    void setTags(const QStringList &tags);
    /// All tags of the tailnet's peers, sorted.
    [[nodiscard]] QStringList tags() const;
    /// Why there are no rows; nothing when Tailscale runs.
    [[nodiscard]] std::optional<Error> problem() const { return m_status.error; }
    /// The same as one sentence, for where a heading says that it is about the tailnet.
    [[nodiscard]] const QString &problemText() const { return m_status.problem; }
    [[nodiscard]] bool isResolving() const override { return m_asking; }

protected:
    void classify(int number, Row &row) const override;

private:
    void fill();

    Tailnet *m_tailnet;
    TailnetStatus m_status;
    QStringList m_tags;
    QList<TailnetPeer> m_peers; ///< by row
    bool m_asking = false;
};

} // namespace Helmclaw
