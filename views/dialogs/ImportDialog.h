// SPDX-License-Identifier: MIT
#pragma once

#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableView;

namespace Helmclaw {

class Fleet;
class ImportModel;
class Tailnet;
class TailscaleImport;

/// Shows the hosts of ~/.ssh/config or the peers of the tailnet with what would happen to each, and adds the checked
/// ones to the fleet.
class ImportDialog : public QDialog
{
    Q_OBJECT
public:
    /// Not owned. @p sshConfigFile empty: ~/.ssh/config.
    ImportDialog(Fleet *fleet, const QString &sshConfigFile, QWidget *parent = nullptr);
    /// Neither is owned.
    ImportDialog(Fleet *fleet, Tailnet *tailnet, QWidget *parent = nullptr);

    [[nodiscard]] int importedCount() const { return m_imported; }
    void accept() override;

private:
    struct Texts
    {
        QString title;
        QString asking;
        QString empty;
        QString lead;
    };
    ImportDialog(Fleet *fleet, ImportModel *import, const Texts &texts, QWidget *parent);
    void update();
    void fillTags(const TailscaleImport *peers);

    ImportModel *m_import;
    Texts m_texts;
    QLabel *m_lead;
    QTableView *m_table;
    QLineEdit *m_tags;
    QLabel *m_onlyTagLabel;
    QComboBox *m_onlyTag; ///< of the tailnet's tags; hidden where there are none
    QLabel *m_problem;
    QPushButton *m_selectAll;
    QPushButton *m_selectNone;
    QPushButton *m_ok;
    QString m_failure;
    int m_imported = 0;
};

} // namespace Helmclaw
