// SPDX-License-Identifier: MIT
#include "models/posture/PostureModel.h"

#include "models/fleet/Fleet.h"
#include "models/posture/CheckCatalogue.h"
#include "models/posture/PostureStore.h"

#include <algorithm>

namespace Helmclaw {

class PostureModel::Private
{
public:
    Fleet *fleet;
    PostureStore *store;
    struct Column
    {
        QString area;
        QList<CheckInfo> checks; ///< one, or all of the area when it sums them up
        bool isSum = false;
    };
    QList<Column> columns = makeColumns();

    [[nodiscard]] static QList<Column> makeColumns();
    [[nodiscard]] QVariant serverData(const Server &server, const ServerPosture &posture, int role) const;
    [[nodiscard]] QVariant checkData(const CheckInfo &check, const ServerPosture &posture, int role) const;
    [[nodiscard]] QVariant sumData(const Column &column, const ServerPosture &posture, int role) const;
};

QList<PostureModel::Private::Column> PostureModel::Private::makeColumns()
{
    QList<Column> columns;
    Column sum;
    const auto close = [&] {
        if (!sum.checks.isEmpty())
            columns += sum;
    };
    for (const CheckInfo &check : checkCatalogue()) {
        if (check.area != sum.area) {
            close();
            sum = { check.area, {}, true };
        }
        sum.checks += check;
        columns += Column { check.area, { check }, false };
    }
    close();
    return columns;
}

PostureModel::PostureModel(Fleet *fleet, PostureStore *store, QObject *parent)
    : QAbstractTableModel(parent)
    , d(new Private { fleet, store })
{
    connect(fleet, &Fleet::aboutToAdd, this, [this](int index) { beginInsertRows({}, index, index); });
    connect(fleet, &Fleet::added, this, [this] { endInsertRows(); });
    connect(fleet, &Fleet::aboutToRemove, this, [this](int index) { beginRemoveRows({}, index, index); });
    connect(fleet, &Fleet::removed, this, [this] { endRemoveRows(); });
    connect(fleet, &Fleet::aboutToReset, this, [this] { beginResetModel(); });
    connect(fleet, &Fleet::reset, this, [this] { endResetModel(); });
    connect(fleet, &Fleet::updated, this,
            [this](int row) { Q_EMIT dataChanged(index(row, 0), index(row, columnCount() - 1)); });
    connect(store, &PostureStore::changed, this, [this](const QString &serverId) {
        if (const int row = rowOf(serverId); row >= 0)
            Q_EMIT dataChanged(index(row, 0), index(row, columnCount() - 1));
    });
}

PostureModel::~PostureModel() = default;

int PostureModel::rowOf(const QString &serverId) const
{
    const QList<Server> &servers = d->fleet->servers();
    for (int row = 0; row < servers.size(); ++row) {
        if (servers.at(row).id == serverId)
            return row;
    }
    return -1;
}

int PostureModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(d->fleet->servers().size());
}

int PostureModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : 1 + int(d->columns.size());
}

QVariant PostureModel::Private::serverData(const Server &server, const ServerPosture &posture, int role) const
{
    switch (role) {
    case Qt::DisplayRole:
        return server.name;
    case VerdictRole:
        return int(posture.worst());
    case SummaryRole:
        return verdictLabel(posture.worst());
    default:
        return {};
    }
}

QVariant PostureModel::Private::checkData(const CheckInfo &check, const ServerPosture &posture, int role) const
{
    const CheckResult *result = posture.find(check.id);
    const Verdict verdict = result ? result->verdict : Verdict::Unknown;
    switch (role) {
    case Qt::DisplayRole:
        return verdictLabel(verdict);
    case CheckIdRole:
        return check.id;
    case VerdictRole:
        return int(verdict);
    case SummaryRole:
        return result ? result->summary : PostureModel::tr("not probed yet");
    default:
        return {};
    }
}

QVariant PostureModel::Private::sumData(const Column &column, const ServerPosture &posture, int role) const
{
    Verdict worst = Verdict::NotApplicable;
    int count = 0;
    QStringList open;
    for (const CheckInfo &check : column.checks) {
        const CheckResult *result = posture.find(check.id);
        const Verdict verdict = result != nullptr ? result->verdict : Verdict::Unknown;
        count = verdict == worst ? count + 1 : verdict > worst ? 1 : count;
        worst = std::max(worst, verdict);
        if (result != nullptr && verdict > Verdict::Pass)
            open += QStringLiteral("%1: %2").arg(check.title, result->summary);
    }
    switch (role) {
    case Qt::DisplayRole:
        return verdictLabel(worst);
    case VerdictRole:
        return int(worst);
    case CountRole:
        return count;
    case SummaryRole:
        return posture.results.isEmpty() ? PostureModel::tr("not probed yet") : open.join(u'\n');
    default:
        return {};
    }
}

QVariant PostureModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Server &server = d->fleet->servers().at(index.row());
    if (role == ServerIdRole)
        return server.id;
    const ServerPosture posture = d->store->posture(server.id);
    switch (role) {
    case StaleRole:
        return posture.lastError.has_value() && !posture.results.isEmpty();
    case RefreshingRole:
        return posture.refreshing;
    case ErrorRole:
        return posture.lastError ? posture.lastError->toString() : QString();
    case SearchTextRole: {
        QStringList lines { server.name };
        if (posture.lastError)
            lines += posture.lastError->toString();
        if (posture.results.isEmpty())
            lines += tr("not probed yet");
        for (const CheckResult &result : posture.results)
            lines += result.summary;
        return lines.join(u'\n');
    }
    case ProbedAtRole:
        return posture.probedAt;
    default:
        break;
    }
    if (index.column() == 0)
        return d->serverData(server, posture, role);
    const Private::Column &column = d->columns.at(index.column() - 1);
    return column.isSum ? d->sumData(column, posture, role) : d->checkData(column.checks.constFirst(), posture, role);
}

QVariant PostureModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Vertical) {
        const bool valid = section >= 0 && section < rowCount();
        return valid && role == Qt::DisplayRole ? QVariant(d->fleet->servers().at(section).name) : QVariant();
    }
    if (section < 0 || section >= columnCount())
        return {};
    if (section == 0)
        return role == Qt::DisplayRole ? QVariant(tr("Server")) : QVariant();
    const Private::Column &column = d->columns.at(section - 1);
    const CheckInfo &check = column.checks.constFirst();
    switch (role) {
    case Qt::DisplayRole:
        return column.isSum ? tr("%n checks", nullptr, int(column.checks.size())) : check.shortTitle;
    case Qt::ToolTipRole:
        return column.isSum ? QString() : check.title;
    case CheckIdRole:
        return column.isSum ? QString() : check.id;
    case AreaRole:
        return column.area;
    case SumRole:
        return column.isSum;
    default:
        return {};
    }
}

} // namespace Helmclaw
