// SPDX-License-Identifier: MIT
#include "views/overview/MatrixFilter.h"

#include "models/posture/Check.h"
#include "models/posture/PostureModel.h"

#include <algorithm>

namespace Helmclaw {

MatrixFilter::MatrixFilter(QObject *parent)
    : QSortFilterProxyModel(parent)
{
}

void MatrixFilter::setScope(const QStringList &serverIds)
{
    QSet<QString> scope(serverIds.cbegin(), serverIds.cend());
    if (scope == m_scope)
        return;
    m_scope = std::move(scope);
    invalidateFilter();
}

void MatrixFilter::setSearch(const QString &text)
{
    const QStringList words = text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    if (words == m_words)
        return;
    m_words = words;
    invalidateFilter();
}

void MatrixFilter::setProblemsOnly(bool on)
{
    if (on == m_problemsOnly)
        return;
    m_problemsOnly = on;
    invalidateFilter();
}

bool MatrixFilter::matchesWord(int sourceRow, const QString &word) const
{
    // One question a row: a cell's costs as much.
    const QModelIndex row = sourceModel()->index(sourceRow, 0);
    return row.data(PostureModel::SearchTextRole).toString().contains(word, Qt::CaseInsensitive);
}

bool MatrixFilter::filterAcceptsRow(int sourceRow, const QModelIndex & /*sourceParent*/) const
{
    const QModelIndex index = sourceModel()->index(sourceRow, 0);
    if (!m_scope.isEmpty() && !m_scope.contains(index.data(PostureModel::ServerIdRole).toString()))
        return false;
    if (m_problemsOnly) {
        const auto worst = static_cast<Verdict>(index.data(PostureModel::VerdictRole).toInt());
        const bool good = worst == Verdict::Pass || worst == Verdict::NotApplicable;
        if (good && index.data(PostureModel::ErrorRole).toString().isEmpty())
            return false;
    }
    return std::all_of(m_words.cbegin(), m_words.cend(),
                       [&](const QString &word) { return matchesWord(sourceRow, word); });
}

bool MatrixFilter::lessThan(const QModelIndex &left, const QModelIndex &right) const
{
    int order = 0;
    if (left.column() == 0) {
        order =
            QString::localeAwareCompare(left.data(Qt::DisplayRole).toString(), right.data(Qt::DisplayRole).toString());
    } else {
        const auto rank = [](const QModelIndex &index) {
            const QVariant verdict = index.data(PostureModel::VerdictRole);
            return verdict.isValid() ? verdict.toInt() : -1;
        };
        order = rank(left) - rank(right);
    }
    if (order != 0)
        return order < 0;
    // Equals keep the fleet's order whichever way the column is sorted.
    return sortOrder() == Qt::AscendingOrder ? left.row() < right.row() : left.row() > right.row();
}

} // namespace Helmclaw
