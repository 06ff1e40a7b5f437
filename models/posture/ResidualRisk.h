// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/PostureStore.h"

namespace Helmclaw {

/// The risk that remains on a server as its checks stand (mission C1). A check that fails leaves its whole severity,
/// one that warns a step less; what is not known leaves room up to its severity, which is never shown as good.
struct ResidualRisk
{
    std::optional<Severity> known; ///< by the checks that could be judged; nothing: none could
    Severity possible = Severity::Critical; ///< if everything that is not known were bad; never below known
    int unknown = 0; ///< checks that could not be judged

    /// Worse ones come first when sorting: by what is known, then by what is possible.
    [[nodiscard]] int rank() const;
    /// "High", "Low, perhaps Critical (3 checks unknown)", "Unknown"; translated.
    [[nodiscard]] QString label() const;
    friend bool operator==(const ResidualRisk &, const ResidualRisk &) = default;
};

[[nodiscard]] ResidualRisk residualRisk(const ServerPosture &posture);
/// Of several servers: as bad as the worst of them.
[[nodiscard]] ResidualRisk worstOf(const QList<ResidualRisk> &risks);
/// "Low" … "Critical", translated.
[[nodiscard]] QString riskLabel(Severity severity);

} // namespace Helmclaw
