// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/AptArchive.h"

#include <QHash>
#include <QList>
#include <QString>
#include <QStringList>

#include <optional>

namespace Helmclaw {

class ProbeReport;

/// An installed package for which apt has a newer candidate.
struct PendingPackage
{
    QString name;
    QString installed;
    QString candidate;
    QStringList sources; ///< where the versions newer than the installed one come from, as apt prints them
    bool security = false; ///< one of those sources is a security archive
    bool sourcesKnown = true; ///< every source was found among the archives
    bool held = false; ///< apt-mark(8) hold
    bool phased = false; ///< Ubuntu gives it to this server later
    friend bool operator==(const PendingPackage &, const PendingPackage &) = default;
};

/// What the probe read of apt(8), dpkg(1) and unattended-upgrades(8). Times are seconds since the epoch by the server's
/// own clock.
struct UpdateFacts
{
    bool hasApt = false;
    bool hasUnattendedUpgrade = false;
    bool configRead = false; ///< apt-config answered
    QHash<QString, QStringList> config; ///< "APT::Periodic::Unattended-Upgrade" → values; lists without their "::"

    QList<AptArchive> archives;
    QList<PendingPackage> pending;
    bool pendingRead = false; ///< apt told of every installed package
    int packages = 0; ///< installed
    QString pendingProblem; ///< why not pendingRead
    QStringList broken; ///< packages that dpkg has not finished with: "STATE NAME"
    bool dpkgRead = false;

    std::optional<qint64> now; ///< the server's clock
    std::optional<qint64> listsFrom; ///< how recent the package lists are at least
    QStringList listsEvidence;
    std::optional<qint64> lastRun; ///< of unattended-upgrades
    bool stampsRead = false; ///< the folder of the stamps is there
    bool rebootRequired = false;
    std::optional<qint64> rebootRequiredSince;
    QStringList rebootPackages;
    bool rebootHook = false; ///< something on the server writes /var/run/reboot-required after updates

    /// The last value, as apt.conf(5) has it; empty when not set.
    [[nodiscard]] QString value(const QString &key) const
    {
        return config.value(key).value(config.value(key).size() - 1);
    }
    [[nodiscard]] static UpdateFacts parse(const ProbeReport &report);
};

} // namespace Helmclaw
