// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QStringList>

namespace Helmclaw {

/// A program on a terminal of its own (forkpty(3)), as a person sits before it.
class PtySession
{
public:
    PtySession(const QString &program, const QStringList &arguments);
    ~PtySession(); ///< ends it
    PtySession(const PtySession &) = delete;
    PtySession &operator=(const PtySession &) = delete;

    /// Waits until @p text has appeared behind what was waited for before.
    [[nodiscard]] bool waitFor(const QByteArray &text);
    void type(const QByteArray &keys);
    /// True while the terminal shows what is typed.
    [[nodiscard]] bool echoes() const;
    /// Waits for its end; the exit code, -2 when it does not end.
    [[nodiscard]] int exitCode();
    /// Everything the terminal has shown.
    [[nodiscard]] const QByteArray &output() const { return m_output; }

private:
    [[nodiscard]] bool readMore();
    int m_terminal = -1;
    int m_process = -1;
    QByteArray m_output;
    qsizetype m_seen = 0;
};

} // namespace Helmclaw
