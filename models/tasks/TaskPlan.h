// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"

#include <QJsonObject>
#include <QList>
#include <QString>
#include <QStringList>

#include <optional>

namespace Helmclaw {

/// A file's content on the server, now and then.
struct FileChange
{
    QString path; ///< absolute
    bool existed = false;
    QString before; ///< as it was read when the plan was made; the step fails when it is no longer so
    QString after;

    /// As "diff -u" shows it, each line made printable; no text when nothing changes.
    [[nodiscard]] QString unifiedDiff() const;
    friend bool operator==(const FileChange &, const FileChange &) = default;
};

/// One thing that a task does on one server.
struct TaskStep
{
    enum class Kind {
        Precondition, ///< reads; when it fails, nothing has been changed
        Change, ///< writes
        Proof, ///< reads, and says whether the changes have come to what they should
        Reach, ///< a new connection to the server's sshd, as far as its pinned host key: nobody is locked out
        Return, ///< reads, over new connections, again and again until it succeeds: the server comes back
    };
    Kind kind = Kind::Change;
    QString title; ///< translated, one line: "Start fail2ban, now and at every boot"
    QStringList argv; ///< exactly what runs; empty for Reach
    bool asRoot = false; ///< by sudo, unless the login is root's
    QString expected; ///< regular expression that standard output must match, besides exit status 0; empty: any
    QString remedy; ///< translated: what to do when it fails; may be empty
    int timeout = 60; ///< seconds
    std::optional<FileChange> file; ///< what argv writes, for the eyes
    /// What it does or waits for goes on on the server when nobody waits for it any more: it cannot be cancelled.
    bool goesOn = false;

    /// "sudo systemctl enable --now fail2ban.service", quoted for a shell; for previews and logs. Of a file that is
    /// written it says so instead of showing argv, which holds all of its content.
    [[nodiscard]] QString commandText() const;
    friend bool operator==(const TaskStep &, const TaskStep &) = default;
};

/// The steps of one server, one after the other; the first that fails ends them.
struct ServerPlan
{
    QString serverId;
    QString serverName;
    QList<TaskStep> steps;
    friend bool operator==(const ServerPlan &, const ServerPlan &) = default;
};

/// How a task goes through its servers: the canaries first, then waves; a wave begins when the one before has ended.
struct Rollout
{
    int canaries = 1; ///< servers of the first wave; 0: no canary
    int waveSize = 20; ///< servers of each further wave; 1…
    int atOnce = 10; ///< servers at work at the same time, within a wave; 1…
    int stopAfter = 1; ///< so many servers that did not succeed end the roll-out; 0: never
    friend bool operator==(const Rollout &, const Rollout &) = default;
};

/// What the user is about to start: complete, so that the preview, the journal and the run are the same thing.
struct TaskPlan
{
    QString id; ///< a UUID without braces
    QString title; ///< translated: "Start fail2ban"
    QString subject; ///< stable: "fix fail2ban.active"
    QString before; ///< id of the task that this one repeats a part of; else empty
    Rollout rollout;
    QList<ServerPlan> servers;

    [[nodiscard]] static QString newId();
    /// The servers' indices, wave by wave.
    [[nodiscard]] QList<QList<int>> waves() const;
    [[nodiscard]] QJsonObject toJson() const;
    /// ErrorCode::InvalidInput when @p json is no plan.
    [[nodiscard]] static Result<TaskPlan> fromJson(const QJsonObject &json);
    friend bool operator==(const TaskPlan &, const TaskPlan &) = default;
};

} // namespace Helmclaw
