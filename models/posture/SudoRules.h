// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

namespace Helmclaw {

/// A command that sudo lets somebody run ("sudo -l").
struct SudoCommand
{
    QString runAs; ///< "ALL", "root", "ALL : ALL"
    bool withoutPassword = false;
    QString command; ///< "/usr/bin/systemctl restart openclaw", "ALL"; quotes and escapes are taken off

    /// Of what openclaw-ansible gives its service user, or of what Helmclaw's remedies name.
    [[nodiscard]] bool isDocumented() const;
    /// Whoever may run it can make anything of it: everything, a shell, an editor, a package manager …
    [[nodiscard]] bool isAsGoodAsRoot() const;
    /// "(ALL) NOPASSWD: /usr/bin/systemctl restart openclaw"
    [[nodiscard]] QString text() const;
};

/// What "sudo -l" said of a user.
struct SudoListing
{
    QString user;
    bool understood = false; ///< it is a list, or says that there is nothing; every line was understood
    QList<SudoCommand> commands;
    QString problem; ///< what it said instead

    /// @p lines as sudo printed them in the C locale; @p status is its exit status.
    [[nodiscard]] static SudoListing parse(const QString &user, const QStringList &lines, int status);
};

} // namespace Helmclaw
