// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"
#include "ssh/HostKeyReport.h"
#include "ssh/SshTarget.h"

#include <QJsonObject>
#include <QList>

namespace Helmclaw {

/// The record of decisions about host keys: one JSON object a line, only ever appended (0600, fsynced, under a lock).
/// Each says when, what, on which server, which keys before and after, and which local user. It is written before the
/// decision takes effect: what cannot be recorded is not done. It is a memory, not a proof: who can write the file can
/// change it. Blocks for file I/O. Thread: any.
class HostKeyLog
{
public:
    enum class Action {
        Pin, ///< a key that nobody had pinned was accepted
        Replace, ///< another key took the place of the pinned one
        Failed, ///< what the line before announced could not be done
    };
    /// Beside Helmclaw's known_hosts.
    [[nodiscard]] static QString fileFor(const QString &ownKnownHosts);
    [[nodiscard]] static Result<void> append(const QString &file, Action action, const SshTarget &target,
                                             const QList<KnownHostsLine> &before, const HostKey &after,
                                             const QString &problem = {});
    /// All entries, oldest first; a line that is no JSON object comes as {"unreadable": its text}. A missing file is an
    /// empty log.
    [[nodiscard]] static Result<QList<QJsonObject>> read(const QString &file);
    struct Newest
    {
        QList<QJsonObject> entries; ///< oldest first, as read() gives them
        qint64 older = 0; ///< entries before them
    };
    /// The last @p most of them, however long the file has become; memory stays bounded.
    [[nodiscard]] static Result<Newest> readNewest(const QString &file, qsizetype most);
};

} // namespace Helmclaw
