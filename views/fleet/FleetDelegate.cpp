// SPDX-License-Identifier: MIT
#include "views/fleet/FleetDelegate.h"

#include "models/fleet/FleetModel.h"
#include "views/theme/Glyphs.h"
#include "views/theme/Icons.h"
#include "views/theme/Style.h"
#include "views/theme/Typography.h"
#include "views/widgets/PlainToolTip.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

namespace Helmclaw {

namespace {

constexpr int buttonSize = 28;

bool pointerIn(const QStyleOptionViewItem &option, const QRect &rect)
{
    const auto *view = qobject_cast<const QAbstractItemView *>(option.widget);
    return view && (option.state & QStyle::State_MouseOver)
        && rect.contains(view->viewport()->mapFromGlobal(QCursor::pos()));
}

} // namespace

QRect FleetDelegate::buttonRect(const QRect &row)
{
    return { row.right() - buttonSize - 9, row.center().y() - buttonSize / 2 + 1, buttonSize, buttonSize };
}

void FleetDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    painter->save();
    if (index.data(FleetModel::IsGroupRole).toBool())
        paintGroup(painter, option, index);
    else
        paintServer(painter, option, index);
    painter->restore();
}

void FleetDelegate::paintServer(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const Colors &colors = Colors::of(option.palette);
    const auto status = index.data(FleetModel::SessionStatusRole).value<SessionStatus>();
    const Glyph session = glyphOf(status);
    const auto webUiState = static_cast<WebUiState>(index.data(FleetModel::WebUiStateRole).toInt());
    const Glyph webUi = glyphOf(webUiState);

    const QRect row = option.rect;
    const QRect button = buttonRect(row);
    const Colors::Pair pair = colors.tone(session.tone);
    Icons::paint(painter, QRectF(row.left() + 2, row.center().y() - 7, 16, 16), session.icon, pair.foreground);

    const QFont small = fontFor(TextStyle::Small, option.font);
    const QFontMetrics nameMetrics(option.font);
    const QFontMetrics smallMetrics(small);
    const int left = row.left() + 26;
    const int width = button.left() - 8 - left;
    const int top = row.center().y() - (nameMetrics.height() + smallMetrics.height()) / 2 + 1;
    painter->setPen(colors.text);
    painter->setFont(option.font);
    painter->drawText(QRect(left, top, width, nameMetrics.height()), Qt::AlignVCenter | Qt::TextSingleLine,
                      nameMetrics.elidedText(index.data(Qt::DisplayRole).toString(), Qt::ElideRight, width));
    painter->setFont(small);
    const QRect second(left, top + nameMetrics.height(), width, smallMetrics.height());
    const bool alarming = session.tone == Tone::Bad || session.tone == Tone::Warn;
    painter->setPen(alarming ? pair.foreground : colors.secondaryText);
    const QString word = smallMetrics.elidedText(session.word, Qt::ElideRight, width);
    painter->drawText(second, Qt::AlignVCenter | Qt::TextSingleLine, word);
    if (webUiState != WebUiState::Off) {
        const int used = smallMetrics.horizontalAdvance(word);
        QRect rest = second.adjusted(used, 0, 0, 0);
        painter->setPen(colors.secondaryText);
        const QString separator = QStringLiteral("  ·  ");
        painter->drawText(rest, Qt::AlignVCenter | Qt::TextSingleLine, separator);
        rest.adjust(smallMetrics.horizontalAdvance(separator), 0, 0, 0);
        painter->setPen(colors.tone(webUi.tone).foreground);
        if (rest.width() > 0)
            painter->drawText(
                rest, Qt::AlignVCenter | Qt::TextSingleLine,
                smallMetrics.elidedText(tr("UI %1").arg(webUi.word.toLower()), Qt::ElideRight, rest.width()));
    }

    const bool hot = pointerIn(option, button);
    if (hot) {
        const bool pressed = QApplication::mouseButtons() & Qt::LeftButton;
        drawRounded(painter, QRectF(button), Style::radius, pressed ? colors.selection : colors.raised,
                    colors.strongBorder);
    }
    QColor ink = colors.secondaryText;
    QString icon = QStringLiteral("open-web");
    if (webUiState != WebUiState::Off) {
        ink = colors.tone(webUi.tone).foreground;
        if (webUiState != WebUiState::Live)
            icon = webUi.icon;
    } else if (hot) {
        ink = colors.text;
    }
    Icons::paint(painter, QRectF(button.left() + 6, button.top() + 6, 16, 16), icon, ink);
}

