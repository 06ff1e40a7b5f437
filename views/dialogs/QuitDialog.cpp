// SPDX-License-Identifier: MIT
#include "views/dialogs/QuitDialog.h"

#include "views/theme/Typography.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace Helmclaw {

QuitDialog::QuitDialog(int tasks, QWidget *parent)
    : QDialog(parent)
{
    setObjectName(QStringLiteral("quitDialog"));
    setWindowTitle(tr("Quit"));
    auto *lead = makeLabel(TextStyle::Heading,
                           tasks == 1 ? tr("A task is running. Stop it and quit?")
                                      : tr("%n tasks are running. Stop them and quit?", nullptr, tasks));
    lead->setWordWrap(true);
    auto *text = makeSecondaryLabel(
        TextStyle::Body,
        tr("What runs is ended on the servers, too; what was done until then stays. The record says how far it came, "
           "and it can be repeated later."));
    text->setWordWrap(true);

    auto *cancel = new QPushButton(tr("Stay"));
    cancel->setObjectName(QStringLiteral("quitCancel"));
    cancel->setDefault(true);
    auto *quit = new QPushButton(tr("&Stop and quit"));
    quit->setObjectName(QStringLiteral("quitConfirm"));
    quit->setAutoDefault(false);
    quit->setProperty("danger", true);
    connect(cancel, &QPushButton::clicked, this, &QuitDialog::reject);
    connect(quit, &QPushButton::clicked, this, &QuitDialog::accept);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(quit);
    buttons->addWidget(cancel);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 20, 24, 20);
    layout->setSpacing(12);
    layout->addWidget(lead);
    layout->addWidget(text);
    layout->addSpacing(8);
    layout->addLayout(buttons);
    setMinimumWidth(420);
    cancel->setFocus();
}

} // namespace Helmclaw
