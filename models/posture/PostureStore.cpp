// SPDX-License-Identifier: MIT
#include "models/posture/PostureStore.h"

#include <algorithm>

namespace Helmclaw {

Verdict ServerPosture::worst() const
{
    Verdict worst = results.isEmpty() || lastError ? Verdict::Unknown : Verdict::NotApplicable;
    for (const CheckResult &result : results)
        worst = std::max(worst, result.verdict);
    return worst;
}

const CheckResult *ServerPosture::find(const QString &checkId) const
{
    const auto it = std::find_if(results.begin(), results.end(),
                                 [&](const CheckResult &result) { return result.checkId == checkId; });
    return it == results.end() ? nullptr : &*it;
}

ServerPosture PostureStore::posture(const QString &serverId) const
{
    return m_postures.value(serverId);
}

void PostureStore::setRefreshing(const QString &serverId, bool refreshing)
{
    ServerPosture &posture = m_postures[serverId];
    if (posture.refreshing == refreshing)
        return;
    posture.refreshing = refreshing;
    Q_EMIT changed(serverId);
}

void PostureStore::setResults(const QString &serverId, QList<CheckResult> results, bool withSudo,
                              const QDateTime &probedAt, int sshPort, const Exposure &exposure)
{
    ServerPosture &posture = m_postures[serverId];
    for (CheckResult &result : results) {
        const CheckResult *before = posture.find(result.checkId);
        result.since =
            before && before->verdict == result.verdict && before->since.isValid() ? before->since : probedAt;
    }
    posture.results = std::move(results);
    posture.withSudo = withSudo;
    posture.sshPort = sshPort;
    posture.exposure = exposure;
    posture.probedAt = probedAt;
    posture.lastError.reset();
    posture.refreshing = false;
    Q_EMIT changed(serverId);
}

void PostureStore::setError(const QString &serverId, const Error &error)
{
    ServerPosture &posture = m_postures[serverId];
    posture.lastError = error;
    posture.refreshing = false;
    Q_EMIT changed(serverId);
}

void PostureStore::remove(const QString &serverId)
{
    if (m_postures.remove(serverId) > 0)
        Q_EMIT changed(serverId);
}

} // namespace Helmclaw
