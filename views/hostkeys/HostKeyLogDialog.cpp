// SPDX-License-Identifier: MIT
#include "views/hostkeys/HostKeyLogDialog.h"

#include "models/fleet/HostKeyLogModel.h"
#include "views/theme/Typography.h"
#include "views/widgets/EmptyState.h"
#include "views/widgets/PlainToolTip.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

namespace Helmclaw {

HostKeyLogDialog::HostKeyLogDialog(const ServerSessions *sessions, QWidget *parent)
    : QDialog(parent)
{
    setObjectName(QStringLiteral("hostKeyLogDialog"));
    setWindowTitle(tr("Host key decisions"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(960, 420);

    const auto decisions = hostKeyDecisions(sessions);
    auto *lead = makeSecondaryLabel(TextStyle::Body);
    lead->setObjectName(QStringLiteral("hostKeyLogLead"));
    lead->setWordWrap(true);
    if (!decisions)
        lead->setText(decisions.error().toString());
    else if (!decisions->isEmpty())
        lead->setText(tr("Every host key that was pinned or replaced, the newest first. The record is a file of yours "
                         "(%1): whoever can write it can change it.")
                          .arg(hostKeyLogFile(sessions)));

    auto *table = new QTableView;
    table->setObjectName(QStringLiteral("hostKeyLogTable"));
    table->setAccessibleName(windowTitle());
    auto *model = new HostKeyLogModel(decisions.value_or(QList<HostKeyDecision>()), table);
    table->setModel(model);
    table->setItemDelegate(new PlainToolTipDelegate(table));
    table->setShowGrid(false);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setTabKeyNavigation(false);
    table->setTextElideMode(Qt::ElideMiddle);
    table->verticalHeader()->hide();
    table->verticalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents);
    table->verticalHeader()->setMinimumSectionSize(30);
    table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    table->horizontalHeader()->setHighlightSections(false);
    for (const auto column : { HostKeyLogModel::TimeColumn, HostKeyLogModel::ActionColumn,
                               HostKeyLogModel::ServerColumn, HostKeyLogModel::ByColumn })
        table->horizontalHeader()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
    for (const auto column : { HostKeyLogModel::OldKeyColumn, HostKeyLogModel::NewKeyColumn })
        table->horizontalHeader()->setSectionResizeMode(column, QHeaderView::Stretch);
    table->setVisible(model->rowCount() > 0);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 20, 24, 20);
    layout->setSpacing(12);
    layout->addWidget(lead);
    layout->addWidget(table, 1);
    if (decisions && decisions->isEmpty()) {
        auto *empty = new EmptyState;
        empty->setContent(QStringLiteral("key"), tr("No decisions yet"),
                          tr("When you pin or replace a server's host key, it is recorded here."));
        layout->addWidget(empty, 1);
    } else if (!decisions) {
        layout->addStretch(1);
    }
    lead->setVisible(!lead->text().isEmpty());
    layout->addWidget(buttons);
}

} // namespace Helmclaw
