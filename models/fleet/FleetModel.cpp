// SPDX-License-Identifier: MIT
#include "models/fleet/FleetModel.h"

#include "models/fleet/ServerSessions.h"
#include "models/gateway/WebUiSessions.h"
#include "models/posture/PostureStore.h"

#include <QHash>
#include <QLocale>

#include <algorithm>
#include <utility>
#include <vector>

namespace Helmclaw {

namespace {
/// A row. Groups hold servers; the root holds groups, or servers when nothing has a tag (and both for the moment in
/// which one becomes the other: groups come first).
struct Node
{
    Node *parent = nullptr;
    bool isGroup = false;
    QString text; ///< a group's tag (empty: Ungrouped), a server's id
    std::vector<std::unique_ptr<Node>> children;
    mutable int worst = -1; ///< a group's worst verdict; -1: to be computed
};

int rowOf(const Node *node)
{
    const auto &siblings = node->parent->children;
    const auto found = std::find_if(siblings.begin(), siblings.end(),
                                    [node](const std::unique_ptr<Node> &sibling) { return sibling.get() == node; });
    return int(found - siblings.begin());
}
} // namespace

class FleetModel::Private
{
public:
    FleetModel *q = nullptr;
    Fleet *fleet = nullptr;
    ServerSessions *sessions = nullptr;
    PostureStore *posture = nullptr;
    WebUiSessions *webUi = nullptr;

    Node root;
    QHash<QString, QList<Node *>> rows; ///< of each server
    QHash<QString, int> order; ///< id → index in the fleet
    bool grouped = false; ///< whether any server has a tag

    [[nodiscard]] const Node *node(const QModelIndex &index) const
    {
        return index.isValid() ? static_cast<const Node *>(index.internalPointer()) : &root;
    }
    [[nodiscard]] QModelIndex indexOf(const Node *row) const
    {
        return row == &root ? QModelIndex() : q->createIndex(rowOf(row), 0, row);
    }
    [[nodiscard]] const Server *server(const Node *row) const
    {
        const auto &servers = fleet->servers();
        const qsizetype expected = order.value(row->text, -1);
        if (expected >= 0 && expected < servers.size() && servers.at(expected).id == row->text)
            return &servers.at(expected);
        // While the fleet tells its listeners one after the other that a server is gone, `order` may be behind.
        const auto found =
            std::find_if(servers.begin(), servers.end(), [row](const Server &other) { return other.id == row->text; });
        return found == servers.end() ? nullptr : &*found;
    }

    void rebuild();
    void rebuildOrder();
    [[nodiscard]] Node *group(const QString &tag);
    [[nodiscard]] bool fleetHasTags() const
    {
        return std::any_of(fleet->servers().begin(), fleet->servers().end(),
                           [](const Server &server) { return !server.tags.isEmpty(); });
    }
    [[nodiscard]] QList<Node *> wantedParents(const Server &server);
    [[nodiscard]] int rowFor(const Node *parent, const QString &serverId) const;
    void place(const Server &server);
    void placeChanged(const Server *server);
    void insertRow(Node *parent, const QString &serverId);
    void moveRow(Node *row, Node *parent);
    void removeRow(Node *row);
    void removeEmptyGroups();

    void fleetAdded(int index);
    void fleetUpdated(int index);
    void changed(const QString &serverId, const QList<int> &roles, bool groupsToo);

