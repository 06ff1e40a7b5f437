// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/Check.h"
#include "models/posture/Exposure.h"
#include "ssh/Error.h"

#include <QHash>
#include <QObject>

#include <optional>

namespace Helmclaw {

/// What is known of one server: the results of the last probe that was understood, and how the last try ended.
struct ServerPosture
{
    QList<CheckResult> results; ///< in catalogue order; empty: never probed
    QDateTime probedAt; ///< UTC, when `results` were read
    bool withSudo = false; ///< whether the probe could use sudo
    int sshPort = 0; ///< of the server, that the probe came in by; 0: not known
    Exposure exposure; ///< who can reach which port; as old as `results`
    std::optional<Error> lastError; ///< of the last try, when it failed; `results` are then older than the try
    bool refreshing = false;

    [[nodiscard]] Verdict worst() const; ///< Unknown when never probed or when the last try failed and nothing is worse
    [[nodiscard]] const CheckResult *find(const QString &checkId) const;
};

/// The posture of all servers, in memory; keeps `since` over refreshes. Thread: the GUI thread.
class PostureStore : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    [[nodiscard]] ServerPosture posture(const QString &serverId) const;
    void setRefreshing(const QString &serverId, bool refreshing);
    /// Results of a probe that was understood.
    void setResults(const QString &serverId, QList<CheckResult> results, bool withSudo, const QDateTime &probedAt,
                    int sshPort = 0, const Exposure &exposure = {});
    void setError(const QString &serverId, const Error &error);
    void remove(const QString &serverId);

Q_SIGNALS:
    void changed(const QString &serverId);

private:
    QHash<QString, ServerPosture> m_postures;
};

} // namespace Helmclaw
