// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/Check.h"

#include <QWidget>

class QLabel;
class QVBoxLayout;

namespace Helmclaw {

/// A server's checks in one list, worst first; each leads to its details.
class FindingsList : public QWidget
{
    Q_OBJECT
public:
    explicit FindingsList(QWidget *parent = nullptr);
    void showResults(const QList<CheckResult> &results);

Q_SIGNALS:
    void checkChosen(const QString &checkId);

private:
    QList<CheckResult> m_shown;
    QVBoxLayout *m_layout;
};

} // namespace Helmclaw
