// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"

#include <QString>

namespace Helmclaw {

/// Makes sure that folder @p path exists; missing ones are created for this user only (0700), as ssh does for ~/.ssh.
/// Existing folders keep their permissions. Thread: any.
[[nodiscard]] Result<void> ensurePrivateFolder(const QString &path);

} // namespace Helmclaw
