// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/HostKeyDecisions.h"

#include <QDialog>

class QBoxLayout;

namespace Helmclaw {

/// The decision to trust another host key than the pinned one: both side by side, how to verify the new one, and the
/// server's name to be typed. Where the old key stands in the user's own file it says the command instead, and decides
/// nothing. Cancel is the default.
class ReplaceKeyDialog : public QDialog
{
    Q_OBJECT
public:
    ReplaceKeyDialog(const QString &serverName, const HostKeyReport &report, QWidget *parent = nullptr);

private:
    void addDecision(QBoxLayout *layout, const QString &serverName);
    void addCommands(QBoxLayout *layout, const HostKeyReport &report);
};

} // namespace Helmclaw
