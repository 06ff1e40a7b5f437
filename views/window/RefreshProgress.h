// SPDX-License-Identifier: MIT
#pragma once

#include <QWidget>

class QAction;
class QLabel;
class QProgressBar;

namespace Helmclaw {

/// In the status bar while servers are being refreshed: how many of how many, and Cancel.
class RefreshProgress : public QWidget
{
    Q_OBJECT
public:
    explicit RefreshProgress(QAction *cancel, QWidget *parent = nullptr);
    void setProgress(bool running, int done, int total);

private:
    QLabel *m_text;
    QProgressBar *m_bar;
};

} // namespace Helmclaw
