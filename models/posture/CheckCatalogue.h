// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/Check.h"

namespace Helmclaw {

struct ServerFacts;

/// A check: what it is, and the pure function that judges a server by it.
struct CheckRule
{
    CheckInfo info;
    CheckResult (*judge)(const ServerFacts &facts);
};

/// Every check with its judge, in display order. An area of checks adds its own rules here.
[[nodiscard]] QList<CheckRule> checkRules();
/// Every check there is, in display order. Texts are translated at each call, so call again after a language change.
[[nodiscard]] QList<CheckInfo> checkCatalogue();
/// What people read for an area of the catalogue ("Firewall").
[[nodiscard]] QString areaTitle(const QString &area);
/// The entry with this id; an entry with an empty id when there is none.
[[nodiscard]] CheckInfo checkInfo(const QString &checkId);

} // namespace Helmclaw
