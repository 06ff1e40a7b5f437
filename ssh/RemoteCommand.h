// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/CommandLine.h"
#include "ssh/Error.h"
#include "ssh/Operation.h"

namespace Helmclaw {

/// Turns commands and scripts into what is sent to sshd.
///
/// Closing a channel does not end what runs behind it, and sshd refuses signals for root. So a command that must end
/// with us runs under a few lines of sh, which sshd starts as leader of a process group of its own: a watcher reads
/// stdin, our life line; when that ends while the command still runs, the group gets SIGTERM, and SIGKILL 2 s later.
/// Input for the command comes first, with its length told beforehand. (What runs under sudo belongs to root and
/// cannot be signalled by the login user: such a command ends when its output pipe breaks.)
/// The lines are written for dash, bash and busybox sh, and for csh and fish as login shells: no "!", no newline.
class RemoteCommand
{
public:
    /// @p underWatch: end the process group when we go away.
    [[nodiscard]] static Result<ExecSpec> command(const CommandLine &command, const QByteArray &input, bool underWatch);
    /// As root: by "sudo -n" unless the login is root's. Under watch, and the watcher is root, too: what it runs ends
    /// with us. Needs sudo for any command (sudoers(5) NOPASSWD: ALL) and setsid(1) of util-linux; sudo's refusal is
    /// its own text on standard error, and exit status 1. Without input.
    [[nodiscard]] static Result<ExecSpec> asRoot(const CommandLine &command);
    /// The script travels on stdin, behind its length, and ends with a mark: a script that arrived in part is not run.
    [[nodiscard]] static Result<ExecSpec> script(const QByteArray &script, const QStringList &arguments,
                                                 bool underWatch);
};

} // namespace Helmclaw
