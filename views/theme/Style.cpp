// SPDX-License-Identifier: MIT
#include "views/theme/Style.h"

#include "views/theme/Colors.h"
#include "views/theme/Icons.h"

#include <QAbstractItemView>
#include <QLineEdit>
#include <QMenu>
#include <QPainter>
#include <QPushButton>
#include <QScrollBar>
#include <QStyleOption>
#include <QToolButton>

namespace Helmclaw {

namespace {

const Colors &colorsOf(const QStyleOption *option)
{
    return Colors::of(option->palette);
}

bool has(const QStyleOption *option, QStyle::StateFlag flag)
{
    return (option->state & flag) != 0;
}

QRectF halfPixel(const QRect &rect)
{
    return QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5);
}

/// A button that ends something: shown in the colour of harm, never filled.
bool isDanger(const QWidget *widget)
{
    return widget && widget->property("danger").toBool();
}

/// The one button of a surface that does what the surface is for.
bool isPrimary(const QStyleOption *option, const QWidget *widget)
{
    const auto *button = qstyleoption_cast<const QStyleOptionButton *>(option);
    const bool isDefault = button && (button->features & QStyleOptionButton::DefaultButton);
    return (isDefault || (widget && widget->property("primary").toBool())) && !isDanger(widget);
}

QColor mix(const QColor &a, const QColor &b, qreal part)
{
    const auto channel = [part](int x, int y) { return qRound(x + (y - x) * part); };
    return QColor(channel(a.red(), b.red()), channel(a.green(), b.green()), channel(a.blue(), b.blue()));
}

void drawPushButton(const QStyleOption *option, QPainter *painter, const QWidget *widget)
{
    const Colors &colors = colorsOf(option);
    const bool enabled = has(option, QStyle::State_Enabled);
    const bool down = has(option, QStyle::State_Sunken) || has(option, QStyle::State_On);
    const bool hover = enabled && has(option, QStyle::State_MouseOver);
    QColor fill = colors.raised;
    QColor border = colors.strongBorder;
    if (enabled && isPrimary(option, widget)) {
        fill = colors.accent;
        if (down)
            fill = mix(fill, colors.dark ? Qt::white : Qt::black, 0.18);
        else if (hover)
            fill = mix(fill, colors.dark ? Qt::white : Qt::black, 0.09);
        border = fill;
    } else if (!enabled) {
        fill = colors.window;
        border = colors.border;
    } else if (down) {
        fill = mix(colors.raised, colors.text, 0.12);
    } else if (hover) {
        fill = mix(colors.raised, colors.text, 0.05);
    }
    drawRounded(painter, QRectF(option->rect), Style::radius, fill, border);
    if (has(option, QStyle::State_HasFocus) && has(option, QStyle::State_KeyboardFocusChange)) {
        const QColor ring = isPrimary(option, widget) && enabled ? colors.accentText : colors.accent;
        drawRounded(painter, QRectF(option->rect).adjusted(2, 2, -2, -2), Style::radius - 1.5, {}, ring, 1.5);
    }
}

void drawToolButton(const QStyleOption *option, QPainter *painter)
{
    const Colors &colors = colorsOf(option);
    if (!has(option, QStyle::State_Enabled))
        return;
    const bool on = has(option, QStyle::State_On);
    const bool down = has(option, QStyle::State_Sunken);
    QColor fill;
    if (on)
        fill = colors.selection;
    else if (down)
        fill = mix(colors.hover, colors.text, 0.08);
    else if (has(option, QStyle::State_MouseOver))
        fill = mix(colors.hover, colors.text, 0.03);
    if (fill.isValid())
        drawRounded(painter, QRectF(option->rect), Style::radius, fill);
    if (has(option, QStyle::State_HasFocus) && has(option, QStyle::State_KeyboardFocusChange))
        drawRounded(painter, QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5), Style::radius, {}, colors.accent,
                    1.5);
}

