// SPDX-License-Identifier: MIT
#pragma once

#include <QJsonObject>

namespace Helmclaw {

struct ResidualRisk;
struct ServerPosture;

/// A server's posture for scripts ("helmclawctl status --json"). Stable keys and lower-case words; times in ISO 8601
/// UTC:
/// {"worst": "fail", "risk": {see riskToJson()}, "probedAt": "…" or null, "withSudo": true, "stale": false, "error":
/// null or {"code", "what", "remedy"},
///  "checks": [{"id", "title", "area", "category", "severity", "verdict", "summary", "evidence": […], "remedy", "why",
///  "since"}]}
[[nodiscard]] QJsonObject postureToJson(const ServerPosture &posture);
/// {"known": "high" or null, "possible": "critical", "unknownChecks": 3}
[[nodiscard]] QJsonObject riskToJson(const ResidualRisk &risk);

} // namespace Helmclaw
