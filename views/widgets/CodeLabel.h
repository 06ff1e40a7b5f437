// SPDX-License-Identifier: MIT
#pragma once

#include <QTextOption>
#include <QWidget>

namespace Helmclaw {

/// Text in the fixed font that may break anywhere: fingerprints, addresses, algorithm names. Unlike a
/// QLabel it never cuts a long word. Ctrl+C and the context
/// menu copy all of it.
class CodeLabel : public QWidget
{
    Q_OBJECT
public:
    explicit CodeLabel(QWidget *parent = nullptr);

    void setText(const QString &text);
    [[nodiscard]] QString text() const { return m_text; }
    /// Default WrapAnywhere; prose that holds fingerprints wants WrapAtWordBoundaryOrAnywhere.
    void setWrapMode(QTextOption::WrapMode mode);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    /// Lays the text out; paints it when @p painter is set. Returns the height.
    int lay(int width, QPainter *painter) const;

    QString m_text;
    QTextOption::WrapMode m_wrap = QTextOption::WrapAnywhere;
};

} // namespace Helmclaw