void drawField(const QStyleOption *option, QPainter *painter, const QWidget *widget)
{
    const Colors &colors = colorsOf(option);
    const bool enabled = has(option, QStyle::State_Enabled);
    const bool invalid = widget && widget->property("invalid").toBool();
    QColor border = enabled ? colors.strongBorder : colors.border;
    qreal width = 1.0;
    if (invalid) {
        border = colors.bad.foreground;
    } else if (enabled && has(option, QStyle::State_HasFocus)) {
        border = colors.accent;
        width = 1.5;
    }
    drawRounded(painter, QRectF(option->rect), Style::radius, enabled ? colors.base : colors.window, border, width);
}

void drawCheckIndicator(const QStyleOption *option, QPainter *painter, bool round)
{
    const Colors &colors = colorsOf(option);
    const bool enabled = has(option, QStyle::State_Enabled);
    const bool partly = has(option, QStyle::State_NoChange);
    const bool on = has(option, QStyle::State_On) || partly;
    QRectF box(0, 0, 16, 16);
    box.moveCenter(QRectF(option->rect).center());
    box.moveTopLeft(QPointF(qRound(box.x()), qRound(box.y())));
    const QColor fill = on ? (enabled ? colors.accent : colors.disabledText) : colors.base;
    const QColor border =
        on ? fill : (has(option, QStyle::State_MouseOver) && enabled ? colors.accent : colors.strongBorder);
    drawRounded(painter, box, round ? 8.0 : 4.0, fill, border);
    if (on && round) {
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(Qt::NoPen);
        painter->setBrush(colors.accentText);
        painter->drawEllipse(box.center(), 3.0, 3.0);
        painter->restore();
    } else if (on) {
        Icons::paint(painter, box.adjusted(1, 1, -1, -1),
                     partly ? QStringLiteral("not-applicable") : QStringLiteral("check"), colors.accentText);
    }
    if (has(option, QStyle::State_HasFocus) && has(option, QStyle::State_KeyboardFocusChange))
        drawRounded(painter, box.adjusted(-2, -2, 2, 2), 5.5, {}, colors.accent, 1.5);
}

void drawItemPanel(const QStyleOptionViewItem *option, QPainter *painter)
{
    const Colors &colors = colorsOf(option);
    if (option->backgroundBrush.style() != Qt::NoBrush)
        painter->fillRect(option->rect, option->backgroundBrush);
    if (has(option, QStyle::State_Selected)) {
        const bool active = has(option, QStyle::State_Active) && has(option, QStyle::State_Enabled);
        painter->fillRect(option->rect, active ? colors.selection : mix(colors.selection, colors.hover, 0.5));
    } else if (has(option, QStyle::State_MouseOver) && has(option, QStyle::State_Enabled)) {
        painter->fillRect(option->rect, colors.hover);
    }
}

void drawScrollBar(const QStyleOptionSlider *option, QPainter *painter, const QRect &slider)
{
    const Colors &colors = colorsOf(option);
    painter->fillRect(option->rect, Qt::transparent);
    if (option->minimum == option->maximum)
        return;
    const bool hover = has(option, QStyle::State_MouseOver);
    const bool down = has(option, QStyle::State_Sunken);
    QRectF thumb(slider);
    const qreal inset = hover || down ? 2.0 : 3.0;
    if (option->orientation == Qt::Vertical)
        thumb.adjust(inset, 2, -inset, -2);
    else
        thumb.adjust(2, inset, -2, -inset);
    const qreal strength = down ? 0.55 : hover ? 0.42 : 0.25;
    drawRounded(painter, thumb, qMin(thumb.width(), thumb.height()) / 2.0, mix(colors.base, colors.text, strength));
}

} // namespace

void drawRounded(QPainter *painter, const QRectF &rect, qreal radius, const QColor &fill, const QColor &border,
                 qreal width)
{
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setBrush(fill.isValid() ? QBrush(fill) : QBrush(Qt::NoBrush));
    QRectF shape = rect;
    if (border.isValid()) {
        painter->setPen(QPen(border, width));
        shape.adjust(width / 2, width / 2, -width / 2, -width / 2);
    } else {
        painter->setPen(Qt::NoPen);
    }
    painter->drawRoundedRect(shape, radius, radius);
    painter->restore();
}

