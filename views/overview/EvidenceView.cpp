// SPDX-License-Identifier: MIT
#include "views/overview/EvidenceView.h"

#include "views/theme/Typography.h"

#include <QScrollBar>

namespace Helmclaw {

EvidenceView::EvidenceView(QWidget *parent)
    : QPlainTextEdit(parent)
{
    setReadOnly(true);
    setUndoRedoEnabled(false);
    setLineWrapMode(NoWrap);
    setFont(fontFor(TextStyle::Mono));
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setTabChangesFocus(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    document()->setDocumentMargin(8);
    setAccessibleName(tr("Evidence"));
}

void EvidenceView::setLines(const QStringList &lines)
{
    const QString text = lines.join(QLatin1Char('\n'));
    if (text == toPlainText())
        return; // keeps the selection and the scroll position over a refresh
    setPlainText(text);
    m_lineCount = static_cast<int>(text.count(QLatin1Char('\n'))) + 1;
    setFixedHeight(sizeHint().height());
}

QSize EvidenceView::sizeHint() const
{
    const int lines = qBound(1, m_lineCount, maxLines);
    // Room for the horizontal scroll bar, so that its coming does not hide the last line.
    return { 200, lines * fontMetrics().lineSpacing() + 26 + horizontalScrollBar()->sizeHint().height() };
}

} // namespace Helmclaw
