// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"
#include "ssh/HostKeyReport.h"

#include <QList>

namespace Helmclaw {

/// Writes Helmclaw's own known_hosts: under a lock that a second console honours, to a new file that takes the old
/// one's place (0600 in a 0700 folder, fsynced), and with every line that it does not understand left as it is. Blocks
/// for file I/O and at most 5 s for the lock. Thread: any.
class KnownHostsFile
{
public:
    /// Adds one line for @p key; does nothing when the file already pins it for @p name. @p comment: on whose word, for
    /// people.
    [[nodiscard]] static Result<void> append(const QString &file, const QString &name, const HostKey &key,
                                             const QString &comment = {});
    /// Makes @p key the only one that the file pins for @p name: takes the name out of every other line that pins a key
    /// for it, and adds a line. Marks (@revoked …) stay. A line that reaches the name by a pattern is not ours to
    /// narrow: then nothing is written, and the error names it. Returns the lines that pinned the name before.
    [[nodiscard]] static Result<QList<KnownHostsLine>> replace(const QString &file, const QString &name,
                                                               const HostKey &key);
};

} // namespace Helmclaw