void FleetDelegate::paintGroup(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const Colors &colors = Colors::of(option.palette);
    const QRect row = option.rect;
    const QFont font = fontFor(TextStyle::Caption, option.font);
    const QFontMetrics metrics(font);
    const QString count = QLocale().toString(index.model()->rowCount(index));
    int right = row.right() - 15;

    const auto verdict = static_cast<Verdict>(index.data(FleetModel::WorstVerdictRole).toInt());
    if (verdict == Verdict::Warn || verdict == Verdict::Fail) {
        const Glyph glyph = glyphOf(verdict);
        Icons::paint(painter, QRectF(right - 15, row.center().y() - 7, 16, 16), glyph.icon,
                     colors.tone(glyph.tone).foreground);
    }
    right -= 24;
    painter->setFont(font);
    painter->setPen(colors.secondaryText);
    const int countWidth = metrics.horizontalAdvance(count);
    painter->drawText(QRect(right - countWidth, row.top(), countWidth + 1, row.height()), Qt::AlignVCenter, count);
    const int left = row.left() + 14;
    const QRect text(left, row.top(), right - countWidth - 8 - left, row.height());
    painter->setPen(colors.text);
    painter->drawText(text, Qt::AlignVCenter | Qt::TextSingleLine,
                      metrics.elidedText(index.data(Qt::DisplayRole).toString(), Qt::ElideRight, text.width()));
}

QSize FleetDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const bool group = index.data(FleetModel::IsGroupRole).toBool();
    const int line = option.fontMetrics.height();
    return { 160,
             group ? qMax(30, line + 12)
                   : qMax(42, line + QFontMetrics(fontFor(TextStyle::Small, option.font)).height() + 10) };
}

bool FleetDelegate::editorEvent(QEvent *event, QAbstractItemModel * /*model*/, const QStyleOptionViewItem &option,
                                const QModelIndex &index)
{
    if (event->type() != QEvent::MouseButtonPress && event->type() != QEvent::MouseButtonRelease
        && event->type() != QEvent::MouseButtonDblClick)
        return false;
    const auto *mouse = static_cast<QMouseEvent *>(event);
    if (mouse->button() != Qt::LeftButton || index.data(FleetModel::IsGroupRole).toBool()
        || !buttonRect(option.rect).contains(mouse->position().toPoint()))
        return false;
    if (event->type() == QEvent::MouseButtonRelease)
        Q_EMIT openWebUiClicked(index.data(FleetModel::ServerIdRole).toString());
    return true;
}

bool FleetDelegate::helpEvent(QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option,
                              const QModelIndex &index)
{
    if (!index.isValid() || event->type() != QEvent::ToolTip)
        return QStyledItemDelegate::helpEvent(event, view, option, index);
    if (!index.data(FleetModel::IsGroupRole).toBool() && buttonRect(option.rect).contains(event->pos())) {
        const QString name = index.data(Qt::DisplayRole).toString();
        QToolTip::showText(event->globalPos(), plainToolTip(tr("Open the web UI of %1").arg(name)), view);
        return true;
    }
    QToolTip::showText(event->globalPos(), plainToolTip(index.data(Qt::ToolTipRole).toString()), view);
    return true;
}

} // namespace Helmclaw
