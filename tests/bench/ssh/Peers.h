// SPDX-License-Identifier: MIT
#pragma once

#include "tests/bench/LoopbackFleet.h"

#include <QList>
#include <QString>
#include <QStringList>

namespace Helmclaw::Bench {

/// What an admin would type instead.
struct Peer
{
    QString name;
    QStringList command; ///< runs the probe script once on every server of the fleet
};

/// The tools that are installed, at @p fanout servers at a time, each with the fleet's keys and @p kex as the only key
/// exchange (empty: the tool's own default). What is missing is printed once.
[[nodiscard]] QList<Peer> coldPeers(const LoopbackFleet &fleet, int fanout, const QString &kex);

/// ssh(1) with a running master per server.
class ControlMasters
{
public:
    explicit ControlMasters(const LoopbackFleet &fleet); ///< starts them all
    ~ControlMasters(); ///< ends them
    ControlMasters(const ControlMasters &) = delete;
    ControlMasters &operator=(const ControlMasters &) = delete;

    [[nodiscard]] Peer peer(int fanout) const;
    [[nodiscard]] std::vector<qint64> processes() const;
    [[nodiscard]] int count() const { return static_cast<int>(processes().size()); }

private:
    [[nodiscard]] QStringList options() const;
    const LoopbackFleet &m_fleet;
};

} // namespace Helmclaw::Bench
