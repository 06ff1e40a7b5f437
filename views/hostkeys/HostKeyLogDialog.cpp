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

namespace {

constexpr int measuredRows = 100; ///< for the columns' widths
constexpr int rowPadding = 10;

} // namespace

HostKeyLogDialog::HostKeyLogDialog(const ServerSessions *sessions, QWidget *parent)
    : QDialog(parent)
    , m_file(hostKeyLogFile(sessions))
    , m_lead(makeSecondaryLabel(TextStyle::Body))
    , m_table(new QTableView)
    , m_body(new QVBoxLayout)
{
    setObjectName(QStringLiteral("hostKeyLogDialog"));
    setWindowTitle(tr("Host key decisions"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(960, 420);

    m_lead->setObjectName(QStringLiteral("hostKeyLogLead"));
    m_lead->setWordWrap(true);
    m_lead->setText(tr("Reading the record \u2026"));
    makeTable();

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 20, 24, 20);
    layout->setSpacing(12);
    layout->addWidget(m_lead);
    m_body->addWidget(m_table, 1);
    layout->addLayout(m_body, 1);
    layout->addWidget(buttons);
    readHostKeyDecisions(sessions, maxShown, this, [this](const Result<HostKeyRecord> &record) { fill(record); });
}

void HostKeyLogDialog::makeTable()
{
    m_table->setObjectName(QStringLiteral("hostKeyLogTable"));
    m_table->setAccessibleName(windowTitle());
    m_table->setItemDelegate(new PlainToolTipDelegate(m_table));
    m_table->setShowGrid(false);
    m_table->setWordWrap(false); // a fingerprint is one word, whatever signs are in it
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setTabKeyNavigation(false);
    m_table->setTextElideMode(Qt::ElideMiddle);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setResizeContentsPrecision(measuredRows);
    m_table->hide();
}

void HostKeyLogDialog::fill(const Result<HostKeyRecord> &record)
{
    if (!record) {
        m_lead->setText(record.error().toString());
        m_body->addStretch(1);
        return;
    }
    if (record->newest.isEmpty()) {
        m_lead->hide();
        auto *empty = new EmptyState;
        empty->setContent(QStringLiteral("key"), tr("No decisions yet"),
                          tr("When you pin or replace a server's host key, it is recorded here."));
        m_body->addWidget(empty, 1);
        return;
    }
    QString lead = tr("Every host key that was pinned or replaced, the newest first. The record is a file of yours "
                      "(%1): whoever can write it can change it.")
                       .arg(m_file);
    if (record->older > 0) {
        lead = tr("The host keys that were pinned or replaced last, the newest first; %n older entries are in %1. "
                  "The record is a file of yours: whoever can write it can change it.",
                  nullptr, static_cast<int>(record->older))
                   .arg(m_file);
    }
    m_lead->setText(lead);
    auto *model = new HostKeyLogModel(record->newest, m_table);
    m_table->setModel(model);
    for (const auto column : { HostKeyLogModel::TimeColumn, HostKeyLogModel::ActionColumn,
                               HostKeyLogModel::ServerColumn, HostKeyLogModel::ByColumn })
        m_table->horizontalHeader()->setSectionResizeMode(column, QHeaderView::ResizeToContents);
    for (const auto column : { HostKeyLogModel::OldKeyColumn, HostKeyLogModel::NewKeyColumn })
        m_table->horizontalHeader()->setSectionResizeMode(column, QHeaderView::Stretch);
    // By the text alone: to ask the delegate for every row takes longer than to read the file.
    const int line = m_table->fontMetrics().lineSpacing();
    m_table->verticalHeader()->setDefaultSectionSize(qMax(30, line + rowPadding));
    for (int row = 0; row < model->rowCount(); ++row) {
        const auto lines = model->index(row, HostKeyLogModel::OldKeyColumn).data().toString().count(QLatin1Char('\n'));
        if (lines > 0)
            m_table->verticalHeader()->resizeSection(row, line * (static_cast<int>(lines) + 1) + rowPadding);
    }
    m_table->show();
}

} // namespace Helmclaw
