// SPDX-License-Identifier: MIT
#pragma once

#include <QProxyStyle>

namespace Helmclaw {

/// The window's look over Fusion: flat surfaces, hairlines, one radius, one accent. Takes every colour from
/// Colors::of(option's palette), so that light and dark are the same code.
class Style : public QProxyStyle
{
    Q_OBJECT
public:
    /// Radius of buttons, fields and tiles, in device-independent pixels.
    static constexpr qreal radius = 5.0;

    Style();

    int pixelMetric(PixelMetric metric, const QStyleOption *option, const QWidget *widget) const override;
    int styleHint(StyleHint hint, const QStyleOption *option, const QWidget *widget,
                  QStyleHintReturn *returnData) const override;
    QSize sizeFromContents(ContentsType type, const QStyleOption *option, const QSize &size,
                           const QWidget *widget) const override;
    QRect subElementRect(SubElement element, const QStyleOption *option, const QWidget *widget) const override;
    QRect subControlRect(ComplexControl control, const QStyleOptionComplex *option, SubControl subControl,
                         const QWidget *widget) const override;
    void drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter,
                       const QWidget *widget) const override;
    void drawControl(ControlElement element, const QStyleOption *option, QPainter *painter,
                     const QWidget *widget) const override;
    void drawComplexControl(ComplexControl control, const QStyleOptionComplex *option, QPainter *painter,
                            const QWidget *widget) const override;
    QIcon standardIcon(StandardPixmap standard, const QStyleOption *option, const QWidget *widget) const override;
    void polish(QWidget *widget) override;
    using QProxyStyle::polish;
    /// Light or dark is a matter of the palette: the style's own one is the light table.
    QPalette standardPalette() const override;
};

/// Fills (and outlines, when @p border is valid) a rounded rectangle on whole pixels.
void drawRounded(QPainter *painter, const QRectF &rect, qreal radius, const QColor &fill, const QColor &border = {},
                 qreal width = 1.0);

} // namespace Helmclaw
