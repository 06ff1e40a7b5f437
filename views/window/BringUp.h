// SPDX-License-Identifier: MIT
#pragma once

class QDialog;

namespace Helmclaw {

/// Shows a question that came by itself where it can be answered: not modal, unless a modal dialog is open, which would
/// keep every key and click from it; then it is modal above that one.
void bringUp(QDialog *question);

} // namespace Helmclaw
