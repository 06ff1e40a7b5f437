// SPDX-License-Identifier: MIT
#include "views/overview/MatrixHeader.h"

#include "models/posture/CheckCatalogue.h"
#include "models/posture/PostureModel.h"
#include "views/theme/Colors.h"
#include "views/theme/Icons.h"
#include "views/theme/Typography.h"

#include <QMouseEvent>
#include <QPainter>

#include <utility>

namespace Helmclaw {

MatrixHeader::MatrixHeader(QWidget *parent)
    : QHeaderView(Qt::Horizontal, parent)
{
    setSectionsClickable(true);
    setHighlightSections(false);
    setMouseTracking(true);
    setAttribute(Qt::WA_Hover);
    setSortIndicatorClearable(true);
    setMinimumSectionSize(36);
    setTextElideMode(Qt::ElideRight);
}

void MatrixHeader::setCoveredWidth(int pixels)
{
    m_covered = pixels;
    viewport()->update();
}

QString MatrixHeader::areaOf(int section) const
{
    return model() ? model()->headerData(section, Qt::Horizontal, PostureModel::AreaRole).toString() : QString();
}

int MatrixHeader::areaHeight() const
{
    return QFontMetrics(fontFor(TextStyle::Caption, font())).height() + 8;
}

int MatrixHeader::titleWidth(int section) const
{
    const QString title =
        model() ? model()->headerData(section, Qt::Horizontal, Qt::DisplayRole).toString() : QString();
    const int own = QFontMetrics(fontFor(TextStyle::Small, font())).horizontalAdvance(title) + 12;
    // A folded area has this one column for its own title, too.
    if (!model() || !model()->headerData(section, Qt::Horizontal, PostureModel::SumRole).toBool())
        return own;
    const QFontMetrics caption(fontFor(TextStyle::Caption, font()));
    return qMax(own, caption.horizontalAdvance(areaTitle(areaOf(section))) + 34);
}

QSize MatrixHeader::sizeHint() const
{
    QSize size = QHeaderView::sizeHint();
    size.setHeight(areaHeight() + QFontMetrics(fontFor(TextStyle::Small, font())).height() + 12);
    return size;
}

QSize MatrixHeader::sectionSizeFromContents(int logicalIndex) const
{
    return { titleWidth(logicalIndex), sizeHint().height() };
}

void MatrixHeader::paintSection(QPainter *painter, const QRect &rect, int logicalIndex) const
{
    const Colors &colors = Colors::of(palette());
    painter->fillRect(rect, colors.base);
    const QRect lower = rect.adjusted(0, areaHeight(), 0, -1);
    const bool hover = viewport()->underMouse() && rect.contains(viewport()->mapFromGlobal(QCursor::pos()));
    const bool sorted = isSortIndicatorShown() && sortIndicatorSection() == logicalIndex;
    painter->setFont(fontFor(TextStyle::Small, font()));
    painter->setPen(hover || sorted ? colors.text : colors.secondaryText);
    const QString title = model()->headerData(logicalIndex, Qt::Horizontal, Qt::DisplayRole).toString();
    const bool first = logicalIndex == 0;
    QRect text = lower.adjusted(first ? 16 : 2, 0, first ? -8 : -2, 0);
    const QFontMetrics metrics = painter->fontMetrics();
    if (sorted) {
        const int used = qMin(metrics.horizontalAdvance(title), text.width() - 12);
        const int left = first ? text.left() : text.center().x() - (used + 12) / 2;
        Icons::paint(painter, QRectF(left + used + 2, lower.center().y() - 5, 12, 12),
                     sortIndicatorOrder() == Qt::DescendingOrder ? QStringLiteral("chevron-down")
                                                                 : QStringLiteral("chevron-up"),
                     colors.accent);
        text.setRight(text.right() - 12);
    }
    painter->drawText(text, Qt::AlignVCenter | (first ? Qt::AlignLeft : Qt::AlignHCenter) | Qt::TextSingleLine,
                      metrics.elidedText(title, Qt::ElideRight, text.width()));
    painter->fillRect(QRect(rect.left(), rect.bottom(), rect.width(), 1), colors.border);
}

void MatrixHeader::paintEvent(QPaintEvent *event)
{
    QHeaderView::paintEvent(event);
    if (!model())
        return;
    // The areas go over several sections, so they are painted last, each once.
    QPainter painter(viewport());
    const Colors &colors = Colors::of(palette());
    const QFont font = fontFor(TextStyle::Caption, this->font());
    const QFontMetrics metrics(font);
    painter.setFont(font);
    const auto nextShown = [this](int section) {
        while (section < count() && isSectionHidden(section))
            ++section;
        return section;
    };
    for (int section = nextShown(1); section < count();) {
        const QString area = areaOf(section);
        const int left = sectionViewportPosition(section);
        const bool folded = model()->headerData(section, Qt::Horizontal, PostureModel::SumRole).toBool();
        int right = left;
        while (section < count() && areaOf(section) == area) {
            right = sectionViewportPosition(section) + sectionSize(section);
            section = nextShown(section + 1);
        }
        if (right <= m_covered || left >= viewport()->width())
            continue;
        if (left >= m_covered)
            painter.fillRect(QRect(left, 6, 1, height() - 6), colors.border);
        QRect text(qMax(left, m_covered) + 8, 3, right - qMax(left, m_covered) - 10, areaHeight());
        const bool hover = viewport()->underMouse() && areaAt(viewport()->mapFromGlobal(QCursor::pos())) == area;
        Icons::paint(&painter, QRectF(text.left(), text.center().y() - 5, 12, 12),
                     folded ? QStringLiteral("chevron-right") : QStringLiteral("chevron-down"),
                     hover ? colors.accent : colors.secondaryText);
        text.setLeft(text.left() + 14);
        painter.setPen(hover ? colors.accent : colors.text);
        if (text.width() > 12)
            painter.drawText(text, Qt::AlignVCenter | Qt::TextSingleLine,
                             metrics.elidedText(areaTitle(area), Qt::ElideRight, text.width()));
    }
}

QString MatrixHeader::areaAt(const QPoint &pos) const
{
    if (pos.x() < m_covered || pos.y() < 0 || pos.y() >= areaHeight())
        return {};
    const int section = logicalIndexAt(pos);
    return section > 0 ? areaOf(section) : QString();
}

void MatrixHeader::mousePressEvent(QMouseEvent *event)
{
    m_pressed = event->button() == Qt::LeftButton ? areaAt(event->position().toPoint()) : QString();
    if (m_pressed.isEmpty())
        QHeaderView::mousePressEvent(event);
}

void MatrixHeader::mouseReleaseEvent(QMouseEvent *event)
{
    const QString area = std::exchange(m_pressed, QString());
    if (area.isEmpty()) {
        QHeaderView::mouseReleaseEvent(event);
        return;
    }
    if (areaAt(event->position().toPoint()) == area)
        Q_EMIT areaClicked(area);
}

} // namespace Helmclaw
