// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"
#include "ssh/SshConfigQuery.h"
#include "ssh/SshHostConfig.h"

namespace Helmclaw {

/// ssh_config(5) where the program ssh is not installed: read by libssh's own parser, which knows Host, Match and
/// Include but gives back only HostName, User, Port, one IdentityFile and ProxyCommand. Every other keyword that is in
/// the files becomes a remark, whether or not it is for this host: nobody here can tell.
class SshConfigFallback
{
public:
    /// May take as long as a "Match exec" of the file: not for the GUI thread. Any thread. Unsupported when the host is
    /// behind a ProxyJump, which libssh hands to ssh.
    [[nodiscard]] static Result<SshHostConfig> read(const SshConfigRequest &request);
};

} // namespace Helmclaw
