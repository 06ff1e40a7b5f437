// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/PacketFilter.h"
#include "ssh/Error.h"

#include <QByteArray>

namespace Helmclaw {

/// What iptables-save(8) or ip6tables-save(8) printed.
struct IptablesDump
{
    QList<FilterTable> tables;
    bool legacy = false; ///< of the kernel's older filter, by the text itself
    QStringList notShown; ///< tables that it could not translate: "filter"; nft(8) shows them

    /// Errors (ErrorCode::BadServerData): a text that is not whole or not of this kind. There is no half-understood
    /// dump; a rule that is not understood is one with an Unknown condition or target.
    [[nodiscard]] static Result<IptablesDump> parse(const QByteArray &text, AddressFamily family);
};

} // namespace Helmclaw
