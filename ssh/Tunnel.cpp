// SPDX-License-Identifier: MIT
#include "ssh/Tunnel.h"

namespace Helmclaw {

Tunnel::Tunnel(QString serverId, QObject *parent)
    : QObject(parent)
    , m_serverId(std::move(serverId))
{
}

} // namespace Helmclaw
