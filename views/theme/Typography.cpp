// SPDX-License-Identifier: MIT
#include "views/theme/Typography.h"

#include <QApplication>
#include <QFontDatabase>
#include <QLabel>

namespace Helmclaw {

namespace {

void scale(QFont &font, qreal factor)
{
    if (font.pointSizeF() > 0)
        font.setPointSizeF(font.pointSizeF() * factor);
    else
        font.setPixelSize(qRound(font.pixelSize() * factor));
}

} // namespace

QFont fontFor(TextStyle style, const QFont &base)
{
    QFont font = base;
    switch (style) {
    case TextStyle::Body:
        break;
    case TextStyle::Small:
        scale(font, 0.89);
        break;
    case TextStyle::Caption:
        scale(font, 0.86);
        font.setWeight(QFont::DemiBold);
        font.setLetterSpacing(QFont::PercentageSpacing, 102);
        break;
    case TextStyle::Strong:
        font.setWeight(QFont::DemiBold);
        break;
    case TextStyle::Heading:
        scale(font, 1.12);
        font.setWeight(QFont::DemiBold);
        break;
    case TextStyle::Title:
        scale(font, 1.42);
        font.setWeight(QFont::DemiBold);
        break;
    case TextStyle::Mono: {
        const QFont fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont);
        font.setFamilies(fixed.families().isEmpty() ? QStringList { fixed.family() } : fixed.families());
        font.setStyleHint(QFont::Monospace);
        scale(font, 0.92);
        break;
    }
    }
    return font;
}

QFont fontFor(TextStyle style)
{
    return fontFor(style, QApplication::font());
}

QLabel *makeLabel(TextStyle style, const QString &text, QWidget *parent)
{
    auto *label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setFont(fontFor(style));
    label->setText(text);
    return label;
}

QLabel *makeSecondaryLabel(TextStyle style, const QString &text, QWidget *parent)
{
    QLabel *label = makeLabel(style, text, parent);
    // The palette's placeholder colour is our secondary text colour.
    label->setForegroundRole(QPalette::PlaceholderText);
    return label;
}

} // namespace Helmclaw
