// SPDX-License-Identifier: MIT
#pragma once

#include <QWidget>

namespace Helmclaw {

class EvidenceView;

/// The evidence with its caption and a button that copies all of it. Hidden while there is none.
class EvidencePart : public QWidget
{
    Q_OBJECT
public:
    explicit EvidencePart(QWidget *parent = nullptr);
    void setLines(const QStringList &lines);

private:
    EvidenceView *m_view;
};

} // namespace Helmclaw
