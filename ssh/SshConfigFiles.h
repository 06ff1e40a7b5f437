// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"

#include <QList>
#include <QSet>
#include <QStringList>

namespace Helmclaw {

/// Walks one ssh_config(5) file and what it includes, and collects what SshConfig needs from it. Reads only the
/// keywords Host, Match and Include; the values are ssh's own business ("ssh -G").
class SshConfigFiles
{
public:
    /// Relative Include paths start at @p base: ~/.ssh for a user's file, /etc/ssh for the system's.
    explicit SshConfigFiles(QString base)
        : m_base(std::move(base))
    {
    }

    /// An error when @p file is missing or unreadable, or includes itself or too much: ssh refuses that as well.
    [[nodiscard]] Result<void> read(const QString &file) { return read(file, {}, 0); }

    [[nodiscard]] const QStringList &aliases() const { return m_aliases; }
    [[nodiscard]] const QStringList &inputs() const { return m_inputs; }

    /// One line split as OpenSSH's argv_split() does: quotes, backslashes, comments. Empty when its quotes do not pair.
    [[nodiscard]] static QList<QByteArray> words(QByteArrayView line);
    /// The home folder that ssh uses: of the user database, whatever $HOME says.
    [[nodiscard]] static QString homeFolder();
    /// "~" and "~user" at the beginning replaced; unchanged when there is no such user.
    [[nodiscard]] static QString expandTilde(const QString &path);

private:
    using Patterns = QList<QByteArray>;
    [[nodiscard]] Result<void> read(const QString &file, const QList<Patterns> &enclosing, int depth);
    [[nodiscard]] Result<void> include(const QByteArray &pattern, const QList<Patterns> &enclosing, int depth);
    void addAlias(const QByteArray &alias, const QList<Patterns> &enclosing);
    void addInput(const QString &path);

    QString m_base;
    QStringList m_aliases;
    QStringList m_inputs;
    QSet<QString> m_known; ///< members of m_aliases and m_inputs
    QStringList m_open; ///< files being read, outermost first
    int m_filesRead = 0;
};

} // namespace Helmclaw
