// SPDX-License-Identifier: MIT
#pragma once

#include <QPlainTextEdit>

namespace Helmclaw {

/// The lines a check read, as they are: fixed font, plain text, selectable, as tall as its text up to a limit.
class EvidenceView : public QPlainTextEdit
{
    Q_OBJECT
public:
    static constexpr int maxLines = 16;

    explicit EvidenceView(QWidget *parent = nullptr);
    void setLines(const QStringList &lines);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

private:
    int m_lineCount = 0;
};

} // namespace Helmclaw
