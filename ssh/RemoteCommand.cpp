// SPDX-License-Identifier: MIT
#include "ssh/RemoteCommand.h"

#include <QCoreApplication>

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(RemoteCommand)
};

/// execve(2): one argument, and that is what sshd makes of it for the login shell, is limited to 128 KiB on Linux.
constexpr qsizetype maxCommand = 128 * 1024 - 64;

const char scriptEnd[] = "\n#helmclaw:end";

// "kill -SIGNAL -GROUP" is the one spelling that dash, bash and busybox sh have in common.
// fd 3: sh gives background jobs /dev/null for stdin. The double fork keeps the watcher out of the script's "wait".
// When the command has ended by itself, its pid is gone and nobody is signalled: what it left running stays.
const QLatin1StringView group("exec 3<&0;g=$$;kill -0 -$$ 2>/dev/null&&g=-$$;");
const QLatin1StringView endGroup("kill -0 $$&&{ kill -TERM $g;sleep 2;kill -KILL $g;};");
const QLatin1StringView watcher("( ( trap \"\" TERM HUP INT PIPE;while read -r x;do :;done;%1 ) "
                                "<&3 >/dev/null 2>&1 & );");
// With input: the feeder passes it on, and only when all of it has come (the line after it can be read) does the
// command see its end; half an input must not look like a whole one.
const QLatin1StringView feeder("n=$1;shift;{ ( trap \"\" TERM HUP INT;head -c \"$n\";read -r x&&exec >/dev/null;"
                               "cat >/dev/null;%1 ) <&3 2>/dev/null & } | \"$@\" 3<&-");

QString watched(QLatin1StringView lines)
{
    return QString(lines).arg(QString(endGroup));
}

/// @p head: text for the shell that goes before @p line.
Result<ExecSpec> finished(const QByteArray &head, const CommandLine &line, QByteArray input, bool endInput)
{
    if (!line.isValid()) {
        return failure(ErrorCode::InvalidInput, Text::tr("an argument holds a NUL character"),
                       Text::tr("No program can be given one; send such data as input."));
    }
    ExecSpec spec;
    spec.command = line.isEmpty() ? head : head + ' ' + line.toShell();
    if (spec.command.size() > maxCommand) {
        return failure(
            ErrorCode::InvalidInput,
            Text::tr("the command is %1 bytes long, and Linux takes at most 128 KiB").arg(spec.command.size()),
            Text::tr("Send the data as input instead of as arguments."));
    }
    spec.input = std::move(input);
    spec.endInput = endInput;
    return spec;
}

/// setsid: sudo starts no process group of its own for what it runs, and the watcher must not end sudo's caller.
const QLatin1StringView becomeRoot("[ \"$(id -u)\" = 0 ]&&exec sh -c \"$@\";exec sudo -n -- setsid -w sh -c \"$@\"");
const QLatin1StringView runWatched("exec \"$@\" </dev/null 3<&-");

/// "exec sh -c LINES sh": exec, so that the group's leader is the shell itself and not the login shell.
QByteArray underShell(const QString &lines)
{
    return CommandLine(QStringLiteral("exec"),
                       { QStringLiteral("sh"), QStringLiteral("-c"), lines, QStringLiteral("sh") })
        .toShell();
}

tl::unexpected<Error> emptyCommand()
{
    return failure(ErrorCode::InvalidInput, Text::tr("the command is empty"));
}

} // namespace

Result<ExecSpec> RemoteCommand::command(const CommandLine &command, const QByteArray &input, bool underWatch)
{
    if (command.isEmpty())
        return emptyCommand();
    if (!underWatch)
        return finished({}, command, input, true);
    if (input.isEmpty()) {
        // exec: the command itself is what sshd waits for, so a signal that ends it is told as such.
        static const QByteArray head = underShell(QString(group) + watched(watcher) + QString(runWatched));
        return finished(head, command, {}, false);
    }
    static const QByteArray head = underShell(QString(group) + watched(feeder));
    CommandLine line(QString::number(input.size()));
    line.add(command.argv());
    // A stdio-based head (busybox) reads up to a buffer too far, so the line that says "complete" comes many times.
    constexpr qsizetype headBuffer = 16 * 1024;
    return finished(head, line, input + QByteArray(headBuffer, '\n'), false);
}

Result<ExecSpec> RemoteCommand::asRoot(const CommandLine &command)
{
    if (command.isEmpty())
        return emptyCommand();
    static const QByteArray head = underShell(QString(becomeRoot)) + ' '
        + CommandLine(QString(group) + watched(watcher) + QString(runWatched), { QStringLiteral("sh") }).toShell();
    return finished(head, command, {}, false);
}

Result<ExecSpec> RemoteCommand::script(const QByteArray &script, const QStringList &arguments, bool underWatch)
{
    if (script.contains('\0')) {
        return failure(ErrorCode::InvalidInput, Text::tr("the script holds a NUL character"),
                       Text::tr("A shell cannot read one."));
    }
    // eval, not "sh -s": commands of the script cannot eat the rest of it from stdin.
    static const auto head = [](const QString &watch) {
        return underShell(QStringLiteral("n=$1;shift;") + QString(group)
                          + QStringLiteral("s=$(head -c \"$n\" <&3);case $s in *\"#helmclaw:end\");;*)exit 125;;esac;")
                          + watch + QStringLiteral("exec </dev/null 3<&-;eval \"unset n g s;$s\""));
    };
    static const QByteArray watchedHead = head(watched(watcher));
    static const QByteArray plainHead = head({});
    const QByteArray input = script + scriptEnd;
    CommandLine line(QString::number(input.size()));
    line.add(arguments);
    return finished(underWatch ? watchedHead : plainHead, line, input, !underWatch);
}

} // namespace Helmclaw
