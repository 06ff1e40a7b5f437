// SPDX-License-Identifier: MIT
#pragma once

#include <QIconEngine>

namespace Helmclaw {

/// Paints one drawing of Icons in the colours of the application palette as it is at that moment: a change of theme
/// needs no new icons, only a repaint.
class IconEngine : public QIconEngine
{
public:
    explicit IconEngine(QString name);

    void paint(QPainter *painter, const QRect &rect, QIcon::Mode mode, QIcon::State state) override;
    QPixmap pixmap(const QSize &size, QIcon::Mode mode, QIcon::State state) override;
    QPixmap scaledPixmap(const QSize &size, QIcon::Mode mode, QIcon::State state, qreal scale) override;
    [[nodiscard]] QIconEngine *clone() const override;
    QString iconName() override;
    bool isNull() override;

private:
    QString m_name;
};

} // namespace Helmclaw
