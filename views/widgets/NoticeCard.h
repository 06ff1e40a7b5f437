// SPDX-License-Identifier: MIT
#pragma once

#include "views/theme/Glyphs.h"

#include <QWidget>

class QHBoxLayout;
class QAction;
class QLabel;

namespace Helmclaw {

class CodeLabel;

/// A tinted card inside a pane: glyph, what happened, what to do. Hidden while it has nothing to say.
class NoticeCard : public QWidget
{
    Q_OBJECT
public:
    explicit NoticeCard(QWidget *parent = nullptr);

    /// Plain texts; @p remedy may be empty.
    void setNotice(const Glyph &glyph, const QString &text, const QString &remedy);
    void clear();
    /// A button under the text that triggers @p action.
    void addAction(QAction *action);
    [[nodiscard]] QString text() const;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    Glyph m_glyph;
    QLabel *m_title;
    CodeLabel *m_text;
    CodeLabel *m_remedy;
    QHBoxLayout *m_buttons;
};

} // namespace Helmclaw
