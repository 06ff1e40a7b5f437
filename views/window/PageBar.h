// SPDX-License-Identifier: MIT
#pragma once

#include <QTabBar>

namespace Helmclaw {

/// The window's pages as words in a row, the present one underlined.
class PageBar : public QTabBar
{
    Q_OBJECT
public:
    explicit PageBar(QWidget *parent = nullptr);

    [[nodiscard]] QSize sizeHint() const override;

protected:
    [[nodiscard]] QSize tabSizeHint(int index) const override;
    void paintEvent(QPaintEvent *event) override;
};

} // namespace Helmclaw
