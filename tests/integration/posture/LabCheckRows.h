// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/Check.h"

namespace Helmclaw {

/// A check, and what it must say of a server that was broken, and of the same server once it was mended.
struct LabExpectation
{
    QString checkId;
    Verdict whenBroken = Verdict::Fail;
    Verdict whenMended = Verdict::Pass;
};

/// One change of a real server of the lab that checks must notice. The texts are lines of sh, run as root inside the
/// server with "set -e". `mend` (or `restore`, where the server was not good before) must leave it as it was, whatever
/// became of the lines before it, and may run twice.
struct LabCheckRow
{
    QString server;
    QString breaks; ///< empty: the server is like that by itself
    QString mend;
    QList<LabExpectation> expected; ///< of one probe after each change; further checks are not looked at
    QString restore = {}; ///< what takes everything back; empty: `mend` does
};

/// One list an area; a new area adds its own here and in labCheckRows().
[[nodiscard]] QList<LabCheckRow> firewallRows();
[[nodiscard]] QList<LabCheckRow> fail2banRows();
[[nodiscard]] QList<LabCheckRow> updateRows();
[[nodiscard]] QList<LabCheckRow> sshdRows();
[[nodiscard]] QList<LabCheckRow> openClawRows();
[[nodiscard]] QList<LabCheckRow> accountRows();
[[nodiscard]] QList<LabCheckRow> serviceRows();
[[nodiscard]] QList<LabCheckRow> networkRows();

[[nodiscard]] QList<LabCheckRow> labCheckRows();

} // namespace Helmclaw
