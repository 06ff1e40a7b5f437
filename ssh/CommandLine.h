// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

namespace Helmclaw {

/// A remote command as an argument vector. The only place in the house that turns arguments into shell text: sshd hands
/// the exec string to the user's login shell, so every argument is quoted for POSIX sh (single quotes; NUL is refused).
class CommandLine
{
public:
    CommandLine() = default;
    explicit CommandLine(QString program, const QStringList &arguments = {});

    CommandLine &add(const QString &argument);
    CommandLine &add(const QStringList &arguments);
    /// An argument that must not be shown; it is still visible in the server's process list, so never a secret:
    /// for noise such as a whole script text.
    CommandLine &addMasked(const QString &argument);

    [[nodiscard]] bool isEmpty() const { return m_words.isEmpty(); }
    [[nodiscard]] QStringList argv() const;
    /// The text for sshd: every word quoted where it needs to be. Empty when !isValid().
    [[nodiscard]] QByteArray toShell() const;
    /// The text for people and logs: as toShell(), masked words as "***".
    [[nodiscard]] QString toDisplay() const;

    /// True when no word holds what no argv can carry: a NUL, or a lone surrogate that UTF-8 has no bytes for.
    [[nodiscard]] bool isValid() const;
    /// One word quoted for POSIX sh; unchanged when it holds safe characters only.
    [[nodiscard]] static QString quote(const QString &word);

    friend bool operator==(const CommandLine &, const CommandLine &) = default;

private:
    struct Word
    {
        QString text;
        bool masked = false;
        friend bool operator==(const Word &, const Word &) = default;
    };
    QList<Word> m_words;
};

} // namespace Helmclaw
