// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/SudoRules.h"

#include <QHash>
#include <QSet>

namespace Helmclaw {

class ProbeReport;

/// A line of an authorized_keys file: never the key, only what kind it is.
struct AuthorizedKey
{
    QString file;
    QString type; ///< "ssh-ed25519"
    int bits = 0; ///< of RSA; 0: not known, or of no interest
};

/// What the probe read of the server's local users; users of a directory service are not in it.
struct AccountFacts
{
    bool answered = false; ///< the section is there and whole
    bool asRoot = false;
    QSet<QString> read; ///< "/etc/passwd", "/etc/group", "/etc/shadow": those that were read to their end
    QHash<QString, QStringList> groups; ///< the groups that matter, with their members
    QStringList uid0; ///< users whose ID is 0
    QStringList emptyPasswords; ///< "FILE: USER"
    QStringList serviceUsers; ///< `openclaw`, and whoever runs a gateway's unit
    QList<AuthorizedKey> keys; ///< of root and the service users, where they could be read
    QStringList keyFiles; ///< that were read
    QStringList keysNotRead; ///< files that are no plain files, and lines that are no keys, as evidence
    bool hasSudo = false;
    QList<SudoListing> sudo;
    QStringList sudoNotAsked; ///< administrators, too many to ask of each
    QStringList sudoersLines; ///< "FILE:LINE" of the rules in sudoers' files

    [[nodiscard]] const SudoListing *listing(const QString &user) const;
    [[nodiscard]] static AccountFacts parse(const ProbeReport &report);
};

} // namespace Helmclaw
