// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"
#include "ssh/HostKeyReport.h"
#include "ssh/RandomArt.h"

#include <QJsonObject>
#include <QObject>

#include <functional>

namespace Helmclaw {

class ServerSessions;

/// Looks at a server's host key beside the pinned one, without logging in, pinning or connecting: @p done comes later
/// in the GUI thread, and not at all when @p context dies first.
void inspectHostKey(ServerSessions *sessions, const QString &serverId, QObject *context,
                    std::function<void(Result<HostKeyReport>)> done);

/// Makes @p key the pinned one, in Helmclaw's own file only, and records it: the user has compared the fingerprint and
/// said so. @p done as above; nothing is connected.
void replaceHostKey(ServerSessions *sessions, const QString &serverId, const HostKey &key, QObject *context,
                    std::function<void(Result<void>)> done);

/// Every recorded decision about host keys, oldest first, as HostKeyLog wrote them. Reads a file: not for a loop.
[[nodiscard]] Result<QList<QJsonObject>> hostKeyDecisions(const ServerSessions *sessions);

} // namespace Helmclaw
