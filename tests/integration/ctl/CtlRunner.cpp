// SPDX-License-Identifier: MIT
#include "tests/integration/ctl/CtlRunner.h"

#include <QProcess>

#include <unistd.h>

namespace Helmclaw {

ProgramRun runProgram(const QString &program, const QStringList &arguments, const QByteArray &input, int seconds)
{
    QProcess process;
    process.setChildProcessModifier([] { ::setsid(); }); // whoever runs the tests sits at a terminal, perhaps
    process.start(program, arguments);
    process.write(input);
    process.closeWriteChannel();
    const bool ended = process.waitForFinished(seconds * 1000);
    if (!ended) {
        process.kill();
        process.waitForFinished(5000);
    }
    return { ended && process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2,
             process.readAllStandardOutput(), process.readAllStandardError() };
}

} // namespace Helmclaw
