// SPDX-License-Identifier: MIT
#pragma once

#include <QDialog>

class QLabel;
class QLineEdit;
class QPushButton;
class QTableView;

namespace Helmclaw {

class Fleet;
class SshConfigImport;

/// Shows the hosts of ~/.ssh/config with what would happen to each, and adds the checked ones to the fleet.
class ImportDialog : public QDialog
{
    Q_OBJECT
public:
    /// Not owned. @p sshConfigFile empty: ~/.ssh/config.
    ImportDialog(Fleet *fleet, const QString &sshConfigFile, QWidget *parent = nullptr);

    [[nodiscard]] int importedCount() const { return m_imported; }
    void accept() override;

private:
    void update();

    SshConfigImport *m_import;
    QLabel *m_lead;
    QTableView *m_table;
    QLineEdit *m_tags;
    QLabel *m_problem;
    QPushButton *m_selectAll;
    QPushButton *m_selectNone;
    QPushButton *m_ok;
    QString m_failure;
    int m_imported = 0;
};

} // namespace Helmclaw
