// SPDX-License-Identifier: MIT
#include "views/overview/MatrixDelegate.h"

#include "models/fleet/ServerSessions.h"
#include "models/posture/PostureModel.h"
#include "views/overview/TimeText.h"
#include "views/theme/Glyphs.h"
#include "views/theme/Icons.h"
#include "views/theme/Style.h"
#include "views/theme/Typography.h"
#include "views/widgets/PlainToolTip.h"

#include <QAbstractItemView>
#include <QHelpEvent>
#include <QPainter>
#include <QPainterPath>
#include <QTableView>
#include <QToolTip>

namespace Helmclaw {

namespace {

/// What column 0 says under the name.
struct SubLine
{
    QString icon;
    QString text;
    Tone tone = Tone::Neutral;
};

SubLine subLine(const QModelIndex &index, const SessionStatus &status)
{
    const QDateTime probedAt = index.data(PostureModel::ProbedAtRole).toDateTime();
    if (status.error && isHostKeyStop(*status.error)) {
        const Glyph glyph = glyphOf(status);
        return { glyph.icon, glyph.word, glyph.tone };
    }
    if (index.data(PostureModel::RefreshingRole).toBool()) {
        const bool dialling = status.state != SessionState::Ready && status.state != SessionState::Off;
        return { QStringLiteral("refresh"), dialling ? glyphOf(status).word : MatrixDelegate::tr("Checking"),
                 Tone::Info };
    }
    const QString error = index.data(PostureModel::ErrorRole).toString();
    if (!error.isEmpty()) {
        const Glyph glyph = glyphOf(status);
        const bool told = glyph.tone == Tone::Bad || glyph.tone == Tone::Warn;
        const QString what = told ? glyph.word : MatrixDelegate::tr("Not readable");
        if (probedAt.isValid())
            return { QStringLiteral("clock"), MatrixDelegate::tr("As of %1 · %2").arg(shortTime(probedAt), what),
                     Tone::Bad };
        return { told ? glyph.icon : QStringLiteral("warning"), what, Tone::Bad };
    }
    if (index.data(PostureModel::StaleRole).toBool())
        return { QStringLiteral("clock"), MatrixDelegate::tr("As of %1").arg(shortTime(probedAt)), Tone::Warn };
    if (!probedAt.isValid())
        return { {}, notCheckedGlyph().word, Tone::Neutral };
    return { {}, MatrixDelegate::tr("Checked %1").arg(shortTime(probedAt)), Tone::Neutral };
}

void paintHatch(QPainter *painter, const QRectF &rect, const QColor &color)
{
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    QPainterPath clip;
    clip.addRoundedRect(rect, Style::radius - 1, Style::radius - 1);
    painter->setClipPath(clip, Qt::IntersectClip);
    painter->setPen(QPen(color, 1.0));
    for (qreal x = rect.left() - rect.height(); x < rect.right(); x += 5)
        painter->drawLine(QPointF(x, rect.bottom()), QPointF(x + rect.height(), rect.top()));
    painter->restore();
}

} // namespace

MatrixDelegate::MatrixDelegate(const ServerSessions *sessions, QObject *parent)
    : QStyledItemDelegate(parent)
    , m_sessions(sessions)
{
}

int MatrixDelegate::rowHeight(const QFont &font)
{
    return qMax(40, QFontMetrics(font).height() + QFontMetrics(fontFor(TextStyle::Small, font)).height() + 8);
}

QSize MatrixDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex & /*index*/) const
{
    return { 48, rowHeight(option.font) };
}

void MatrixDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    painter->save();
    const Colors &colors = Colors::of(option.palette);
    const auto *view = qobject_cast<const QAbstractItemView *>(option.widget);
    const bool rowCurrent = view && view->currentIndex().isValid() && view->currentIndex().row() == index.row();
    painter->fillRect(option.rect, rowCurrent ? colors.selection : colors.base);
    painter->fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1), colors.border);
    if (index.column() == 0) {
        paintName(painter, option, index);
    } else {
        const auto areaOf = [&index](int column) {
            return index.model()->headerData(column, Qt::Horizontal, PostureModel::AreaRole).toString();
        };
        const auto *table = qobject_cast<const QTableView *>(option.widget);
        int before = index.column() - 1;
        while (table && before > 0 && table->isColumnHidden(before))
            --before;
        if (areaOf(index.column()) != areaOf(before))
            painter->fillRect(QRect(option.rect.left(), option.rect.top(), 1, option.rect.height()), colors.border);
        paintVerdict(painter, option, index);
    }
    painter->restore();
}

