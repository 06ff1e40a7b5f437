// SPDX-License-Identifier: MIT
#pragma once

#include <QWidget>

namespace Helmclaw {

/// A sunken surface for text to compare or copy.
class CodePanel : public QWidget
{
    Q_OBJECT
public:
    using QWidget::QWidget;

protected:
    void paintEvent(QPaintEvent *event) override;
};

} // namespace Helmclaw
