// SPDX-License-Identifier: MIT
#include "views/widgets/CodePanel.h"

#include "views/theme/Colors.h"
#include "views/theme/Style.h"

#include <QPainter>

namespace Helmclaw {

void CodePanel::paintEvent(QPaintEvent * /*event*/)
{
    QPainter painter(this);
    const Colors &colors = Colors::of(palette());
    drawRounded(&painter, QRectF(rect()), Style::radius + 1, colors.base, colors.border);
}

} // namespace Helmclaw