    [[nodiscard]] Verdict worstOf(const Node *row) const;
    [[nodiscard]] QVariant serverData(const Node *row, int role) const;
    [[nodiscard]] QVariant groupData(const Node *row, int role) const;
    [[nodiscard]] QString toolTip(const Server &server) const;
    [[nodiscard]] QString accessibleText(const Server &server) const;
    [[nodiscard]] WebUiState webUiState(const QString &serverId) const
    {
        return webUi ? webUi->status(serverId).state : WebUiState::Off;
    }
};

void FleetModel::Private::rebuildOrder()
{
    order.clear();
    int index = 0;
    for (const Server &server : fleet->servers())
        order.insert(server.id, index++);
}

void FleetModel::Private::rebuild()
{
    root.children.clear();
    rows.clear();
    rebuildOrder();
    grouped = fleetHasTags();
    const auto append = [](Node *parent, bool isGroup, const QString &text) {
        parent->children.push_back(std::make_unique<Node>(Node { parent, isGroup, text, {}, -1 }));
        return parent->children.back().get();
    };
    QHash<QString, Node *> groups;
    for (const QString &tag : fleet->tags())
        groups.insert(tag, append(&root, true, tag));
    for (const Server &server : fleet->servers()) {
        QStringList tags = server.tags;
        if (tags.isEmpty())
            tags.append(QString());
        for (const QString &tag : std::as_const(tags)) {
            Node *parent = groups.isEmpty() ? &root : groups.value(tag);
            if (!parent) // the first one without a tag
                parent = groups[tag] = append(&root, true, tag);
            rows[server.id].append(append(parent, false, server.id));
        }
    }
}

/// The group row of @p tag, made when there is none yet.
Node *FleetModel::Private::group(const QString &tag)
{
    int row = 0;
    for (const auto &child : root.children) {
        if (!child->isGroup)
            break;
        if (child->text == tag)
            return child.get();
        if (!tag.isEmpty() && (child->text.isEmpty() || tag < child->text)) // Ungrouped is the last one
            break;
        ++row;
    }
    q->beginInsertRows({}, row, row);
    const auto made =
        root.children.insert(root.children.begin() + row, std::make_unique<Node>(Node { &root, true, tag, {}, -1 }));
    q->endInsertRows();
    return made->get();
}

QList<Node *> FleetModel::Private::wantedParents(const Server &server)
{
    if (!server.tags.isEmpty()) {
        QList<Node *> parents;
        for (const QString &tag : server.tags)
            parents.append(group(tag));
        return parents;
    }
    return { grouped ? group(QString()) : &root };
}

/// Where the row of @p serverId belongs among the servers of @p parent: fleet order, behind groups.
int FleetModel::Private::rowFor(const Node *parent, const QString &serverId) const
{
    const int wanted = order.value(serverId);
    const auto found =
        std::partition_point(parent->children.begin(), parent->children.end(), [&](const std::unique_ptr<Node> &child) {
            return child->isGroup || order.value(child->text) < wanted;
        });
    return int(found - parent->children.begin());
}

void FleetModel::Private::insertRow(Node *parent, const QString &serverId)
{
    const int row = rowFor(parent, serverId);
    q->beginInsertRows(indexOf(parent), row, row);
    const auto made = parent->children.insert(parent->children.begin() + row,
                                              std::make_unique<Node>(Node { parent, false, serverId, {}, -1 }));
    rows[serverId].append(made->get());
    parent->worst = -1;
    q->endInsertRows();
}

void FleetModel::Private::moveRow(Node *row, Node *parent)
{
    Node *from = row->parent;
    const int source = rowOf(row);
    const int target = rowFor(parent, row->text);
    q->beginMoveRows(indexOf(from), source, source, indexOf(parent), target);
    std::unique_ptr<Node> moved = std::move(from->children[std::size_t(source)]);
    from->children.erase(from->children.begin() + source);
    moved->parent = parent;
    parent->children.insert(parent->children.begin() + target, std::move(moved));
    from->worst = -1;
    parent->worst = -1;
    q->endMoveRows();
}

void FleetModel::Private::removeRow(Node *row)
{
    Node *parent = row->parent;
    const int position = rowOf(row);
    q->beginRemoveRows(indexOf(parent), position, position);
    if (!row->isGroup) {
        const auto entry = rows.find(row->text);
        entry->removeOne(row);
        if (entry->isEmpty())
            rows.erase(entry);
    }
    parent->children.erase(parent->children.begin() + position);
    parent->worst = -1;
    q->endRemoveRows();
}

/// Brings the rows of @p server to where its tags want them: a row that is in the wrong place moves, so that selection
/// and scroll position go with it.
void FleetModel::Private::place(const Server &server)
{
    QList<Node *> missing = wantedParents(server);
    QList<Node *> surplus;
    for (Node *row : rows.value(server.id)) {
        if (!missing.removeOne(row->parent))
            surplus.append(row);
    }
    while (!missing.isEmpty() && !surplus.isEmpty())
        moveRow(surplus.takeFirst(), missing.takeFirst());
    for (Node *parent : std::as_const(missing))
        insertRow(parent, server.id);
    for (Node *row : std::as_const(surplus))
        removeRow(row);
}

/// @p server may be null: one was removed. When the fleet's first tag came or its last one went, all rows move.
void FleetModel::Private::placeChanged(const Server *server)
{
    const bool wasGrouped = std::exchange(grouped, fleetHasTags());
    if (wasGrouped != grouped) {
        for (const Server &other : fleet->servers())
            place(other);
    } else if (server) {
        place(*server);
    }
    removeEmptyGroups();
}

void FleetModel::Private::removeEmptyGroups()
{
    for (std::size_t i = root.children.size(); i-- > 0;) {
        Node *child = root.children[i].get();
        if (child->isGroup && child->children.empty())
            removeRow(child);
    }
}

void FleetModel::Private::fleetAdded(int index)
{
    rebuildOrder();
    placeChanged(&fleet->servers().at(index));
}

void FleetModel::Private::fleetUpdated(int index)
{
    placeChanged(&fleet->servers().at(index));
    changed(fleet->servers().at(index).id, {}, false);
}

void FleetModel::Private::changed(const QString &serverId, const QList<int> &roles, bool groupsToo)
{
    for (const Node *row : rows.value(serverId)) {
        const QModelIndex index = indexOf(row);
        Q_EMIT q->dataChanged(index, index, roles);
        if (!groupsToo || row->parent == &root)
            continue;
        row->parent->worst = -1;
        const QModelIndex above = indexOf(row->parent);
        Q_EMIT q->dataChanged(above, above, roles);
    }
}

Verdict FleetModel::Private::worstOf(const Node *row) const
{
    if (!row->isGroup)
        return posture ? posture->posture(row->text).worst() : Verdict::Unknown;
    if (row->worst < 0) {
        Verdict worst = Verdict::NotApplicable;
        for (const auto &child : row->children)
            worst = std::max(worst, worstOf(child.get()));
        row->worst = int(worst);
    }
    return Verdict(row->worst);
}

QString FleetModel::Private::toolTip(const Server &server) const
{
    const SessionStatus status = sessions->status(server.id);
    QStringList lines { server.name, serverAddress(server),
                        FleetModel::tr("Connection: %1").arg(sessionStateLabel(status)) };
    if (server.isOnTailnet())
        lines.append(FleetModel::tr("Tailnet: %1").arg(sessions->tailnet()->summary(server)));
    if (status.since.isValid())
        lines.append(
            FleetModel::tr("Since: %1").arg(QLocale().toString(status.since.toLocalTime(), u"d MMM, HH:mm:ss")));
    if (status.retryAt.isValid())
        lines.append(FleetModel::tr("Next try: %1").arg(QLocale().toString(status.retryAt.toLocalTime(), u"HH:mm:ss")));
    if (status.error)
        lines.append(status.error->what);
    if (status.error && !status.error->remedy.isEmpty())
        lines.append(status.error->remedy);
    if (webUiState(server.id) != WebUiState::Off)
        lines.append(FleetModel::tr("Web UI: %1").arg(webUiStateLabel(webUiState(server.id))));
    return lines.join(QLatin1Char('\n'));
}

QString FleetModel::Private::accessibleText(const Server &server) const
{
    const Verdict worst = posture ? posture->posture(server.id).worst() : Verdict::Unknown;
    QString text = FleetModel::tr("%1, connection: %2, posture: %3")
                       .arg(server.name, sessionStateLabel(sessions->status(server.id)), verdictLabel(worst));
    if (webUiState(server.id) != WebUiState::Off)
        text += FleetModel::tr(", web UI: %1").arg(webUiStateLabel(webUiState(server.id)));
    return text;
}

QVariant FleetModel::Private::serverData(const Node *row, int role) const
{
    const Server *entry = server(row);
    if (!entry)
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return entry->name;
    case Qt::ToolTipRole:
        return toolTip(*entry);
    case Qt::AccessibleTextRole:
        return accessibleText(*entry);
    case ServerIdRole:
        return entry->id;
    case IsGroupRole:
        return false;
    case SessionStatusRole:
        return QVariant::fromValue(sessions->status(entry->id));
    case WorstVerdictRole:
        return int(worstOf(row));
    case WebUiStateRole:
        return int(webUiState(entry->id));
    case SearchTextRole:
        return QStringList { entry->name, entry->host, entry->user, entry->tags.join(QLatin1Char(' ')) }.join(
            QLatin1Char(' '));
    default:
        return {};
    }
}

