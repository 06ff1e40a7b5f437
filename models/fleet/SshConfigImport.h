// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/ImportModel.h"
#include "ssh/SshConfig.h"

#include <memory>
#include <optional>
#include <vector>

namespace Helmclaw {

/// Import from ~/.ssh/config: one row per literal Host alias, with the effective values ("ssh -G", in the background, a
/// few at a time). Adds entries whose `host` is the alias itself, so that ssh's own settings keep applying.
class SshConfigImport : public ImportModel
{
    Q_OBJECT
public:
    explicit SshConfigImport(Fleet *fleet, QObject *parent = nullptr);
    ~SshConfigImport() override;

    /// Reads the aliases of @p configFile (empty: ~/.ssh/config) and starts resolving them; rows appear at once.
    [[nodiscard]] Result<void> start(const QString &configFile = {});
    [[nodiscard]] bool isResolving() const override;

protected:
    void classify(int number, Row &row) const override;

private:
    void startNext();
    void resolved(int number, SshConfigQuery *query);

    QString m_configFile;
    std::vector<std::optional<Result<SshHostConfig>>> m_configs; ///< by row, once resolved
    std::vector<std::unique_ptr<SshConfigQuery>> m_running;
    int m_next = 0; ///< first row whose query was not started
    bool m_finishedPending = false;
};

} // namespace Helmclaw
