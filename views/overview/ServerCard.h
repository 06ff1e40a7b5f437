// SPDX-License-Identifier: MIT
#pragma once

#include "views/WindowModels.h"

#include <QWidget>

class QLabel;

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
    WindowModels m_models;
    ElidedLabel *m_name;
    ElidedLabel *m_target;
    GlyphLabel *m_session;
    GlyphLabel *m_webUi;
    QWidget *m_webUiRow;
    NoticeCard *m_problem;
    NoticeCard *m_webUiProblem;
};

} // namespace Helmclaw
