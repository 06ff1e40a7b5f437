// SPDX-License-Identifier: MIT
#pragma once

#include "views/WindowModels.h"

#include <QWidget>

class QBoxLayout;
class QFrame;
class QScrollArea;
class QTimer;

namespace Helmclaw {

class ActionRegistry;
class CheckCard;
class ConnectionFacts;
class EmptyState;
class EvidencePart;
class FindingsList;
class HostKeyPart;
class ServerCard;
struct CheckResult;
struct ServerPosture;

/// What is known about the selected server and, when one is selected, the selected check. Follows the models by itself.
class DetailsPane : public QWidget
{
    Q_OBJECT
public:
    DetailsPane(const WindowModels &models, ActionRegistry *actions, QWidget *parent = nullptr);

    /// Empty @p serverId: nothing is selected. Empty @p checkId: the server as a whole, or the checks of @p area.
    void showDetails(const QString &serverId, const QString &checkId, const QString &area = {});
    /// The servers that "all" means; empty: the whole fleet.
    void setScope(const QStringList &serverIds);
    [[nodiscard]] QString serverId() const { return m_serverId; }
    [[nodiscard]] QString checkId() const { return m_checkId; }

Q_SIGNALS:
    /// The user followed a finding.
    void checkChosen(const QString &serverId, const QString &checkId);
    /// The user wants Helmclaw to do something about a check (FixCatalogue).
    void fixRequested(const QString &checkId, const QStringList &serverIds);

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    /// One column beside the table; three columns under it, where the pane is wide and low.
    static constexpr int wideFrom = 820;
    void arrange();
    void measureLater();
    void update();
    void updateFor(const QString &serverId);
    void updateFix(const ServerPosture &posture, const CheckResult &result);
    /// Where the shown check does not pass, of the servers in scope.
    [[nodiscard]] QStringList troubled() const;
    [[nodiscard]] QList<CheckResult> resultsOfArea(QList<CheckResult> results) const;

    WindowModels m_models;
    QString m_serverId;
    QString m_checkId;
    QString m_area;
    QStringList m_scope;
    EmptyState *m_nothing;
    QScrollArea *m_scroll;
    QTimer *m_measure;
    ServerCard *m_server;
    HostKeyPart *m_hostKey;
    EmptyState *m_notChecked;
    CheckCard *m_check;
    EvidencePart *m_evidence;
    FindingsList *m_findings;
    QBoxLayout *m_columns;
    QFrame *m_lineBefore;
    QFrame *m_lineAfter;
    QWidget *m_posturePart;
    QWidget *m_connectionPart;
    ConnectionFacts *m_facts;
};

} // namespace Helmclaw
