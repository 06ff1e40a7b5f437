// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/Check.h"

#include <QAbstractTableModel>

#include <memory>

namespace Helmclaw {

class Fleet;
class PostureStore;

/// The overview matrix: a row per server (fleet order), a first column with the server's name, then area by area a
/// column per check of the catalogue and one that sums the area up (its worst verdict). DisplayRole of a cell is the
/// verdict's label. Row-precise signals; nothing flashes on refresh.
class PostureModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Role {
        ServerIdRole = Qt::UserRole + 1, ///< QString, every cell of the row
        CheckIdRole, ///< QString, check cells and their headers
        VerdictRole, ///< int Verdict; for column 0 the server's worst
        SummaryRole, ///< QString, CheckResult::summary
        StaleRole, ///< bool: shown results are older than the last (failed) try
        RefreshingRole, ///< bool
        ErrorRole, ///< QString: last error of the server, or empty
        AreaRole, ///< QString: header only
        SumRole, ///< bool, header only: the column sums its area up
        CountRole, ///< int: how many of the area's checks have its worst verdict; cells of a SumRole column
        SearchTextRole, ///< QString, of the row: name, error, every check's summary, a line each
        ProbedAtRole, ///< QDateTime UTC, invalid when never probed
    };

    PostureModel(Fleet *fleet, PostureStore *store, QObject *parent = nullptr);
    ~PostureModel() override;

    [[nodiscard]] int rowOf(const QString &serverId) const; ///< -1 when absent
    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace Helmclaw
