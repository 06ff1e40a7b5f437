// SPDX-License-Identifier: MIT
#include "views/dialogs/RemoveDialog.h"

#include "views/theme/Typography.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace Helmclaw {

RemoveDialog::RemoveDialog(const QString &serverName, QWidget *parent)
    : QDialog(parent)
{
    setObjectName(QStringLiteral("removeDialog"));
    setWindowTitle(tr("Remove server"));
    auto *lead = makeLabel(TextStyle::Heading, tr("Remove %1 from the fleet?").arg(serverName));
    lead->setWordWrap(true);
    auto *text = makeSecondaryLabel(
        TextStyle::Body,
        tr("Its connection and its tunnel are closed and the entry leaves the fleet file. Nothing on "
           "the server itself changes, and its pinned host key is kept."));
    text->setWordWrap(true);

    auto *cancel = new QPushButton(tr("Cancel"));
    cancel->setObjectName(QStringLiteral("removeCancel"));
    cancel->setDefault(true);
    auto *remove = new QPushButton(tr("&Remove"));
    remove->setObjectName(QStringLiteral("removeConfirm"));
    remove->setAutoDefault(false);
    remove->setProperty("danger", true);
    connect(cancel, &QPushButton::clicked, this, &RemoveDialog::reject);
    connect(remove, &QPushButton::clicked, this, &RemoveDialog::accept);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(remove);
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
