// SPDX-License-Identifier: MIT
#include "views/hostkeys/ReplaceKeyDialog.h"

#include "views/hostkeys/HostKeyComparison.h"
#include "views/theme/Typography.h"
#include "views/widgets/CodeLabel.h"
#include "views/widgets/CodePanel.h"

#include <QBoxLayout>
#include <QClipboard>
#include <QGuiApplication>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>

namespace Helmclaw {

namespace {

QLabel *paragraph(const QString &text)
{
    QLabel *label = makeSecondaryLabel(TextStyle::Body, text);
    label->setWordWrap(true);
    return label;
}

} // namespace

ReplaceKeyDialog::ReplaceKeyDialog(const QString &serverName, const HostKeyReport &report, QWidget *parent)
    : QDialog(parent)
{
    setObjectName(QStringLiteral("replaceKeyDialog"));
    setWindowTitle(tr("Replace pinned key"));
    auto *lead = makeLabel(TextStyle::Heading, tr("Trust another host key for %1?").arg(serverName));
    lead->setWordWrap(true);
    auto *panel = new CodePanel;
    auto *comparison = new HostKeyComparison;
    comparison->showReport(report);
    auto *panelLayout = new QVBoxLayout(panel);
    panelLayout->setContentsMargins(16, 12, 16, 12);
    panelLayout->addWidget(comparison);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 20, 24, 20);
    layout->setSpacing(12);
    layout->addWidget(lead);
    layout->addWidget(paragraph(
        tr("Do this only if you know why the key is new, for instance because the server was set up again. Compare the "
           "shown key with what the server itself says on its own console, not over the network: ssh-keygen -lvf %1. "
           "If they differ, somebody is between you and the server.")
            .arg(sshdKeyFile(report.offered.algorithm))));
    layout->addWidget(panel);
    if (report.isReplaceable())
        addDecision(layout, serverName);
    else
        addCommands(layout, report);
    setMinimumWidth(560);
    resize(560, layout->totalHeightForWidth(560)); // Qt's own first guess cuts wrapped text
}

void ReplaceKeyDialog::addDecision(QBoxLayout *layout, const QString &serverName)
{
    auto *ask = paragraph(tr("The old key is removed from Helmclaw's own file, the new one is pinned, and the decision "
                             "is recorded (View, Host key decisions). To confirm, type the server's name: %1")
                              .arg(serverName));
    auto *name = new QLineEdit;
    name->setObjectName(QStringLiteral("replaceName"));
    name->setAccessibleName(tr("The server's name"));
    auto *replace = new QPushButton(tr("&Replace key and connect"));
    replace->setObjectName(QStringLiteral("replaceConfirm"));
    replace->setProperty("danger", true);
    replace->setAutoDefault(false);
    replace->setEnabled(false);
    auto *cancel = new QPushButton(tr("Cancel"));
    cancel->setObjectName(QStringLiteral("replaceCancel"));
    cancel->setDefault(true);
    connect(name, &QLineEdit::textChanged, replace,
            [replace, serverName](const QString &text) { replace->setEnabled(text == serverName); });
    connect(replace, &QPushButton::clicked, this, &QDialog::accept);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(replace);
    buttons->addWidget(cancel);
    layout->addWidget(ask);
    layout->addWidget(name);
    layout->addLayout(buttons);
    name->setFocus();
}

void ReplaceKeyDialog::addCommands(QBoxLayout *layout, const HostKeyReport &report)
{
    layout->addWidget(
        paragraph(tr("The old key stands in a file of yours that Helmclaw only reads. When you have verified "
                     "the new key, remove the old one there, then connect: Helmclaw will ask about the "
                     "new one.")));
    const QString commands = report.removalCommands().join(QLatin1Char('\n'));
    auto *text = new CodeLabel;
    text->setObjectName(QStringLiteral("removalCommands"));
    text->setText(commands);
    auto *panel = new CodePanel;
    auto *panelLayout = new QVBoxLayout(panel);
    panelLayout->setContentsMargins(16, 8, 16, 8);
    panelLayout->addWidget(text);
    auto *copy = new QPushButton(tr("&Copy command"));
    copy->setAutoDefault(false);
    connect(copy, &QPushButton::clicked, this, [commands] { QGuiApplication::clipboard()->setText(commands); });
    auto *close = new QPushButton(tr("Close"));
    close->setDefault(true);
    connect(close, &QPushButton::clicked, this, &QDialog::reject);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(copy);
    buttons->addWidget(close);
    layout->addWidget(panel);
    layout->addLayout(buttons);
    close->setFocus();
}

} // namespace Helmclaw
