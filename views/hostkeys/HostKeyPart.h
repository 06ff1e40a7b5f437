// SPDX-License-Identifier: MIT
#pragma once

#include "views/WindowModels.h"

#include <QWidget>

class QPushButton;

namespace Helmclaw {

class ActionRegistry;
class HostKeyComparison;

/// The details pane's part for a server whose host key is not the pinned one: the comparison, and the way to the
/// decision. Hidden otherwise.
class HostKeyPart : public QWidget
{
    Q_OBJECT
public:
    HostKeyPart(const WindowModels &models, ActionRegistry *actions, QWidget *parent = nullptr);
    /// True when there is something to compare.
    bool showServer(const QString &serverId);

private:
    WindowModels m_models;
    HostKeyComparison *m_comparison;
    QPushButton *m_replace;
};

} // namespace Helmclaw
