// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/Server.h"
#include "ssh/Error.h"

#include <QAbstractTableModel>

#include <vector>

namespace Helmclaw {

class Fleet;

/// The preview of an import into the fleet: one row per candidate with what it would connect to and what would happen
/// (new, already in the fleet, cannot be used and why); the new ones can be checked and are added together. Follows the
/// fleet. Sources (ssh_config, Tailscale) derive from it. Thread: the GUI thread.
class ImportModel : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { AliasColumn, TargetColumn, RemarkColumn, ColumnCount };

    explicit ImportModel(Fleet *fleet, QObject *parent = nullptr);

    [[nodiscard]] virtual bool isResolving() const = 0;
    [[nodiscard]] int checkedCount() const;
    void setAllChecked(bool checked);
    /// Why the row cannot be imported; empty when it can, is in the fleet already, or is not resolved yet.
    [[nodiscard]] QString problem(int row) const;
    /// Adds the checked rows, @p tags in addition to the source's own; returns how many were added, or the error that
    /// kept all of them out.
    [[nodiscard]] Result<int> importChecked(const QStringList &tags = {});

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex &index) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role) override;

Q_SIGNALS:
    void finished(); ///< every row is resolved
    void checkedCountChanged();

protected:
    struct Row
    {
        enum class State { Resolving, New, InFleet, Unusable };
        Server server; ///< as it would be added, without an id
        State state = State::Resolving;
        QString target; ///< for people
        QString remark;
        bool checked = false;
    };
    /// Sets state, remark and target of row @p number, with the fleet as it is now.
    virtual void classify(int number, Row &row) const = 0;

    void reset(std::vector<Row> rows);
    /// Classifies the row anew and tells the views; one that has become New is checked if @p check.
    void refresh(int number, bool check);
    [[nodiscard]] Row &row(int number) { return m_rows[std::size_t(number)]; }
    [[nodiscard]] Fleet *fleet() const { return m_fleet; }

private:
    void fleetChanged();

    Fleet *m_fleet;
    std::vector<Row> m_rows;
};

} // namespace Helmclaw
