// SPDX-License-Identifier: MIT
#pragma once

#include <QDialog>

namespace Helmclaw {

/// Asks before an entry leaves the fleet. Cancel is the default; it says that nothing on the server changes.
class RemoveDialog : public QDialog
{
    Q_OBJECT
public:
    explicit RemoveDialog(const QString &serverName, QWidget *parent = nullptr);
};

} // namespace Helmclaw
