// SPDX-License-Identifier: MIT
#include "views/overview/VerdictSummary.h"

#include "views/theme/Glyphs.h"
#include "views/theme/Icons.h"
#include "views/theme/Typography.h"

#include <QLocale>
#include <QPainter>

namespace Helmclaw {

VerdictSummary::VerdictSummary(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(QStringLiteral("verdictSummary"));
    setFont(fontFor(TextStyle::Small));
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
}

void VerdictSummary::setCounts(const QMap<Verdict, int> &counts)
{
    if (counts == m_counts)
        return;
    m_counts = counts;
    QStringList words;
    for (const Verdict verdict : { Verdict::Fail, Verdict::Warn, Verdict::Unknown, Verdict::Pass }) {
        if (m_counts.value(verdict) > 0)
            words.append(QStringLiteral("%1 %2").arg(m_counts.value(verdict)).arg(glyphOf(verdict).word));
    }
    setAccessibleName(words.join(QStringLiteral(", ")));
    updateGeometry();
    update();
}

QSize VerdictSummary::sizeHint() const
{
    return { lay(nullptr), qMax(20, fontMetrics().height() + 4) };
}

QSize VerdictSummary::minimumSizeHint() const
{
    return { 0, sizeHint().height() };
}

int VerdictSummary::lay(QPainter *painter) const
{
    int x = 0;
    const Colors &colors = Colors::of(palette());
    QFont strong = font();
    strong.setWeight(QFont::DemiBold);
    for (const Verdict verdict :
         { Verdict::Fail, Verdict::Warn, Verdict::Unknown, Verdict::Pass, Verdict::NotApplicable }) {
        const int count = m_counts.value(verdict);
        if (count == 0)
            continue;
        const Glyph glyph = glyphOf(verdict);
        const QString number = QLocale().toString(count);
        const int numberWidth = QFontMetrics(strong).horizontalAdvance(number);
        const int wordWidth = fontMetrics().horizontalAdvance(glyph.word);
        if (painter) {
            Icons::paint(painter, QRectF(x, (height() - 16) / 2.0, 16, 16), glyph.icon,
                         colors.tone(glyph.tone).foreground);
            painter->setPen(colors.text);
            painter->setFont(strong);
            painter->drawText(QRect(x + 20, 0, numberWidth + 1, height()), Qt::AlignVCenter, number);
            painter->setPen(colors.secondaryText);
            painter->setFont(font());
            painter->drawText(QRect(x + 24 + numberWidth, 0, wordWidth + 1, height()), Qt::AlignVCenter, glyph.word);
        }
        x += 24 + numberWidth + wordWidth + 18;
    }
    return x;
}

void VerdictSummary::paintEvent(QPaintEvent * /*event*/)
{
    QPainter painter(this);
    lay(&painter);
}

} // namespace Helmclaw
