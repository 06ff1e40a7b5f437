// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/HostKeyDecisions.h"

#include <QWidget>

class QBoxLayout;
class QLabel;

namespace Helmclaw {

class CodeLabel;
class FingerprintView;

/// The pinned key and the one that the server shows, one below the other: fingerprints with the differences marked,
/// where the pin stands, and OpenSSH's pictures of both.
class HostKeyComparison : public QWidget
{
    Q_OBJECT
public:
    explicit HostKeyComparison(QWidget *parent = nullptr);
    /// Shows the pinned key that fits best (of the same type, if one is); others are named.
    void showReport(const HostKeyReport &report);

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    QLabel *m_oldCaption;
    CodeLabel *m_oldPlace;
    FingerprintView *m_old;
    QLabel *m_newCaption;
    FingerprintView *m_new;
    QLabel *m_verdict;
    QBoxLayout *m_pictures;
    QLabel *m_oldPicture;
    QLabel *m_newPicture;
};

} // namespace Helmclaw
