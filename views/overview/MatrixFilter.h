// SPDX-License-Identifier: MIT
#pragma once

#include <QSet>
#include <QSortFilterProxyModel>
#include <QStringList>

namespace Helmclaw {

/// Which servers the matrix shows, and in which order: a scope (group), words, problems only; sorted by the raw verdict
/// of a column, by name in column 0, with the fleet's order between equals.
class MatrixFilter : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    explicit MatrixFilter(QObject *parent = nullptr);

    /// Empty: the whole fleet.
    void setScope(const QStringList &serverIds);
    /// Every word must occur in the server's name, error, or a check's summary.
    void setSearch(const QString &text);
    /// Only servers with something that is not known to be good.
    void setProblemsOnly(bool on);
    [[nodiscard]] bool isFiltering() const { return m_problemsOnly || !m_words.isEmpty(); }
    [[nodiscard]] const QSet<QString> &scope() const { return m_scope; }

protected:
    [[nodiscard]] bool filterAcceptsRow(int sourceRow, const QModelIndex &sourceParent) const override;
    [[nodiscard]] bool lessThan(const QModelIndex &left, const QModelIndex &right) const override;

private:
    [[nodiscard]] bool matchesWord(int sourceRow, const QString &word) const;

    QSet<QString> m_scope;
    QStringList m_words;
    bool m_problemsOnly = false;
};

} // namespace Helmclaw
