// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/SshHostConfig.h"

#include <QByteArray>

#include <optional>

namespace Helmclaw {

/// What Helmclaw makes of the keywords of ssh_config(5) that it does not follow, or follows only in part.
class SshConfigKeywords
{
public:
    /// The remark for a line of "ssh -G" whose value is not ssh's default; nothing when Helmclaw follows it. A keyword
    /// that nobody here has heard of counts as not honoured.
    [[nodiscard]] static std::optional<SshConfigRemark> remarkOn(const QByteArray &keyword, const QString &value);
};

} // namespace Helmclaw
