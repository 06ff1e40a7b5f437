// SPDX-License-Identifier: MIT
#pragma once

#include "views/WindowModels.h"

#include <QWidget>

class QPushButton;
class QTimer;

namespace Helmclaw {

class ActionRegistry;
class ElidedLabel;
class GlyphLabel;
class NoticeCard;

/// The head of the details pane: which server, how it is connected, its web UI, and what is wrong with reaching it.
class ServerCard : public QWidget
{
    Q_OBJECT
public:
    ServerCard(const WindowModels &models, ActionRegistry *actions, QWidget *parent = nullptr);
    void showServer(const QString &serverId);

private:
    void showSession();

    WindowModels m_models;
    QString m_serverId;
    QTimer *m_tick; ///< runs while there is a time to count down to
    ElidedLabel *m_name;
    ElidedLabel *m_target;
    GlyphLabel *m_session;
    QPushButton *m_retry;
    GlyphLabel *m_webUi;
    QWidget *m_webUiRow;
    NoticeCard *m_problem;
    NoticeCard *m_webUiProblem;
};

} // namespace Helmclaw
