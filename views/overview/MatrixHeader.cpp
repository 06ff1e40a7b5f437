// SPDX-License-Identifier: MIT
#include "views/overview/MatrixHeader.h"

#include "models/posture/PostureModel.h"
#include "views/theme/Colors.h"
#include "views/theme/Icons.h"
#include "views/theme/Typography.h"

#include <QPainter>

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

QString MatrixHeader::areaTitle(const QString &area)
{
    if (area == QLatin1String("firewall"))
        return tr("Firewall");
    if (area == QLatin1String("fail2ban"))
        return QStringLiteral("fail2ban");
    if (area == QLatin1String("updates"))
        return tr("Updates");
    if (area == QLatin1String("sshd"))
        return QStringLiteral("sshd");
    if (area == QLatin1String("accounts"))
        return tr("Accounts");
    if (area == QLatin1String("openclaw"))
        return QStringLiteral("OpenClaw");
    if (area == QLatin1String("service"))
        return tr("Gateway service");
    if (area == QLatin1String("network"))
        return tr("Network");
    if (area == QLatin1String("docker"))
        return QStringLiteral("Docker");
    return area;
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
    return QFontMetrics(fontFor(TextStyle::Small, font())).horizontalAdvance(title) + 12;
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
    for (int section = 1; section < count();) {
        const QString area = areaOf(section);
        int end = section;
        while (end < count() && areaOf(end) == area)
            ++end;
        const int left = sectionViewportPosition(section);
        const int right = sectionViewportPosition(end - 1) + sectionSize(end - 1);
        section = end;
        if (right <= m_covered || left >= viewport()->width())
            continue;
        if (left >= m_covered)
            painter.fillRect(QRect(left, 6, 1, height() - 6), colors.border);
        const QRect text(qMax(left, m_covered) + 10, 3, right - qMax(left, m_covered) - 14, areaHeight());
        painter.setPen(colors.text);
        if (text.width() > 12)
            painter.drawText(text, Qt::AlignVCenter | Qt::TextSingleLine,
                             metrics.elidedText(areaTitle(area), Qt::ElideRight, text.width()));
    }
}

} // namespace Helmclaw
