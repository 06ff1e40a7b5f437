// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/HostKeyDecisions.h"

#include <QAbstractTableModel>

namespace Helmclaw {

/// The recorded decisions about host keys, the newest first, as a table. A snapshot. Thread: the GUI thread.
class HostKeyLogModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { TimeColumn, ActionColumn, ServerColumn, OldKeyColumn, NewKeyColumn, ByColumn, ColumnCount };

    explicit HostKeyLogModel(QList<HostKeyDecision> oldestFirst, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QList<HostKeyDecision> m_decisions;
};

} // namespace Helmclaw
