// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/Fleet.h"

#include <QAbstractItemModel>

#include <memory>

namespace Helmclaw {

class ServerSessions;
class PostureStore;
class WebUiSessions;

/// The fleet tree: one row per tag ("group") with its servers, then the servers without a tag under "Ungrouped" when
/// there are groups at all; without any tag the servers are top-level rows. A server with two tags appears twice.
/// Row identity: ServerIdRole (server rows) or GroupRole (group rows); signals are row-precise.
class FleetModel : public QAbstractItemModel
{
    Q_OBJECT
public:
    enum Role {
        ServerIdRole = Qt::UserRole + 1, ///< QString; empty for group rows
        GroupRole, ///< QString tag; of group rows (empty tag = Ungrouped)
        IsGroupRole, ///< bool
        SessionStatusRole, ///< SessionStatus (QVariant), server rows
        WorstVerdictRole, ///< int Verdict of the server's or group's worst check (Fail > Warn > Unknown > Pass)
        WebUiStateRole, ///< int WebUiState
        SearchTextRole, ///< name, host, user and tags, for filtering
    };

    /// None is owned; @p posture and @p webUi may be null (roles then say unknown/off).
    FleetModel(ServerSessions *sessions, PostureStore *posture, WebUiSessions *webUi, QObject *parent = nullptr);
    ~FleetModel() override;

    /// All rows that show the server (one per tag).
    [[nodiscard]] QModelIndexList indexesOf(const QString &serverId) const;
    /// Ids of the servers under @p index (itself for a server row; the whole fleet for an invalid index).
    [[nodiscard]] QStringList serverIds(const QModelIndex &index) const;

    [[nodiscard]] QModelIndex index(int row, int column, const QModelIndex &parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex &child) const override;
    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace Helmclaw
