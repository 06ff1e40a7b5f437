// SPDX-License-Identifier: MIT
#pragma once

#include "app/ctl/Command.h"

#include <QPointer>

namespace Helmclaw {

/// helmclawctl exec NAME -- argv…: runs one command; its exit status becomes ours.
class ExecCommand : public Command
{
    Q_OBJECT
public:
    using Command::Command;
    void describe(QCommandLineParser &parser) const override;
    void start(Console &console, const QCommandLineParser &parser) override;
    void interrupt() override;

private:
    void run(Console &console, const Server &server, const CommandLine &command, const ExecOptions &options);
    void copyNewOutput();

    QPointer<ExecReply> m_reply;
    qsizetype m_printedOut = 0;
    qsizetype m_printedErr = 0;
    bool m_interrupted = false;
};

} // namespace Helmclaw
