// SPDX-License-Identifier: MIT
#include "app/ctl/ExecCommand.h"

#include <QFile>

#include <cstdio>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

/// More than the library's default: a person asked for this output and sees when it is cut.
constexpr qsizetype OutputCap = 64 * 1024 * 1024;
constexpr qint64 InputCap = 16 * 1024 * 1024;
constexpr qint64 InputPart = 256 * 1024;

void ExecCommand::describe(QCommandLineParser &parser) const
{
    parser.setApplicationDescription(tr(
        "helmclawctl exec NAME -- argv…: runs a command on a server, without a shell of ours in between: every word\n"
        "arrives as it stands here. Exit code: the command's; 128+N when signal N ended it; 255 when it could not be "
        "run."));
    parser.addOption({ u"timeout"_s, tr("End it after so many seconds (default 3600)."), u"seconds"_s, u"3600"_s });
    parser.addOption({ u"stdin"_s, tr("Read standard input to its end (at most 16 MiB) and pass it on.") });
}

void ExecCommand::start(Console &console, const QCommandLineParser &parser)
{
    const QStringList words = parser.positionalArguments();
    bool secondsOk = false;
    const int seconds = parser.value(u"timeout"_s).toInt(&secondsOk);
    if (words.size() < 2 || !secondsOk || seconds <= 0)
        return fail({ ErrorCode::InvalidInput,
                      tr("exec wants a server and a command"),
                      tr("See: helmclawctl exec --help"),
                      {} },
                    ExitUsage);
    const auto servers = select(console.fleet, { words.constFirst() });
    if (!servers)
        return fail(servers.error(), ExitUsage);
    ExecOptions options;
    options.deadline = std::chrono::seconds(seconds);
    options.outputCap = OutputCap;
    if (parser.isSet(u"stdin"_s)) {
        QFile input;
        if (!input.open(stdin, QIODevice::ReadOnly))
            return fail({ ErrorCode::InvalidInput, tr("Standard input cannot be read"), {}, {} }, ExitUsage);
        // A pipe hands over what is in it: only an empty read is the end.
        for (QByteArray part = input.read(InputPart); !part.isEmpty() && options.standardInput.size() <= InputCap;
             part = input.read(InputPart))
            options.standardInput += part;
        if (options.standardInput.size() > InputCap)
            return fail({ ErrorCode::InvalidInput,
                          tr("Standard input is longer than 16 MiB"),
                          tr("Send a file by scp instead"),
                          {} },
                        ExitUsage);
    }
    const Server server = servers->constFirst();
    const CommandLine command(words.at(1), words.mid(2));
    console.sessions.prepare(server.id, this, [this, &console, server, command, options](const Result<void> &ready) {
        if (!ready)
            return fail(ready.error(), ExitExecFailed);
        if (!m_interrupted)
            run(console, server, command, options);
    });
}

void ExecCommand::run(Console &console, const Server &server, const CommandLine &command, const ExecOptions &options)
{
    m_reply = console.pool.exec(server.id, command, options);
    m_reply->setParent(this);
    connect(m_reply, &ExecReply::readyRead, this, &ExecCommand::copyNewOutput);
    connect(m_reply, &ExecReply::finished, this, [this] {
        copyNewOutput();
        if (m_reply->error())
            return fail(*m_reply->error(), m_interrupted ? ExitInterrupted : ExitExecFailed);
        if (m_reply->isTruncated())
            writeErr(tr("The output was longer than 64 MiB and has been cut."));
        if (m_reply->exitStatus() >= 0)
            return finish(m_reply->exitStatus());
        static const QHash<QByteArray, int> numbers { { "HUP", 1 },   { "INT", 2 },   { "QUIT", 3 },  { "ILL", 4 },
                                                      { "ABRT", 6 },  { "FPE", 8 },   { "KILL", 9 },  { "SEGV", 11 },
                                                      { "PIPE", 13 }, { "ALRM", 14 }, { "TERM", 15 }, { "USR1", 10 },
                                                      { "USR2", 12 } };
        writeErr(tr("The command was ended by signal %1.").arg(printable(m_reply->exitSignal(), 32)));
        finish(128 + numbers.value(m_reply->exitSignal(), 127));
    });
}

void ExecCommand::copyNewOutput()
{
    const auto copy = [](const QByteArray &bytes, qsizetype &printed, FILE *file) {
        if (bytes.size() > printed) {
            std::fwrite(bytes.constData() + printed, 1, static_cast<size_t>(bytes.size() - printed), file);
            std::fflush(file);
            printed = bytes.size();
        }
    };
    copy(m_reply->standardOutput(), m_printedOut, stdout);
    copy(m_reply->standardError(), m_printedErr, stderr);
}

void ExecCommand::interrupt()
{
    m_interrupted = true;
    if (m_reply && !m_reply->isFinished())
        m_reply->abort();
    else
        finish(ExitInterrupted);
}

} // namespace Helmclaw
