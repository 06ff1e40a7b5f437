// SPDX-License-Identifier: MIT
#include "models/fleet/SshConfigImport.h"

#include "models/fleet/ServerSessions.h"

#include <QTimer>

#include <algorithm>
#include <optional>
#include <vector>

namespace Helmclaw {

namespace {
constexpr int MaxQueries = 4; // "ssh -G" children at a time

struct Row
{
    enum class State { Resolving, New, InFleet, Unusable };

    QString alias;
    State state = State::Resolving;
    std::optional<Result<SshHostConfig>> config; ///< once resolved
    QString remark;
    bool checked = false;
};
} // namespace

class SshConfigImport::Private
{
public:
    SshConfigImport *q = nullptr;
    Fleet *fleet = nullptr;
    QString configFile;
    std::vector<Row> rows;
    std::vector<std::unique_ptr<SshConfigQuery>> running;
    std::size_t next = 0; ///< first row whose query was not started
    bool finishedPending = false;

    void startNext();
    void resolved(std::size_t row, SshConfigQuery *query);
    void classify(Row &row) const;
    void classifyAll();
    [[nodiscard]] QString target(const Row &row) const;
};

void SshConfigImport::Private::startNext()
{
    while (running.size() < MaxQueries && next < rows.size()) {
        const std::size_t row = next++;
        running.push_back(std::make_unique<SshConfigQuery>(rows[row].alias, configFile));
        SshConfigQuery *query = running.back().get();
        connect(query, &SshConfigQuery::finished, q, [this, row, query] { resolved(row, query); });
        query->start();
    }
    if (finishedPending && !q->isResolving()) {
        finishedPending = false;
        QTimer::singleShot(0, q, &SshConfigImport::finished);
    }
}

void SshConfigImport::Private::resolved(std::size_t row, SshConfigQuery *query)
{
    const auto mine =
        std::find_if(running.begin(), running.end(),
                     [query](const std::unique_ptr<SshConfigQuery> &other) { return other.get() == query; });
    mine->release()->deleteLater(); // it is the sender
    running.erase(mine);

    Row &entry = rows[row];
    entry.config = query->result();
    classify(entry);
    entry.checked = entry.state == Row::State::New;
    Q_EMIT q->dataChanged(q->index(int(row), 0), q->index(int(row), ColumnCount - 1));
    if (entry.checked)
        Q_EMIT q->checkedCountChanged();
    startNext();
}

/// What importing the row would do, with the fleet as it is now.
void SshConfigImport::Private::classify(Row &row) const
{
    if (!row.config)
        return;
    Server server;
    server.name = row.alias;
    server.host = row.alias;
    const auto set = [&row](Row::State state, const QString &remark) {
        row.state = state;
        row.remark = remark;
    };
    for (const Server &present : fleet->servers()) {
        if (present.host == row.alias)
            return set(Row::State::InFleet, tr("Already in the fleet as \"%1\"").arg(present.name));
    }
    if (fleet->byName(row.alias) && fleet->byName(row.alias)->name == row.alias)
        return set(Row::State::Unusable, tr("Another server of the fleet has this name"));
    if (const QString problem = serverProblem(server); !problem.isEmpty())
        return set(Row::State::Unusable, problem);
    if (!*row.config)
        return set(Row::State::Unusable, row.config->error().what);
    if (const auto obstacle = sshObstacle(row.alias, (*row.config)->remarks))
        return set(Row::State::Unusable, obstacle->what);
    const QStringList unused = (*row.config)->remarked(SshConfigRemark::Weight::NotHonoured);
    set(Row::State::New,
        unused.isEmpty() ? tr("New") : tr("New; not followed by Helmclaw: %1").arg(unused.join(QStringLiteral(", "))));
}

void SshConfigImport::Private::classifyAll()
{
    bool countChanged = false;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        Row &row = rows[i];
        const Row::State before = row.state;
        const QString remarkBefore = row.remark;
        classify(row);
        if (row.state == before && row.remark == remarkBefore)
            continue;
        if (row.checked && row.state != Row::State::New) {
            row.checked = false;
            countChanged = true;
        }
        Q_EMIT q->dataChanged(q->index(int(i), 0), q->index(int(i), ColumnCount - 1));
    }
    if (countChanged)
        Q_EMIT q->checkedCountChanged();
}