Style::Style()
    : QProxyStyle(QStringLiteral("Fusion"))
{
    setObjectName(QStringLiteral("helmclaw"));
}

QPalette Style::standardPalette() const
{
    return Colors::light().palette();
}

int Style::pixelMetric(PixelMetric metric, const QStyleOption *option, const QWidget *widget) const
{
    switch (metric) {
    case PM_ScrollBarExtent:
        return 12;
    case PM_ScrollBarSliderMin:
        return 32;
    case PM_ScrollView_ScrollBarSpacing:
    case PM_ToolBarFrameWidth:
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical:
    case PM_MenuBarPanelWidth:
    case PM_MenuPanelWidth:
        return 0;
    case PM_SplitterWidth:
        return 1;
    case PM_DefaultFrameWidth:
        return qobject_cast<const QMenu *>(widget) ? 0 : 1;
    case PM_LayoutLeftMargin:
    case PM_LayoutTopMargin:
    case PM_LayoutRightMargin:
    case PM_LayoutBottomMargin:
        return widget && widget->isWindow() ? 16 : 12;
    case PM_LayoutHorizontalSpacing:
    case PM_LayoutVerticalSpacing:
        return 8;
    case PM_SmallIconSize:
    case PM_ToolBarIconSize:
    case PM_ButtonIconSize:
    case PM_ListViewIconSize:
    case PM_TabBarIconSize:
    case PM_LineEditIconSize:
        return 16;
    case PM_ToolBarItemSpacing:
        return 4;
    case PM_ToolBarItemMargin:
        return 4;
    case PM_ToolBarSeparatorExtent:
        return 9;
    case PM_MenuBarHMargin:
    case PM_MenuBarVMargin:
        return 2;
    case PM_MenuBarItemSpacing:
        return 0;
    case PM_MenuHMargin:
    case PM_MenuVMargin:
        return 4;
    case PM_IndicatorWidth:
    case PM_IndicatorHeight:
    case PM_ExclusiveIndicatorWidth:
    case PM_ExclusiveIndicatorHeight:
        return 18;
    case PM_HeaderMargin:
        return 8;
    case PM_HeaderMarkSize:
        return 12;
    case PM_TreeViewIndentation:
        return 12;
    case PM_ToolTipLabelFrameWidth:
        return 6;
    case PM_FocusFrameHMargin:
        return 4;
    default:
        return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int Style::styleHint(StyleHint hint, const QStyleOption *option, const QWidget *widget,
                     QStyleHintReturn *returnData) const
{
    switch (hint) {
    case SH_EtchDisabledText:
    case SH_DitherDisabledText:
    case SH_DialogButtonBox_ButtonsHaveIcons:
    case SH_ItemView_ActivateItemOnSingleClick:
    case SH_Widget_Animation_Duration:
    case SH_ItemView_PaintAlternatingRowColorsForEmptyArea:
        return 0;
    case SH_ItemView_ShowDecorationSelected:
        return 1;
    case SH_ToolTip_WakeUpDelay:
        return 500;
    case SH_FormLayoutLabelAlignment:
        return static_cast<int>(Qt::AlignLeft | Qt::AlignVCenter);
    case SH_FormLayoutFieldGrowthPolicy:
        return 1; // QFormLayout::ExpandingFieldsGrow
    default:
        return QProxyStyle::styleHint(hint, option, widget, returnData);
    }
}

QSize Style::sizeFromContents(ContentsType type, const QStyleOption *option, const QSize &size,
                              const QWidget *widget) const
{
    QSize result = QProxyStyle::sizeFromContents(type, option, size, widget);
    switch (type) {
    case CT_PushButton: {
        const auto *button = qstyleoption_cast<const QStyleOptionButton *>(option);
        const bool iconOnly = button && button->text.isEmpty();
        result = QSize(iconOnly ? 30 : qMax(size.width() + 26, 72), qMax(30, size.height() + 12));
        break;
    }
    case CT_ToolButton: {
        const auto *button = qstyleoption_cast<const QStyleOptionToolButton *>(option);
        const bool textBeside =
            button && button->toolButtonStyle == Qt::ToolButtonTextBesideIcon && !button->text.isEmpty();
        result = QSize(size.width() + (textBeside ? 16 : 12), qMax(28, size.height() + 8));
        break;
    }
    case CT_LineEdit:
        result.setHeight(qMax(30, size.height() + 10));
        break;
    case CT_ComboBox:
        result.setHeight(30);
        break;
    case CT_MenuItem: {
        const auto *item = qstyleoption_cast<const QStyleOptionMenuItem *>(option);
        if (item && item->menuItemType == QStyleOptionMenuItem::Separator)
            result.setHeight(9);
        else
            result = QSize(result.width() + 16, qMax(28, result.height()));
        break;
    }
    case CT_MenuBarItem:
        result = QSize(size.width() + 20, qMax(28, size.height() + 10));
        break;
    default:
        break;
    }
    return result;
}

QRect Style::subElementRect(SubElement element, const QStyleOption *option, const QWidget *widget) const
{
    if (element == SE_LineEditContents)
        return option->rect.adjusted(6, 1, -6, -1);
    if (element == SE_ProgressBarGroove || element == SE_ProgressBarContents)
        return option->rect;
    return QProxyStyle::subElementRect(element, option, widget);
}

QRect Style::subControlRect(ComplexControl control, const QStyleOptionComplex *option, SubControl subControl,
                            const QWidget *widget) const
{
    if (control == CC_ScrollBar) {
        const auto *slider = qstyleoption_cast<const QStyleOptionSlider *>(option);
        if (!slider)
            return {};
        const bool vertical = slider->orientation == Qt::Vertical;
        const int length = vertical ? slider->rect.height() : slider->rect.width();
        const int range = slider->maximum - slider->minimum;
        int thumb = length;
        if (range > 0) {
            thumb = static_cast<int>(static_cast<qint64>(slider->pageStep) * length / (range + slider->pageStep));
            thumb = qBound(qMin(length, pixelMetric(PM_ScrollBarSliderMin, option, widget)), thumb, length);
        }
        const int start = sliderPositionFromValue(slider->minimum, slider->maximum, slider->sliderPosition,
                                                  length - thumb, slider->upsideDown);
        const auto span = [&](int from, int to) {
            return vertical ? QRect(slider->rect.left(), slider->rect.top() + from, slider->rect.width(), to - from)
                            : QRect(slider->rect.left() + from, slider->rect.top(), to - from, slider->rect.height());
        };
        switch (subControl) {
        case SC_ScrollBarSlider:
            return span(start, start + thumb);
        case SC_ScrollBarGroove:
            return slider->rect;
        case SC_ScrollBarSubPage:
            return span(0, start);
        case SC_ScrollBarAddPage:
            return span(start + thumb, length);
        default:
            return {};
        }
    }
    return QProxyStyle::subControlRect(control, option, subControl, widget);
}

void Style::drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter,
                          const QWidget *widget) const
{
    const Colors &colors = colorsOf(option);
    switch (element) {
    case PE_PanelButtonCommand:
        drawPushButton(option, painter, widget);
        return;
    case PE_PanelButtonTool:
    case PE_IndicatorButtonDropDown:
        drawToolButton(option, painter);
        return;
    case PE_FrameDefaultButton:
    case PE_FrameStatusBarItem:
    case PE_PanelStatusBar:
    case PE_FrameFocusRect: // drawn by each control where it belongs
    case PE_FrameButtonBevel:
        return;
    case PE_PanelLineEdit:
    case PE_FrameLineEdit: {
        const auto *edit = qobject_cast<const QLineEdit *>(widget);
        if (!edit || edit->hasFrame())
            drawField(option, painter, widget);
        return;
    }
    case PE_IndicatorCheckBox:
    case PE_IndicatorItemViewItemCheck:
        drawCheckIndicator(option, painter, false);
        return;
    case PE_IndicatorRadioButton:
        drawCheckIndicator(option, painter, true);
        return;
    case PE_PanelItemViewRow:
        return;
    case PE_PanelItemViewItem:
        if (const auto *item = qstyleoption_cast<const QStyleOptionViewItem *>(option))
            drawItemPanel(item, painter);
        return;
    case PE_Frame:
    case PE_FrameWindow:
    case PE_FrameGroupBox:
        drawRounded(painter, QRectF(option->rect), radius, {}, colors.border);
        return;
    case PE_PanelMenu:
    case PE_FrameMenu:
        painter->fillRect(option->rect, colors.dark ? colors.raised : colors.base);
        painter->setPen(colors.strongBorder);
        painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
        return;
    case PE_PanelTipLabel:
        painter->fillRect(option->rect, option->palette.toolTipBase());
        if (colors.dark) {
            painter->setPen(colors.strongBorder);
            painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
        }
        return;
    case PE_IndicatorBranch:
        if (has(option, State_Children)) {
            QRect box(0, 0, 16, 16);
            box.moveCenter(option->rect.center() + QPoint(5, 0));
            Icons::paint(painter, box,
                         has(option, State_Open) ? QStringLiteral("chevron-down") : QStringLiteral("chevron-right"),
                         colors.secondaryText);
        }
        return;
    case PE_IndicatorArrowDown:
    case PE_IndicatorArrowUp:
    case PE_IndicatorArrowRight: {
        QRect box(0, 0, 12, 12);
        box.moveCenter(option->rect.center());
        const QString name = element == PE_IndicatorArrowDown ? QStringLiteral("chevron-down")
            : element == PE_IndicatorArrowUp                  ? QStringLiteral("chevron-up")
                                                              : QStringLiteral("chevron-right");
        Icons::paint(painter, box, name, has(option, State_Enabled) ? colors.secondaryText : colors.disabledText);
        return;
    }
    case PE_PanelScrollAreaCorner:
        painter->fillRect(option->rect, colors.base);
        return;
    case PE_IndicatorToolBarSeparator: {
        painter->setPen(colors.border);
        const int x = option->rect.center().x();
        painter->drawLine(x, option->rect.top() + 7, x, option->rect.bottom() - 7);
        return;
    }
    default:
        QProxyStyle::drawPrimitive(element, option, painter, widget);
    }
}

void Style::drawControl(ControlElement element, const QStyleOption *option, QPainter *painter,
                        const QWidget *widget) const
{
    const Colors &colors = colorsOf(option);
    switch (element) {
    case CE_PushButtonLabel: {
        const auto *button = qstyleoption_cast<const QStyleOptionButton *>(option);
        if (!button)
            return;
        const bool enabled = has(option, State_Enabled);
        const bool primary = enabled && isPrimary(option, widget);
        const QColor ink = !enabled ? colors.disabledText
            : primary               ? colors.accentText
            : isDanger(widget)      ? colors.bad.foreground
                                    : colors.text;
        const int textWidth = button->fontMetrics.horizontalAdvance(QString(button->text).remove(QLatin1Char('&')));
        const bool withIcon = !button->icon.isNull();
        const int gap = withIcon && !button->text.isEmpty() ? 6 : 0;
        const int total = textWidth + gap + (withIcon ? button->iconSize.width() : 0);
        int x = option->rect.center().x() - total / 2 + 1;
        if (withIcon) {
            const QRect box(x, option->rect.center().y() - button->iconSize.height() / 2 + 1, button->iconSize.width(),
                            button->iconSize.height());
            if (button->icon.name().isEmpty() || !Icons::exists(button->icon.name()))
                button->icon.paint(painter, box);
            else
                Icons::paint(painter, box, button->icon.name(), ink);
            x += button->iconSize.width() + gap;
        }
        painter->setPen(ink);
        painter->drawText(QRect(x, option->rect.top(), textWidth + 4, option->rect.height()),
                          Qt::AlignVCenter | Qt::AlignLeft | Qt::TextHideMnemonic | Qt::TextSingleLine, button->text);
        return;
    }
    case CE_Splitter:
        painter->fillRect(option->rect, colors.border);
        return;
    case CE_ToolBar:
        painter->fillRect(option->rect, colors.window);
        painter->fillRect(QRect(option->rect.left(), option->rect.bottom(), option->rect.width(), 1), colors.border);
        return;
    case CE_MenuBarEmptyArea:
        painter->fillRect(option->rect, colors.window);
        return;
    case CE_MenuBarItem: {
        const auto *item = qstyleoption_cast<const QStyleOptionMenuItem *>(option);
        painter->fillRect(option->rect, colors.window);
        if (!item)
            return;
        if (has(option, State_Selected))
            drawRounded(painter, QRectF(option->rect).adjusted(2, 2, -2, -2), radius, colors.hover);
        painter->setPen(has(option, State_Enabled) ? colors.text : colors.disabledText);
        painter->drawText(option->rect, Qt::AlignCenter | Qt::TextHideMnemonic, item->text);
        return;
    }
    case CE_MenuEmptyArea:
        return;
    case CE_MenuItem: {
        const auto *item = qstyleoption_cast<const QStyleOptionMenuItem *>(option);
        if (!item)
            return;
        const QRect rect = option->rect;
        if (item->menuItemType == QStyleOptionMenuItem::Separator) {
            painter->fillRect(QRect(rect.left() + 8, rect.center().y(), rect.width() - 16, 1), colors.border);
            return;
        }
        const bool enabled = has(option, State_Enabled);
        const bool selected = has(option, State_Selected) && enabled;
        if (selected)
            drawRounded(painter, QRectF(rect).adjusted(0, 0, 0, 0), radius, colors.selection);
        const QColor ink = enabled ? colors.text : colors.disabledText;
        const QRect box(rect.left() + 8, rect.center().y() - 7, 16, 16);
        if (item->checkType != QStyleOptionMenuItem::NotCheckable) {
            if (item->checked)
                Icons::paint(painter, box, QStringLiteral("check"), enabled ? colors.accent : ink);
        } else if (!item->icon.isNull()) {
            item->icon.paint(painter, box, Qt::AlignCenter, enabled ? QIcon::Normal : QIcon::Disabled);
        }
        const QStringList parts = item->text.split(QLatin1Char('\t'));
        const QRect textRect = rect.adjusted(32, 0, -12, 0);
        painter->setPen(ink);
        painter->drawText(textRect, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextShowMnemonic | Qt::TextSingleLine,
                          parts.constFirst());
        if (parts.size() > 1) {
            painter->setPen(enabled ? colors.secondaryText : colors.disabledText);
            painter->drawText(textRect, Qt::AlignVCenter | Qt::AlignRight | Qt::TextSingleLine, parts.at(1));
        }
        if (item->menuItemType == QStyleOptionMenuItem::SubMenu)
            Icons::paint(painter, QRect(rect.right() - 20, rect.center().y() - 6, 12, 12),
                         QStringLiteral("chevron-right"), ink);
        return;
    }
    case CE_HeaderEmptyArea:
        painter->fillRect(option->rect, colors.base);
        painter->fillRect(QRect(option->rect.left(), option->rect.bottom(), option->rect.width(), 1), colors.border);
        return;
    case CE_HeaderSection:
        painter->fillRect(option->rect,
                          has(option, State_MouseOver) && has(option, State_Enabled) ? colors.hover : colors.base);
        painter->fillRect(QRect(option->rect.left(), option->rect.bottom(), option->rect.width(), 1), colors.border);
        return;
    case CE_HeaderLabel:
        if (const auto *header = qstyleoption_cast<const QStyleOptionHeader *>(option)) {
            painter->setPen(colors.secondaryText);
            painter->drawText(option->rect, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
                              option->fontMetrics.elidedText(header->text, Qt::ElideRight, option->rect.width()));
        }
        return;
    case CE_ProgressBarGroove: {
        QRectF groove(option->rect);
        groove.setTop(groove.center().y() - 2);
        groove.setHeight(4);
        drawRounded(painter, groove, 2, colors.border);
        return;
    }
    case CE_ProgressBarContents:
        if (const auto *bar = qstyleoption_cast<const QStyleOptionProgressBar *>(option)) {
            QRectF fill(option->rect);
            fill.setTop(fill.center().y() - 2);
            fill.setHeight(4);
            const int range = bar->maximum - bar->minimum;
            const qreal part = range > 0 ? static_cast<qreal>(bar->progress - bar->minimum) / range : 0.3;
            fill.setWidth(fill.width() * qBound(0.0, part, 1.0));
            if (fill.width() >= 1)
                drawRounded(painter, fill, 2, colors.accent);
        }
        return;
    case CE_ProgressBarLabel:
    case CE_RubberBand:
        return;
    case CE_ShapedFrame:
        if (const auto *frame = qstyleoption_cast<const QStyleOptionFrame *>(option)) {
            if (frame->frameShape == QFrame::NoFrame)
                return;
            if (frame->frameShape == QFrame::HLine || frame->frameShape == QFrame::VLine) {
                QRect line = option->rect;
                if (frame->frameShape == QFrame::HLine)
                    line = QRect(line.left(), line.center().y(), line.width(), 1);
                else
                    line = QRect(line.center().x(), line.top(), 1, line.height());
                painter->fillRect(line, colors.border);
                return;
            }
            const bool focus = has(option, State_HasFocus) && qobject_cast<const QAbstractScrollArea *>(widget);
            drawRounded(painter, halfPixel(option->rect).adjusted(-0.5, -0.5, 0.5, 0.5), radius, {},
                        focus ? colors.accent : colors.border);
        }
        return;
    default:
        QProxyStyle::drawControl(element, option, painter, widget);
    }
}

void Style::drawComplexControl(ComplexControl control, const QStyleOptionComplex *option, QPainter *painter,
                               const QWidget *widget) const
{
    if (control == CC_ScrollBar) {
        if (const auto *slider = qstyleoption_cast<const QStyleOptionSlider *>(option))
            drawScrollBar(slider, painter, subControlRect(control, option, SC_ScrollBarSlider, widget));
        return;
    }
    if (control == CC_ToolButton) {
        // Fusion bevels checked and raised buttons; ours are flat, with the focus ring part of the panel.
        if (const auto *button = qstyleoption_cast<const QStyleOptionToolButton *>(option)) {
            QStyleOptionToolButton copy(*button);
            if (widget && widget->property("outlined").toBool())
                drawPushButton(option, painter, widget);
            else
                drawPrimitive(PE_PanelButtonTool, &copy, painter, widget);
            copy.rect = button->rect.adjusted(4, 0, -4, 0);
            copy.state &= ~(State_Sunken | State_Raised);
            copy.palette.setColor(QPalette::ButtonText,
                                  has(option, State_Enabled) ? option->palette.color(QPalette::ButtonText)
                                                             : colorsOf(option).disabledText);
            drawControl(CE_ToolButtonLabel, &copy, painter, widget);
            return;
        }
    }
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

QIcon Style::standardIcon(StandardPixmap standard, const QStyleOption *option, const QWidget *widget) const
{
    switch (standard) {
    case SP_LineEditClearButton:
        return Icons::get(QStringLiteral("close"));
    case SP_ToolBarHorizontalExtensionButton:
    case SP_ToolBarVerticalExtensionButton:
        return Icons::get(QStringLiteral("more"));
    case SP_MessageBoxWarning:
        return Icons::get(QStringLiteral("warning"));
    case SP_MessageBoxInformation:
        return Icons::get(QStringLiteral("info"));
    default:
        return QProxyStyle::standardIcon(standard, option, widget);
    }
}

void Style::polish(QWidget *widget)
{
    QProxyStyle::polish(widget);
    if (qobject_cast<QPushButton *>(widget) || qobject_cast<QToolButton *>(widget) || qobject_cast<QScrollBar *>(widget)
        || qobject_cast<QLineEdit *>(widget))
        widget->setAttribute(Qt::WA_Hover);
}

} // namespace Helmclaw
