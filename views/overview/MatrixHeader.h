// SPDX-License-Identifier: MIT
#pragma once

#include <QHeaderView>

namespace Helmclaw {

/// Two storeys: the area ("Firewall") over its columns, and under it each check's short title with the sort mark. A
/// click on an area folds its checks into the one column that sums them up, and unfolds them again.
class MatrixHeader : public QHeaderView
{
    Q_OBJECT
public:
    explicit MatrixHeader(QWidget *parent = nullptr);

    /// Columns left of this pixel are covered by the frozen column; area titles stay right of it.
    void setCoveredWidth(int pixels);
    /// Width a section needs for its title.
    [[nodiscard]] int titleWidth(int section) const;
    [[nodiscard]] QSize sizeHint() const override;

Q_SIGNALS:
    void areaClicked(const QString &area);

protected:
    void mousePressEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void paintSection(QPainter *painter, const QRect &rect, int logicalIndex) const override;
    [[nodiscard]] QSize sectionSizeFromContents(int logicalIndex) const override;

private:
    [[nodiscard]] QString areaOf(int section) const;
    [[nodiscard]] int areaHeight() const;
    /// In the upper storey, right of what is covered: the area there; else nothing.
    [[nodiscard]] QString areaAt(const QPoint &pos) const;

    int m_covered = 0;
    QString m_pressed; ///< area
};

} // namespace Helmclaw
