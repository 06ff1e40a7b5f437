// SPDX-License-Identifier: MIT
#pragma once

#include <QHash>
#include <QList>
#include <QString>
#include <QStringList>

#include <optional>

namespace Helmclaw {

class ProbeReport;

/// A line of a process's mountinfo (proc(5)): what it really sees of the file system.
struct ServiceMount
{
    QString root; ///< what of the mounted file system
    QString point;
    QString options; ///< "ro,nosuid,relatime"
    [[nodiscard]] bool isWritable() const;
};

/// A systemd unit that runs OpenClaw.
struct ServiceUnit
{
    QString manager; ///< "system", or the ID of the user whose manager it is
    QHash<QString, QString> properties; ///< of systemctl show
    bool hasProcess = false; ///< it runs
    std::optional<bool> noNewPrivileges; ///< of the running process
    QList<ServiceMount> mounts; ///< of the running process; empty: could not be read
    QString exposure; ///< systemd-analyze security: "9.6 UNSAFE"

    [[nodiscard]] QString value(const char *property) const;
    [[nodiscard]] QString id() const { return value("Id"); }
    [[nodiscard]] bool isUserUnit() const { return manager != u"system"; }
    /// Whether the running process may write there, by the last mount at or above @p path; none without mounts.
    [[nodiscard]] std::optional<bool> canWrite(const QString &path) const;
    /// Mount points below @p path (not itself) that are writable.
    [[nodiscard]] QStringList writableBelow(const QString &path) const;
};

struct ServiceFacts
{
    bool answered = false; ///< the section is there and whole
    bool hasSystemd = false;
    QList<ServiceUnit> units; ///< that are running; when none is, those that systemd knows
    QStringList running; ///< control groups of processes that run in such a unit
    QStringList notAsked; ///< managers that did not tell, with the reason

    [[nodiscard]] static ServiceFacts parse(const ProbeReport &report);
};

} // namespace Helmclaw
