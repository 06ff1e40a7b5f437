// SPDX-License-Identifier: MIT
#pragma once

#include <QWidget>

class QAction;
class QHBoxLayout;
class QLabel;

namespace Helmclaw {

/// What a surface shows when it has nothing to show: a drawing, what that means, and what to do about it.
class EmptyState : public QWidget
{
    Q_OBJECT
public:
    explicit EmptyState(QWidget *parent = nullptr);

    /// Texts are plain text.
    void setContent(const QString &icon, const QString &title, const QString &text);
    /// A button that triggers @p action; the first one is the primary.
    void addAction(QAction *action);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString m_icon;
    QWidget *m_drawing;
    QLabel *m_title;
    QLabel *m_text;
    QHBoxLayout *m_buttons;
};

} // namespace Helmclaw