QString SshConfigImport::Private::target(const Row &row) const
{
    if (!row.config || !*row.config)
        return {};
    SshTarget target;
    target.host = (*row.config)->hostName;
    target.port = (*row.config)->port;
    target.user = (*row.config)->user;
    QString text = target.toString();
    if (!(*row.config)->proxyJump.isEmpty())
        text = tr("%1 through %2").arg(text, (*row.config)->proxyJump.join(QStringLiteral(", ")));
    return printable(text.toUtf8(), 300);
}

SshConfigImport::SshConfigImport(Fleet *fleet, QObject *parent)
    : QAbstractTableModel(parent)
    , d(std::make_unique<Private>())
{
    d->q = this;
    d->fleet = fleet;
    const auto update = [this] { d->classifyAll(); };
    connect(fleet, &Fleet::added, this, update);
    connect(fleet, &Fleet::updated, this, update);
    connect(fleet, &Fleet::removed, this, update);
    connect(fleet, &Fleet::reset, this, update);
}

SshConfigImport::~SshConfigImport() = default;

Result<void> SshConfigImport::start(const QString &configFile)
{
    const auto aliases = SshConfig::hostAliases(configFile.isEmpty() ? SshConfig::defaultFile() : configFile);
    if (!aliases)
        return tl::unexpected(aliases.error());
    const bool hadChecked = checkedCount() > 0;
    beginResetModel();
    d->running.clear();
    d->rows.clear();
    d->next = 0;
    d->configFile = configFile;
    for (const QString &alias : *aliases)
        d->rows.push_back({ alias, Row::State::Resolving, std::nullopt, tr("Reading its settings …"), false });
    endResetModel();
    if (hadChecked)
        Q_EMIT checkedCountChanged();
    d->finishedPending = true;
    d->startNext();
    return {};
}

bool SshConfigImport::isResolving() const
{
    return !d->running.empty() || d->next < d->rows.size();
}

int SshConfigImport::checkedCount() const
{
    return int(std::count_if(d->rows.begin(), d->rows.end(), [](const Row &row) { return row.checked; }));
}

void SshConfigImport::setAllChecked(bool checked)
{
    bool changed = false;
    for (Row &row : d->rows) {
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

Result<int> SshConfigImport::importChecked(const QStringList &tags)
{
    QList<Server> servers;
    for (const Row &row : d->rows) {
        if (!row.checked)
            continue;
        Server server;
        server.name = row.alias;
        server.host = row.alias;
        server.tags = tags;
        servers.append(server);
    }
    const auto added = d->fleet->addAll(servers);
    if (!added)
        return tl::unexpected(added.error());
    return int(added->size());
}

int SshConfigImport::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(d->rows.size());
}

int SshConfigImport::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(ColumnCount);
}

QVariant SshConfigImport::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    Q_ASSERT(checkIndex(index, CheckIndexOption::ParentIsInvalid));
    const Row &row = d->rows[std::size_t(index.row())];
    if (role == Qt::CheckStateRole && index.column() == AliasColumn && row.state == Row::State::New)
        return row.checked ? Qt::Checked : Qt::Unchecked;
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    switch (Column(index.column())) {
    case AliasColumn:
        return row.alias;
    case TargetColumn:
        return d->target(row);
    case RemarkColumn:
        return row.remark;
    case ColumnCount:
        break;
    }
    return {};
}

QVariant SshConfigImport::headerData(int section, Qt::Orientation orientation, int role) const
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

Qt::ItemFlags SshConfigImport::flags(const QModelIndex &index) const
{
    if (!index.isValid())
        return Qt::NoItemFlags;
    Q_ASSERT(checkIndex(index, CheckIndexOption::ParentIsInvalid));
    const Row &row = d->rows[std::size_t(index.row())];
    Qt::ItemFlags flags = Qt::ItemIsSelectable | Qt::ItemIsEnabled | Qt::ItemNeverHasChildren;
    if (index.column() == AliasColumn && row.state == Row::State::New)
        flags |= Qt::ItemIsUserCheckable;
    return flags;
}

bool SshConfigImport::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (role != Qt::CheckStateRole || !(flags(index) & Qt::ItemIsUserCheckable))
        return false;
    Row &row = d->rows[std::size_t(index.row())];
    const bool checked = value.toInt() == Qt::Checked;
    if (row.checked == checked)
        return true;
    row.checked = checked;
    Q_EMIT dataChanged(index, index, { Qt::CheckStateRole });
    Q_EMIT checkedCountChanged();
    return true;
}

} // namespace Helmclaw
