// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/PacketFilter.h"
#include "ssh/Error.h"

#include <QByteArray>

namespace Helmclaw {

/// What "nft -j list ruleset" printed (libnftables-json(5)), in the same tables, chains and rules that iptables-save(8)
/// is read into. Expressions without a counterpart become Unknown conditions or targets. Errors
/// (ErrorCode::BadServerData): a text that is no such JSON, whole.
struct NftRuleset
{
    QList<FilterTable> tables; ///< of the families ip, ip6 and inet; bridges and devices are left out

    [[nodiscard]] static Result<NftRuleset> parse(const QByteArray &json);
};

} // namespace Helmclaw
