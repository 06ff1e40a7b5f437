// SPDX-License-Identifier: MIT
#include "models/fleet/HostKeyLogModel.h"

#include <QLocale>

#include <algorithm>

namespace Helmclaw {

namespace {

QString actionLabel(const HostKeyDecision &decision)
{
    if (!decision.unreadable.isEmpty())
        return HostKeyLogModel::tr("unreadable");
    if (decision.action == QLatin1String("pin"))
        return HostKeyLogModel::tr("pinned");
    if (decision.action == QLatin1String("replace"))
        return HostKeyLogModel::tr("replaced");
    if (decision.action == QLatin1String("failed"))
        return HostKeyLogModel::tr("could not be done");
    return decision.action;
}

QString cell(const HostKeyDecision &decision, HostKeyLogModel::Column column)
{
    switch (column) {
    case HostKeyLogModel::TimeColumn:
        return decision.time.isValid() ? QLocale().toString(decision.time.toLocalTime(), QLocale::ShortFormat)
                                       : decision.timeText;
    case HostKeyLogModel::ActionColumn:
        return actionLabel(decision);
    case HostKeyLogModel::ServerColumn:
        return decision.unreadable.isEmpty() ? decision.server : decision.unreadable;
    case HostKeyLogModel::OldKeyColumn:
        return decision.oldKeys.join(QLatin1Char('\n'));
    case HostKeyLogModel::NewKeyColumn:
        return decision.newKey;
    case HostKeyLogModel::ByColumn:
        return decision.by;
    case HostKeyLogModel::ColumnCount:
        break;
    }
    return {};
}

} // namespace

HostKeyLogModel::HostKeyLogModel(QList<HostKeyDecision> oldestFirst, QObject *parent)
    : QAbstractTableModel(parent)
    , m_decisions(std::move(oldestFirst))
{
    std::reverse(m_decisions.begin(), m_decisions.end());
}

int HostKeyLogModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_decisions.size());
}

int HostKeyLogModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(ColumnCount);
}

QVariant HostKeyLogModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    Q_ASSERT(checkIndex(index, CheckIndexOption::ParentIsInvalid));
    const HostKeyDecision &decision = m_decisions.at(index.row());
    const QString text = cell(decision, Column(index.column()));
    if (role == Qt::DisplayRole)
        return text;
    if (role != Qt::ToolTipRole)
        return {};
    // Under which name, and what went wrong, stand behind the server's name.
    QStringList lines { text };
    if (index.column() == ServerColumn && decision.name != decision.server)
        lines.append(decision.name);
    if (index.column() == ActionColumn || index.column() == ServerColumn)
        lines.append(decision.problem);
    lines.removeAll(QString());
    return lines.join(QLatin1Char('\n'));
}

QVariant HostKeyLogModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (Column(section)) {
    case TimeColumn:
        return tr("When");
    case ActionColumn:
        return tr("What");
    case ServerColumn:
        return tr("Server");
    case OldKeyColumn:
        return tr("Key before");
    case NewKeyColumn:
        return tr("New key");
    case ByColumn:
        return tr("By");
    case ColumnCount:
        break;
    }
    return {};
}

} // namespace Helmclaw
