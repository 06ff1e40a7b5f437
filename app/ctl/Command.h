// SPDX-License-Identifier: MIT
#pragma once

#include "app/Console.h"

#include <QCommandLineParser>
#include <QJsonDocument>
#include <QObject>

#include <csignal>
#include <memory>

namespace Helmclaw {

class Terminal;

/// Exit codes of helmclawctl. They are an interface: scripts rely on them. A login that would have to ask something
/// counts as a server that could not be reached, when --batch forbids it, there is no terminal, or it was cancelled.
enum ExitCode : int {
    ExitOk = 0,
    ExitCheckFailed = 1, ///< status: every server answered, at least one check failed; hostkey: not pinned
    ExitUsage = 2, ///< wrong arguments, unusable fleet file, unknown server
    ExitServerFailed = 3, ///< at least one server could not be reached or understood: its state is unknown
    ExitInterrupted = 128 + SIGINT, ///< ended by SIGINT, SIGTERM or SIGHUP before it was done (tunnel: ExitOk)
    ExitExecFailed = 255, ///< exec: the command could not be run (as ssh(1) does)
};

/// One subcommand of helmclawctl: parses its own arguments and runs in the event loop until finished().
class Command : public QObject
{
    Q_OBJECT
public:
    using QObject::QObject;

    /// Adds options and positional arguments and tells what the command does.
    virtual void describe(QCommandLineParser &parser) const = 0;
    /// Without a fleet file that can be read it is not started.
    [[nodiscard]] virtual bool needsFleet() const { return true; }
    /// Starts; finished() follows, later.
    virtual void start(Console &console, const QCommandLineParser &parser) = 0;
    /// Where it may ask; null: nobody can be asked. Not owned; before start().
    void setTerminal(Terminal *terminal) { m_terminal = terminal; }
    /// SIGINT, SIGTERM or SIGHUP arrived: end in order, then finished().
    virtual void interrupt() { finish(ExitInterrupted); }

    /// The command with this name, or null.
    static std::unique_ptr<Command> create(const QString &name);
    static QStringList names();

Q_SIGNALS:
    void finished(int exitCode);

protected:
    [[nodiscard]] Terminal *terminal() const { return m_terminal; }
    /// Emits finished() from the event loop, once.
    void finish(int exitCode);
    void fail(const Error &error, int exitCode);
    /// The servers of @p names (all of them when empty), or an error that names the unknown one.
    static Result<QList<Server>> select(const Fleet &fleet, const QStringList &names);

private:
    Terminal *m_terminal = nullptr;
    bool m_finished = false;
};

/// Writes to standard output / standard error, whole, in UTF-8.
void writeOut(const QByteArray &bytes);
void writeErr(const QString &line);
void writeJson(const QJsonDocument &document);
/// {"code", "what", "remedy", "server"}
[[nodiscard]] QJsonObject errorToJson(const Error &error);

} // namespace Helmclaw
