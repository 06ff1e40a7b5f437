// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStringList>

namespace Helmclaw {

/// One finished run of a program.
struct ProgramRun
{
    int exitCode = -1; ///< -2: crashed or did not end in time
    QByteArray out;
    QByteArray err;
    [[nodiscard]] QJsonObject json() const { return QJsonDocument::fromJson(out).object(); }
};

/// Runs @p program to its end (@p seconds at most) with @p input on standard input.
[[nodiscard]] ProgramRun runProgram(const QString &program, const QStringList &arguments, const QByteArray &input = {},
                                    int seconds = 60);

} // namespace Helmclaw
