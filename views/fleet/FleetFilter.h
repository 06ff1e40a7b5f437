// SPDX-License-Identifier: MIT
#pragma once

#include <QSortFilterProxyModel>
#include <QStringList>

namespace Helmclaw {

/// The fleet tree's search: servers whose name, host, user or tags contain every word; groups of hits stay, and a
/// group that matches by its name keeps all its servers.
class FleetFilter : public QSortFilterProxyModel
{
    Q_OBJECT
public:
    explicit FleetFilter(QObject *parent = nullptr);
    void setSearch(const QString &text);
    [[nodiscard]] bool isActive() const { return !m_words.isEmpty(); }

protected:
    [[nodiscard]] bool filterAcceptsRow(int sourceRow, const QModelIndex &sourceParent) const override;

private:
    QStringList m_words;
};

} // namespace Helmclaw
