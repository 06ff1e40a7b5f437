// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/HostKeyDecisions.h"

#include <QDialog>

class QLabel;
class QTableView;
class QVBoxLayout;

namespace Helmclaw {

/// The recorded decisions about host keys, the newest first. Only shows; a record that cannot be read is said, and so
/// are entries that are too old to be shown.
class HostKeyLogDialog : public QDialog
{
    Q_OBJECT
public:
    static constexpr int maxShown = 1000;

    explicit HostKeyLogDialog(const ServerSessions *sessions, QWidget *parent = nullptr);

private:
    void makeTable();
    void fill(const Result<HostKeyRecord> &record);

    QString m_file;
    QLabel *m_lead;
    QTableView *m_table;
    QVBoxLayout *m_body;
};

} // namespace Helmclaw
