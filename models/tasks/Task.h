// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/TaskJournal.h"
#include "models/tasks/TaskRun.h"
#include "ssh/SshReply.h"

#include <QElapsedTimer>
#include <QObject>
#include <QPointer>

#include <map>
#include <memory>

namespace Helmclaw {

class ServerSessions;

/// Carries a plan out: wave by wave, server beside server, step after step, everything on record before it begins.
///
/// How it ends: a server whose precondition fails is Failed, and nothing was changed on it. A change that ends with
/// another exit status than 0 is Failed. A change or a proof whose end nobody saw (connection lost, deadline) is
/// Unknown. So is, when it is cancelled, what goes on on the server all the same (TaskStep::goesOn). A wave of canaries
/// that do not all succeed, or Rollout::stopAfter servers that failed or are unknown, end the roll-out: what runs is
/// let finish, what waits is Skipped. The task is Failed when a server is, else Unknown when one is, else Cancelled
/// when the user has, else Succeeded. Thread: the GUI thread.
class Task : public QObject
{
    Q_OBJECT
public:
    /// @p sessions is not owned. @p journalFolder: see TaskJournal.
    Task(TaskPlan plan, ServerSessions *sessions, const QString &journalFolder, QObject *parent = nullptr);
    /// Ends what runs, on the servers too; its record stays open, and is read as interrupted.
    ~Task() override;

    [[nodiscard]] const TaskRun &run() const { return m_run; }
    [[nodiscard]] QString journalFile() const { return m_journal.file(); }
    void start();
    /// Ends what runs, on the servers too, and begins nothing more.
    void cancel();
    /// The same for one server; the others go on.
    void cancelServer(int server);

Q_SIGNALS:
    void changed(int server); ///< -1: the task itself
    /// New output of the running step, printable, in whole lines.
    void outputAdded(int server, const QString &lines, bool isError);
    void finished(); ///< once; the record is on the disk

private:
    struct Active ///< a server at work
    {
        int step = 0;
        QPointer<SshReply> reply; ///< while its step runs on the server
        bool cancelled = false;
        QElapsedTimer since; ///< of a Return: when it began
        qsizetype shown[2] = { 0, 0 }; ///< bytes of standard output and error that outputAdded() has told
    };

    void record(const QJsonObject &event, std::function<void()> then = {});
    void proceed();
    void beginServer(int server);
    void beginStep(int server);
    void runStep(int server);
    void command(int server, const TaskStep &step);
    void reach(int server);
    void endReturn(int server, const StepRun &outcome);
    void showOutput(int server, const class ExecReply *reply, bool whole);
    void endStep(int server, const StepRun &outcome);
    void endServer(int server, TaskState state, const QString &problem);
    void skipWaiting(const QString &why);
    void conclude();
    [[nodiscard]] const TaskStep &stepOf(int server) const;

    TaskRun m_run;
    ServerSessions *m_sessions;
    QList<QList<int>> m_waves; ///< the present one first; without those that were begun
    std::map<int, Active> m_active;
    int m_failures = 0;
    bool m_canaries = false; ///< the present wave is one of canaries
    bool m_cancelled = false;
    bool m_concluded = false;
    TaskJournal m_journal; ///< last: its thread is waited for while everything is still here
};

} // namespace Helmclaw
