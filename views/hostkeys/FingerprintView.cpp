// SPDX-License-Identifier: MIT
#include "views/hostkeys/FingerprintView.h"

#include "views/theme/Colors.h"
#include "views/theme/Icons.h"
#include "views/theme/Style.h"
#include "views/theme/Typography.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QMenu>
#include <QPainter>

namespace Helmclaw {

namespace {

constexpr int gap = 8;
constexpr int rowGap = 4;

QStringList groupsOf(const QString &digits)
{
    QStringList groups;
    for (qsizetype i = 0; i < digits.size(); i += 4)
        groups += digits.mid(i, 4);
    return groups;
}

QString digitsOf(const QString &fingerprint)
{
    return fingerprint.mid(fingerprint.indexOf(QLatin1Char(':')) + 1);
}

} // namespace

FingerprintView::FingerprintView(QWidget *parent)
    : QWidget(parent)
{
    setFont(fontFor(TextStyle::Mono));
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void FingerprintView::setFingerprint(const QString &fingerprint, const QString &other)
{
    m_fingerprint = fingerprint;
    m_algorithm = fingerprint.left(fingerprint.indexOf(QLatin1Char(':')) + 1);
    m_groups = groupsOf(digitsOf(fingerprint));
    const QStringList others = groupsOf(digitsOf(other));
    m_differing.clear();
    for (qsizetype i = 0; i < m_groups.size(); ++i)
        m_differing += !other.isEmpty() && others.value(i) != m_groups.at(i);
    setAccessibleName(other.isEmpty()
                          ? fingerprint
                          : tr("%1, %2 of %3 groups differ").arg(fingerprint).arg(differingGroups()).arg(groups()));
    updateGeometry();
    update();
}

QRect FingerprintView::cell(int group) const
{
    const int width = fontMetrics().horizontalAdvance(QStringLiteral("MMMM"));
    const int height = fontMetrics().height() + 2;
    return { 2 + (group % perRow) * (width + gap), (1 + group / perRow) * (height + rowGap), width, height };
}

QSize FingerprintView::sizeHint() const
{
    if (m_groups.isEmpty())
        return { 0, 0 };
    return { cell(perRow - 1).right() + 4, cell(groups() - 1).bottom() + 3 };
}

void FingerprintView::paintEvent(QPaintEvent * /*event*/)
{
    QPainter painter(this);
    const Colors &colors = Colors::of(palette());
    painter.setPen(colors.secondaryText);
    painter.drawText(QRect(2, 0, width(), fontMetrics().height()), Qt::AlignLeft | Qt::AlignVCenter, m_algorithm);
    for (int i = 0; i < groups(); ++i) {
        const QRect place = cell(i);
        const bool differs = m_differing.at(i);
        if (differs)
            drawRounded(&painter, QRectF(place).adjusted(-2, 0, 2, 0), Style::radius / 2.0, colors.bad.background);
        QFont marked = font();
        marked.setUnderline(differs);
        painter.setFont(marked);
        painter.setPen(differs ? colors.bad.foreground : colors.text);
        painter.drawText(place, Qt::AlignLeft | Qt::AlignVCenter, m_groups.at(i));
    }
}

void FingerprintView::contextMenuEvent(QContextMenuEvent *event)
{
    QMenu menu(this);
    menu.addAction(Icons::get(QStringLiteral("copy")), tr("Copy fingerprint"), this,
                   [this] { QGuiApplication::clipboard()->setText(m_fingerprint); });
    menu.exec(event->globalPos());
}

} // namespace Helmclaw
