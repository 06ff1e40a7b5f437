// SPDX-License-Identifier: MIT
#pragma once

#include <QDialog>

namespace Helmclaw {

/// Asks before tasks are ended because the window closes. Staying is the default.
class QuitDialog : public QDialog
{
    Q_OBJECT
public:
    explicit QuitDialog(int tasks, QWidget *parent = nullptr);
};

} // namespace Helmclaw
