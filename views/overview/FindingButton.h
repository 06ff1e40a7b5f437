// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/Check.h"

#include <QAbstractButton>

namespace Helmclaw {

/// One row of FindingsList: the verdict's glyph, the check's title, the summary under it.
class FindingButton : public QAbstractButton
{
    Q_OBJECT
public:
    FindingButton(const CheckInfo &info, const CheckResult &result, QWidget *parent = nullptr);
    [[nodiscard]] QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString m_summary;
    Verdict m_verdict;
};

} // namespace Helmclaw
