// SPDX-License-Identifier: MIT
#pragma once

#include <QHeaderView>

namespace Helmclaw {

/// Two storeys: the area ("Firewall") over its columns, and under it each check's short title with the sort mark.
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

    /// What people read for an area of the catalogue.
    [[nodiscard]] static QString areaTitle(const QString &area);

protected:
    void paintEvent(QPaintEvent *event) override;
    void paintSection(QPainter *painter, const QRect &rect, int logicalIndex) const override;
    [[nodiscard]] QSize sectionSizeFromContents(int logicalIndex) const override;

private:
    [[nodiscard]] QString areaOf(int section) const;
    [[nodiscard]] int areaHeight() const;

    int m_covered = 0;
};

} // namespace Helmclaw
