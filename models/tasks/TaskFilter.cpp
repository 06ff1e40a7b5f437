// SPDX-License-Identifier: MIT
#include "models/tasks/TaskFilter.h"

#include "models/tasks/TaskModel.h"
#include "models/tasks/TaskRun.h"

#include <algorithm>

namespace Helmclaw {

TaskFilter::TaskFilter(QObject *parent)
    : QSortFilterProxyModel(parent)
    , m_since(QDateTime::currentDateTimeUtc())
{
}

void TaskFilter::setStates(States states)
{
    m_states = states;
    invalidateFilter();
}

void TaskFilter::setServers(const QStringList &serverIds)
{
    m_servers = QSet<QString>(serverIds.cbegin(), serverIds.cend());
    invalidateFilter();
}

void TaskFilter::setSearch(const QString &text)
{
    m_words = text.split(u' ', Qt::SkipEmptyParts);
    invalidateFilter();
}

bool TaskFilter::isFiltering() const
{
    return m_states != States::All || !m_servers.isEmpty() || !m_words.isEmpty();
}

bool TaskFilter::acceptsState(const QModelIndex &task) const
{
    const auto state = task.data(TaskModel::StateRole).value<TaskState>();
    switch (m_states) {
    case States::All:
        return true;
    case States::Current:
        return !isFinal(state) || state == TaskState::Unknown
            || task.data(TaskModel::StartedRole).toDateTime() >= m_since;
    case States::Running:
        return !isFinal(state);
    case States::Trouble:
        break;
    }
    return state == TaskState::Failed || state == TaskState::Unknown;
}

bool TaskFilter::matches(const QModelIndex &task, const QString &word) const
{
    const auto has = [&word](const QModelIndex &index) {
        return index.data().toString().contains(word, Qt::CaseInsensitive)
            || index.data(TaskModel::ProblemRole).toString().contains(word, Qt::CaseInsensitive);
    };
    if (has(task))
        return true;
    for (int row = 0; row < sourceModel()->rowCount(task); ++row) {
        if (has(sourceModel()->index(row, 0, task)))
            return true;
    }
    return false;
}

bool TaskFilter::filterAcceptsRow(int sourceRow, const QModelIndex &sourceParent) const
{
    if (sourceParent.isValid())
        return true;
    const QModelIndex task = sourceModel()->index(sourceRow, 0);
    if (!acceptsState(task))
        return false;
    if (!m_servers.isEmpty()) {
        const QStringList ids = task.data(TaskModel::ServerIdsRole).toStringList();
        if (std::none_of(ids.cbegin(), ids.cend(), [this](const QString &id) { return m_servers.contains(id); }))
            return false;
    }
    return std::all_of(m_words.cbegin(), m_words.cend(), [&](const QString &word) { return matches(task, word); });
}

} // namespace Helmclaw
