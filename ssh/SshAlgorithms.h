// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/SshErrors.h"

#include <QByteArray>

#include <libssh/libssh.h>

namespace Helmclaw {

/// ssh_config's algorithm lists and what is like them, for libssh: of each list what libssh has, in the list's order.
class SshAlgorithms
{
public:
    /// Unsupported, naming the keyword, when libssh has nothing of a list.
    [[nodiscard]] static Result<void> apply(ssh_session session, const SshTarget &target, const SshErrors &errors);
    /// The value for SSH_OPTIONS_HOSTKEYS: @p preferred (pinned keys first) as far as HostKeyAlgorithms allows it, then
    /// what else that names.
    [[nodiscard]] static QByteArray hostKeys(const SshOptions &options, const QByteArray &preferred);
};

} // namespace Helmclaw
