// SPDX-License-Identifier: MIT
#include "models/fleet/ImportModel.h"

#include "models/fleet/Fleet.h"

#include <algorithm>

namespace Helmclaw {

ImportModel::ImportModel(Fleet *fleet, QObject *parent)
    : QAbstractTableModel(parent)
    , m_fleet(fleet)
{
    connect(fleet, &Fleet::added, this, &ImportModel::fleetChanged);
    connect(fleet, &Fleet::updated, this, &ImportModel::fleetChanged);
    connect(fleet, &Fleet::removed, this, &ImportModel::fleetChanged);
    connect(fleet, &Fleet::reset, this, &ImportModel::fleetChanged);
}

void ImportModel::reset(std::vector<Row> rows)
{
    const int before = checkedCount();
    beginResetModel();
    m_rows = std::move(rows);
    endResetModel();
    if (before != checkedCount())
        Q_EMIT checkedCountChanged();
}

void ImportModel::refresh(int number, bool check)
{
    Row &row = m_rows[std::size_t(number)];
    const Row before = row;
    classify(number, row);
    row.checked = row.state == Row::State::New && (row.checked || check);
    if (row.state == before.state && row.remark == before.remark && row.target == before.target
        && row.checked == before.checked)
        return;
    Q_EMIT dataChanged(index(number, 0), index(number, ColumnCount - 1));
    if (row.checked != before.checked)
        Q_EMIT checkedCountChanged();
}

void ImportModel::fleetChanged()
{
    for (int number = 0; number < rowCount(); ++number)
        refresh(number, false);
}

int ImportModel::checkedCount() const
{
    return int(std::count_if(m_rows.begin(), m_rows.end(), [](const Row &row) { return row.checked; }));
}

void ImportModel::setAllChecked(bool checked)
{
    bool changed = false;
    for (Row &row : m_rows) {
        if (row.state == Row::State::New && row.checked != checked) {
            row.checked = checked;
            changed = true;
        }
    }
    if (!changed)
        return;
    Q_EMIT dataChanged(index(0, AliasColumn), index(rowCount() - 1, AliasColumn), { Qt::CheckStateRole });
    Q_EMIT checkedCountChanged();
}

QString ImportModel::problem(int row) const
{
    const Row &wanted = m_rows[std::size_t(row)];
    return wanted.state == Row::State::Unusable ? wanted.remark : QString();
}

Result<int> ImportModel::importChecked(const QStringList &tags)
{
    QList<Server> servers;
    for (const Row &row : m_rows) {
        if (!row.checked)
            continue;
        Server server = row.server;
        server.tags += tags;
        server.tags.removeDuplicates();
        servers.append(server);
    }
    const auto added = m_fleet->addAll(servers);
    if (!added)
        return tl::unexpected(added.error());
    return int(added->size());
}

int ImportModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}

int ImportModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(ColumnCount);
}

QVariant ImportModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    Q_ASSERT(checkIndex(index, CheckIndexOption::ParentIsInvalid));
    const Row &row = m_rows[std::size_t(index.row())];
    if (role == Qt::CheckStateRole && index.column() == AliasColumn && row.state == Row::State::New)
        return row.checked ? Qt::Checked : Qt::Unchecked;
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    switch (Column(index.column())) {
    case AliasColumn:
        return row.server.name;
    case TargetColumn:
        return row.target;
    case RemarkColumn:
        return row.remark;
    case ColumnCount:
        break;
    }
    return {};
}

QVariant ImportModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (Column(section)) {
    case AliasColumn:
        return tr("Host");
    case TargetColumn:
        return tr("Connects to");
    case RemarkColumn:
        return tr("Remark");
    case ColumnCount:
        break;
    }
    return {};
}

Qt::ItemFlags ImportModel::flags(const QModelIndex &index) const
{
    if (!index.isValid())
        return Qt::NoItemFlags;
    Q_ASSERT(checkIndex(index, CheckIndexOption::ParentIsInvalid));
    const Row &row = m_rows[std::size_t(index.row())];
    Qt::ItemFlags flags = Qt::ItemIsSelectable | Qt::ItemIsEnabled | Qt::ItemNeverHasChildren;
    if (index.column() == AliasColumn && row.state == Row::State::New)
        flags |= Qt::ItemIsUserCheckable;
    return flags;
}

bool ImportModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (role != Qt::CheckStateRole || !(flags(index) & Qt::ItemIsUserCheckable))
        return false;
    Row &row = m_rows[std::size_t(index.row())];
    const bool checked = value.toInt() == Qt::Checked;
    if (row.checked == checked)
        return true;
    row.checked = checked;
    Q_EMIT dataChanged(index, index, { Qt::CheckStateRole });
    Q_EMIT checkedCountChanged();
    return true;
}

} // namespace Helmclaw
