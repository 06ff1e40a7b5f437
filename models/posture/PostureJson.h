// SPDX-License-Identifier: MIT
#pragma once

#include <QJsonObject>

namespace Helmclaw {

struct ServerPosture;

/// A server's posture for scripts ("helmclawctl status --json"). Stable keys and lower-case words; times in ISO 8601
/// UTC:
/// {"worst": "fail", "probedAt": "…" or null, "withSudo": true, "stale": false, "error": null or {"code", "what",
/// "remedy"},
///  "checks": [{"id", "title", "area", "category", "severity", "verdict", "summary", "evidence": […], "remedy", "why",
///  "since"}]}
[[nodiscard]] QJsonObject postureToJson(const ServerPosture &posture);

} // namespace Helmclaw
