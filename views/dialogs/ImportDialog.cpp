// SPDX-License-Identifier: MIT
#include "views/dialogs/ImportDialog.h"

#include "models/fleet/Fleet.h"
#include "models/fleet/SshConfigImport.h"
#include "models/fleet/Tailnet.h"
#include "models/fleet/TailscaleImport.h"
#include "views/theme/Colors.h"
#include "views/theme/Typography.h"
#include "views/widgets/PlainToolTip.h"

#include <QComboBox>
#include <QCompleter>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

namespace Helmclaw {

ImportDialog::ImportDialog(Fleet *fleet, const QString &sshConfigFile, QWidget *parent)
    : ImportDialog(fleet, new SshConfigImport(fleet),
                   { tr("Import from ~/.ssh/config"), tr("Asking ssh what each host stands for…"),
                     tr("There is no host to import: no Host line with a literal name was found."),
                     tr("Each entry keeps following ~/.ssh/config: what you change there holds here too.") },
                   parent)
{
    const Result<void> started = static_cast<SshConfigImport *>(m_import)->start(sshConfigFile);
    if (!started)
        m_failure = started.error().toString();
    update();
}

ImportDialog::ImportDialog(Fleet *fleet, Tailnet *tailnet, QWidget *parent)
    : ImportDialog(fleet, new TailscaleImport(fleet, tailnet),
                   { tr("Import from Tailscale"), tr("Asking Tailscale for its peers…"),
                     tr("There is no peer to import."),
                     tr("Each entry keeps following its node: a new address holds here too. Tags become groups.") },
                   parent)
{
    auto *peers = static_cast<TailscaleImport *>(m_import);
    connect(m_onlyTag, &QComboBox::currentIndexChanged, peers, [this, peers](int index) {
        peers->setTags(index > 0 ? QStringList { m_onlyTag->itemText(index) } : QStringList());
        update();
    });
    connect(peers, &TailscaleImport::finished, this, [this, peers] { fillTags(peers); });
    peers->start();
    update();
}

void ImportDialog::fillTags(const TailscaleImport *peers)
{
    const QStringList tags = peers->tags();
    for (QWidget *widget : { static_cast<QWidget *>(m_onlyTagLabel), static_cast<QWidget *>(m_onlyTag) })
        widget->setVisible(!tags.isEmpty());
    m_onlyTag->addItems(tags);
    if (const auto problem = peers->problem()) {
        m_texts.empty = peers->problemText(); // the title says whose
        m_failure = problem->remedy;
    }
    update();
}

ImportDialog::ImportDialog(Fleet *fleet, ImportModel *import, const Texts &texts, QWidget *parent)
    : QDialog(parent)
    , m_import(import)
    , m_texts(texts)
    , m_lead(makeSecondaryLabel(TextStyle::Body))
    , m_table(new QTableView)
    , m_tags(new QLineEdit)
    , m_onlyTagLabel(new QLabel(tr("Only with the &tag")))
    , m_onlyTag(new QComboBox)
    , m_problem(makeLabel(TextStyle::Small))
    , m_selectAll(new QPushButton(tr("Select &all")))
    , m_selectNone(new QPushButton(tr("Select &none")))
    , m_ok(nullptr)
{
    setObjectName(QStringLiteral("importDialog"));
    m_import->setParent(this);
    setWindowTitle(m_texts.title);
    resize(720, 520);

    m_lead->setWordWrap(true);
    m_table->setObjectName(QStringLiteral("importTable"));
    m_table->setAccessibleName(tr("Hosts to import"));
    m_table->setModel(m_import);
    m_table->setItemDelegate(new PlainToolTipDelegate(m_table));
    m_table->setShowGrid(false);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setTabKeyNavigation(false);
    m_table->verticalHeader()->hide();
    m_table->horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_table->horizontalHeader()->setHighlightSections(false);
    m_table->horizontalHeader()->setStretchLastSection(true);
    m_table->setColumnWidth(ImportModel::AliasColumn, 160);
    m_table->setColumnWidth(ImportModel::TargetColumn, 200);
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::ResizeToContents); // remarks may need two lines
    m_table->verticalHeader()->setMinimumSectionSize(30);
    m_selectAll->setObjectName(QStringLiteral("selectAll"));
    m_selectAll->setAutoDefault(false);
    m_selectNone->setObjectName(QStringLiteral("selectNone"));
    m_selectNone->setAutoDefault(false);
    m_tags->setObjectName(QStringLiteral("importTags"));
    m_tags->setPlaceholderText(tr("none"));
    auto *completer = new QCompleter(fleet->tags(), m_tags);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    m_tags->setCompleter(completer);
    m_problem->setObjectName(QStringLiteral("importProblem"));
    m_problem->setWordWrap(true);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel);
    m_ok = buttons->button(QDialogButtonBox::Ok);
    m_ok->setObjectName(QStringLiteral("importOk"));
    connect(buttons, &QDialogButtonBox::accepted, this, &ImportDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &ImportDialog::reject);

    auto *tagsLabel = new QLabel(tr("Put them in the &groups"));
    tagsLabel->setBuddy(m_tags);
    auto *row = new QHBoxLayout;
    row->addWidget(m_selectAll);
    row->addWidget(m_selectNone);
    m_onlyTag->setObjectName(QStringLiteral("importOnlyTag"));
    m_onlyTag->addItem(tr("any"));
    m_onlyTag->hide();
    m_onlyTagLabel->setBuddy(m_onlyTag);
    m_onlyTagLabel->hide();
    row->addSpacing(16);
    row->addWidget(tagsLabel);
    row->addWidget(m_tags, 1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 20, 24, 20);
    layout->setSpacing(12);
    auto *top = new QHBoxLayout;
    top->addWidget(m_lead, 1);
    top->addSpacing(16);
    top->addWidget(m_onlyTagLabel);
    top->addWidget(m_onlyTag);
    layout->addLayout(top);
    layout->addWidget(m_table, 1);
    layout->addLayout(row);
    layout->addWidget(m_problem);
    layout->addWidget(buttons);

    connect(m_selectAll, &QPushButton::clicked, this, [this] { m_import->setAllChecked(true); });
    connect(m_selectNone, &QPushButton::clicked, this, [this] { m_import->setAllChecked(false); });
    connect(m_import, &ImportModel::checkedCountChanged, this, &ImportDialog::update);
    connect(m_import, &ImportModel::finished, this, &ImportDialog::update);
    m_table->setFocus();
}

void ImportDialog::update()
{
    const int rows = m_import->rowCount();
    const int checked = m_import->checkedCount();
    m_lead->setText(m_import->isResolving() ? m_texts.asking : rows == 0 ? m_texts.empty : m_texts.lead);
    m_ok->setText(checked > 0 ? (checked == 1 ? tr("Import 1 server") : tr("Import %n servers", nullptr, checked))
                              : tr("Import"));
    m_ok->setEnabled(checked > 0);
    m_selectAll->setEnabled(rows > 0);
    m_selectNone->setEnabled(rows > 0);
    m_problem->setVisible(!m_failure.isEmpty());
    m_problem->setText(m_failure);
    QPalette colors = m_problem->palette();
    colors.setColor(QPalette::WindowText, Colors::of(palette()).bad.foreground);
    m_problem->setPalette(colors);
}

void ImportDialog::accept()
{
    const Result<int> imported = m_import->importChecked(splitTags(m_tags->text()));
    if (!imported) {
        m_failure = imported.error().toString();
        update();
        return;
    }
    m_imported = *imported;
    QDialog::accept();
}

} // namespace Helmclaw
