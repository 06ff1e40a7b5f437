// SPDX-License-Identifier: MIT
#pragma once

class QMenuBar;

namespace Helmclaw {

class ActionRegistry;

/// Puts every action of the main window into @p registry.
void addWindowActions(ActionRegistry *registry);
/// The menus that show them.
void fillMenuBar(QMenuBar *menuBar, const ActionRegistry *registry);

} // namespace Helmclaw
