// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/Check.h"

#include <QMap>
#include <QWidget>

namespace Helmclaw {

/// How many checks have which verdict, worst first: glyph, number, word. The matrix's legend at the same time.
class VerdictSummary : public QWidget
{
    Q_OBJECT
public:
    explicit VerdictSummary(QWidget *parent = nullptr);
    void setCounts(const QMap<Verdict, int> &counts);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    /// Paints when @p painter is set; returns the width used.
    int lay(QPainter *painter) const;

    QMap<Verdict, int> m_counts;
};

} // namespace Helmclaw