QVariant FleetModel::Private::groupData(const Node *row, int role) const
{
    const QString name = row->text.isEmpty() ? FleetModel::tr("Ungrouped") : row->text;
    switch (role) {
    case Qt::DisplayRole:
        return name;
    case Qt::ToolTipRole:
        return FleetModel::tr("%1, servers: %2").arg(name).arg(row->children.size());
    case Qt::AccessibleTextRole:
        return FleetModel::tr("Group %1, servers: %2, posture: %3")
            .arg(name)
            .arg(row->children.size())
            .arg(verdictLabel(worstOf(row)));
    case ServerIdRole:
        return QString();
    case GroupRole:
        return row->text;
    case IsGroupRole:
        return true;
    case WorstVerdictRole:
        return int(worstOf(row));
    case SearchTextRole:
        return name;
    default:
        return {};
    }
}

FleetModel::FleetModel(ServerSessions *sessions, PostureStore *posture, WebUiSessions *webUi, QObject *parent)
    : QAbstractItemModel(parent)
    , d(std::make_unique<Private>())
{
    d->q = this;
    d->fleet = sessions->fleet();
    d->sessions = sessions;
    d->posture = posture;
    d->webUi = webUi;
    d->rebuild();

    connect(d->fleet, &Fleet::added, this, [this](int index) { d->fleetAdded(index); });
    connect(d->fleet, &Fleet::updated, this, [this](int index) { d->fleetUpdated(index); });
    connect(d->fleet, &Fleet::aboutToRemove, this, [this](int index) {
        // While the entry can still be read: views look at the rows that go.
        for (Node *row : d->rows.value(d->fleet->servers().at(index).id))
            d->removeRow(row);
    });
    connect(d->fleet, &Fleet::removed, this, [this] {
        d->rebuildOrder();
        d->placeChanged(nullptr);
    });
    connect(d->fleet, &Fleet::aboutToReset, this, [this] { beginResetModel(); });
    connect(d->fleet, &Fleet::reset, this, [this] {
        d->rebuild();
        endResetModel();
    });
    connect(sessions, &ServerSessions::statusChanged, this, [this](const QString &serverId) {
        d->changed(serverId, { SessionStatusRole, Qt::ToolTipRole, Qt::AccessibleTextRole }, false);
    });
    if (posture)
        connect(posture, &PostureStore::changed, this, [this](const QString &serverId) {
            d->changed(serverId, { WorstVerdictRole, Qt::AccessibleTextRole }, true);
        });
    if (webUi)
        connect(webUi, &WebUiSessions::statusChanged, this, [this](const QString &serverId) {
            d->changed(serverId, { WebUiStateRole, Qt::ToolTipRole, Qt::AccessibleTextRole }, false);
        });
}

