// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/Fleet.h"
#include "ssh/SshConfig.h"

#include <QAbstractTableModel>

#include <memory>

namespace Helmclaw {

/// The preview of an import from ~/.ssh/config: one checkable row per literal Host alias, with the effective values
/// ("ssh -G", in the background, a few at a time) and what would happen (new, already in the fleet, cannot be used and
/// why). importChecked() adds entries whose `host` is the alias itself, so that ssh's own settings keep applying.
class SshConfigImport : public QAbstractTableModel
{
    Q_OBJECT
public:
    enum Column { AliasColumn, TargetColumn, RemarkColumn, ColumnCount };

    explicit SshConfigImport(Fleet *fleet, QObject *parent = nullptr);
    ~SshConfigImport() override;

    /// Reads the aliases of @p configFile (empty: ~/.ssh/config) and starts resolving them; rows appear at once.
    [[nodiscard]] Result<void> start(const QString &configFile = {});
    [[nodiscard]] bool isResolving() const;
    [[nodiscard]] int checkedCount() const;
    void setAllChecked(bool checked);
    /// Adds the checked rows with @p tags; returns how many were added, or the error that kept all of them out.
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

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace Helmclaw