void MatrixDelegate::paintName(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const Colors &colors = Colors::of(option.palette);
    const SessionStatus status = m_sessions->status(index.data(PostureModel::ServerIdRole).toString());
    const SubLine sub = subLine(index, status);
    const QRect row = option.rect;
    const QFont small = fontFor(TextStyle::Small, option.font);
    const QFontMetrics nameMetrics(option.font);
    const QFontMetrics smallMetrics(small);
    const int left = row.left() + 16;
    const int width = row.right() - 10 - left;
    const int top = row.center().y() - (nameMetrics.height() + smallMetrics.height()) / 2 + 1;
    painter->setFont(option.font);
    painter->setPen(colors.text);
    painter->drawText(QRect(left, top, width, nameMetrics.height()), Qt::AlignVCenter | Qt::TextSingleLine,
                      nameMetrics.elidedText(index.data(Qt::DisplayRole).toString(), Qt::ElideRight, width));
    QRect second(left, top + nameMetrics.height(), width, smallMetrics.height());
    const QColor ink = colors.tone(sub.tone).foreground;
    if (!sub.icon.isEmpty()) {
        Icons::paint(painter, QRectF(second.left(), second.center().y() - 5, 12, 12), sub.icon, ink);
        second.setLeft(second.left() + 16);
    }
    painter->setFont(small);
    painter->setPen(sub.tone == Tone::Info ? colors.secondaryText : ink);
    painter->drawText(second, Qt::AlignVCenter | Qt::TextSingleLine,
                      smallMetrics.elidedText(sub.text, Qt::ElideRight, second.width()));
    if ((option.state & QStyle::State_HasFocus) && (option.state & QStyle::State_Selected))
        drawRounded(painter, QRectF(row).adjusted(4, 3, -4, -4), Style::radius, {}, colors.accent, 1.5);
}

void MatrixDelegate::paintVerdict(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const Colors &colors = Colors::of(option.palette);
    const bool known = index.siblingAtColumn(0).data(PostureModel::ProbedAtRole).toDateTime().isValid();
    const bool stale = index.data(PostureModel::StaleRole).toBool();
    const Glyph glyph =
        known ? glyphOf(static_cast<Verdict>(index.data(PostureModel::VerdictRole).toInt())) : notCheckedGlyph();
    const Colors::Pair pair = colors.tone(glyph.tone);

    // Good and not applicable are the quiet ones: the eye should land on what needs somebody.
    const bool loud = glyph.tone == Tone::Bad || glyph.tone == Tone::Warn || glyph.tone == Tone::Unknown;
    const QFont small = fontFor(TextStyle::Small, option.font);
    const QFontMetrics metrics(small);
    const int wordWidth = metrics.horizontalAdvance(glyph.word);
    const bool isSum = index.data(PostureModel::CountRole).isValid();
    const bool withWord = known && !isSum && option.rect.width() >= qMax(112, wordWidth + 50);
    // A sum says how many of its checks are that bad.
    const int count = known ? index.data(PostureModel::CountRole).toInt() : 0;
    const QString number = count > 1 && loud && !withWord ? QString::number(count) : QString();
    const int numberWidth = number.isEmpty() ? 0 : metrics.horizontalAdvance(number) + 4;
    QRectF tile(0, 0, withWord ? wordWidth + 16 + 6 + 16 : 30 + numberWidth, 24);
    tile.moveCenter(QRectF(option.rect).center() - QPointF(0, 0.5));
    tile.moveTopLeft(QPointF(qRound(tile.x()), qRound(tile.y())));

    if (stale)
        painter->setOpacity(0.62);
    if (loud)
        drawRounded(painter, tile, Style::radius - 1, pair.background);
    if (stale && known)
        paintHatch(painter, tile, colors.strongBorder);
    const qreal iconLeft = withWord || numberWidth > 0 ? tile.left() + 7 : tile.center().x() - 8;
    Icons::paint(painter, QRectF(iconLeft, tile.center().y() - 8, 16, 16), glyph.icon, pair.foreground);
    if (numberWidth > 0) {
        painter->setFont(small);
        painter->setPen(pair.foreground);
        painter->drawText(QRectF(iconLeft + 19, tile.top(), numberWidth, tile.height()),
                          Qt::AlignVCenter | Qt::TextSingleLine, number);
    }
    if (withWord) {
        painter->setFont(small);
        painter->setPen(loud ? pair.foreground : colors.secondaryText);
        painter->drawText(QRectF(iconLeft + 21, tile.top(), wordWidth + 2, tile.height()),
                          Qt::AlignVCenter | Qt::TextSingleLine, glyph.word);
    }
    painter->setOpacity(1.0);
    if (option.state & QStyle::State_Selected)
        drawRounded(painter, tile.adjusted(-3, -3, 3, 3), Style::radius + 1, {}, colors.accent, 1.5);
}

bool MatrixDelegate::helpEvent(QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option,
                               const QModelIndex &index)
{
    if (event->type() != QEvent::ToolTip || !index.isValid())
        return QStyledItemDelegate::helpEvent(event, view, option, index);
    QStringList lines;
    const QString error = index.siblingAtColumn(0).data(PostureModel::ErrorRole).toString();
    if (index.column() == 0) {
        lines.append(index.data(Qt::DisplayRole).toString());
        const SessionStatus status = m_sessions->status(index.data(PostureModel::ServerIdRole).toString());
        lines.append(glyphOf(status).word);
    } else {
        const bool known = index.siblingAtColumn(0).data(PostureModel::ProbedAtRole).toDateTime().isValid();
        const QString word = known ? glyphOf(static_cast<Verdict>(index.data(PostureModel::VerdictRole).toInt())).word
                                   : notCheckedGlyph().word;
        lines.append(QStringLiteral("%1: %2").arg(
            index.model()->headerData(index.column(), Qt::Horizontal, Qt::DisplayRole).toString(), word));
        lines.append(index.data(PostureModel::SummaryRole).toString());
    }
    if (!error.isEmpty())
        lines.append(error);
    lines.removeAll(QString());
    QToolTip::showText(event->globalPos(), plainToolTip(lines.join(QLatin1Char('\n'))), view);
    return true;
}

} // namespace Helmclaw
