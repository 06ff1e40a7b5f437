// SPDX-License-Identifier: MIT
#include "views/window/BringUp.h"

#include <QApplication>
#include <QDialog>

namespace Helmclaw {

void bringUp(QDialog *question)
{
    const QWidget *modal = QApplication::activeModalWidget();
    const bool blocked = modal != nullptr && modal != question;
    if (question->isVisible()) {
        if (!blocked)
            return;
        question->hide(); // a window's modality counts from its next show()
    }
    question->setModal(blocked);
    question->show();
    question->raise();
    question->activateWindow();
}

} // namespace Helmclaw