FleetModel::~FleetModel() = default;

QModelIndexList FleetModel::indexesOf(const QString &serverId) const
{
    QModelIndexList indexes;
    for (const Node *row : d->rows.value(serverId))
        indexes.append(d->indexOf(row));
    return indexes;
}

QStringList FleetModel::serverIds(const QModelIndex &index) const
{
    QStringList ids;
    if (!index.isValid()) {
        for (const Server &server : d->fleet->servers())
            ids.append(server.id);
        return ids;
    }
    const Node *row = d->node(index);
    if (!row->isGroup)
        return { row->text };
    for (const auto &child : row->children)
        ids.append(child->text);
    return ids;
}

QModelIndex FleetModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column, d->node(parent)->children[std::size_t(row)].get());
}

QModelIndex FleetModel::parent(const QModelIndex &child) const
{
    return child.isValid() ? d->indexOf(d->node(child)->parent) : QModelIndex();
}

int FleetModel::rowCount(const QModelIndex &parent) const
{
    return parent.column() > 0 ? 0 : int(d->node(parent)->children.size());
}

int FleetModel::columnCount(const QModelIndex &) const
{
    return 1;
}

QVariant FleetModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid())
        return {};
    Q_ASSERT(checkIndex(index));
    const Node *row = d->node(index);
    return row->isGroup ? d->groupData(row, role) : d->serverData(row, role);
}

} // namespace Helmclaw
