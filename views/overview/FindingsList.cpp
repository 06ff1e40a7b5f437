// SPDX-License-Identifier: MIT
#include "views/overview/FindingsList.h"

#include "models/posture/CheckCatalogue.h"
#include "views/overview/FindingButton.h"
#include "views/theme/Typography.h"

#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

namespace Helmclaw {

FindingsList::FindingsList(QWidget *parent)
    : QWidget(parent)
    , m_layout(new QVBoxLayout(this))
{
    setObjectName(QStringLiteral("findings"));
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(0);
}

void FindingsList::showResults(const QList<CheckResult> &results)
{
    QList<CheckResult> sorted = results;
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const CheckResult &a, const CheckResult &b) { return a.verdict > b.verdict; });
    if (sorted == m_shown)
        return; // the focus may be on one of them
    m_shown = sorted;
    while (QLayoutItem *item = m_layout->takeAt(0)) {
        if (QWidget *widget = item->widget()) {
            widget->hide();
            widget->setObjectName({});
            widget->deleteLater();
        }
        delete item;
    }
    if (sorted.isEmpty())
        return;
    const auto problems = std::count_if(sorted.cbegin(), sorted.cend(), [](const CheckResult &result) {
        return result.verdict == Verdict::Fail || result.verdict == Verdict::Warn;
    });
    auto *caption = makeSecondaryLabel(TextStyle::Caption,
                                       problems == 0       ? tr("Checks")
                                           : problems == 1 ? tr("1 problem")
                                                           : tr("%n problems", nullptr, static_cast<int>(problems)));
    caption->setContentsMargins(0, 0, 0, 4);
    m_layout->addWidget(caption);
    for (const CheckResult &result : std::as_const(sorted)) {
        auto *button = new FindingButton(checkInfo(result.checkId), result, this);
        connect(button, &QAbstractButton::clicked, this, [this, id = result.checkId] { Q_EMIT checkChosen(id); });
        m_layout->addWidget(button);
    }
}

} // namespace Helmclaw
