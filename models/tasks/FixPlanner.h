// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/Server.h"
#include "models/posture/PostureStore.h"
#include "models/tasks/FixAction.h"

#include <QObject>

namespace Helmclaw {

class ServerSessions;

/// Makes the plan of a fix for several servers: reads on each what the action must know first, and changes nothing.
/// Deleting it gives up. Thread: the GUI thread.
class FixPlanner : public QObject
{
    Q_OBJECT
public:
    /// A server that has no part in the plan.
    struct Left
    {
        QString serverId;
        Error why;
        bool nothingToDo = false; ///< it is as it should be already; `why` says so
    };

    /// Neither is owned. @p postures: as they are when start() is called.
    FixPlanner(ServerSessions *sessions, const PostureStore *postures, QObject *parent = nullptr);
    ~FixPlanner() override;

    /// Once. finished() follows from the event loop.
    void start(const FixRequest &request, const QList<Server> &servers);

    /// Complete but for the roll-out, its servers in the order given; without servers when none has a part in it.
    [[nodiscard]] const TaskPlan &plan() const { return m_plan; }
    [[nodiscard]] const QList<Left> &left() const { return m_left; }

Q_SIGNALS:
    void finished();

private:
    struct Place ///< one server's
    {
        Server server;
        ServerPosture posture;
        Result<FixPlan> outcome;
    };
    void survey(int place);
    void ask(int place);
    void settle(int place, Result<FixPlan> outcome);
    void conclude();

    ServerSessions *m_sessions;
    const PostureStore *m_postures;
    FixRequest m_request;
    QList<Place> m_places;
    QList<class ExecReply *> m_replies;
    int m_open = 0;
    TaskPlan m_plan;
    QList<Left> m_left;
};

} // namespace Helmclaw
