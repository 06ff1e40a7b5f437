// SPDX-License-Identifier: MIT
#pragma once

#include <QAbstractButton>

namespace Helmclaw {

/// The row above the tree that stands for the whole fleet; looks like a row of the tree, checked when it is current.
class FleetScopeButton : public QAbstractButton
{
    Q_OBJECT
public:
    explicit FleetScopeButton(QWidget *parent = nullptr);
    void setDetail(const QString &detail);
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString m_detail;
};

} // namespace Helmclaw
