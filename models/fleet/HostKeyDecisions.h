// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"
#include "ssh/HostKeyReport.h"
#include "ssh/RandomArt.h"

#include <QDateTime>
#include <QJsonObject>
#include <QObject>
#include <QStringList>

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

/// sshd's default file for a host key of this type (sshd_config(5), HostKey), to compare it on the server's own
/// console.
[[nodiscard]] QString sshdKeyFile(const QByteArray &algorithm);

/// A recorded decision about a host key. The record is a file that others may have written: all texts are printable().
struct HostKeyDecision
{
    QDateTime time; ///< UTC; invalid when the record has none
    QString timeText; ///< as the record has it
    QString action; ///< "pin", "replace" or "failed"
    QString server; ///< its name in the fleet then
    QString name; ///< known_hosts name
    QStringList oldKeys; ///< fingerprints
    QString newKey; ///< fingerprint
    QString by; ///< local user
    QString problem; ///< why it failed
    QString unreadable; ///< a line that is no entry; the other fields are empty then

    [[nodiscard]] static HostKeyDecision fromJson(const QJsonObject &entry);
};

/// Every recorded decision, oldest first. Reads a file: not for a loop.
[[nodiscard]] Result<QList<HostKeyDecision>> hostKeyDecisions(const ServerSessions *sessions);
/// The same as HostKeyLog wrote them.
[[nodiscard]] Result<QList<QJsonObject>> hostKeyDecisionsAsJson(const ServerSessions *sessions);
struct HostKeyRecord
{
    QList<HostKeyDecision> newest; ///< oldest first
    qint64 older = 0; ///< decisions before them
};
/// The last @p most decisions, read on a worker: @p done comes later in the GUI thread, and not at all when @p context
/// dies first.
void readHostKeyDecisions(const ServerSessions *sessions, qsizetype most, QObject *context,
                          std::function<void(const Result<HostKeyRecord> &)> done);
/// The record's file.
[[nodiscard]] QString hostKeyLogFile(const ServerSessions *sessions);

} // namespace Helmclaw
