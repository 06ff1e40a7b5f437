// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

namespace Helmclaw {

/// Sends one byte with a copy of @p descriptor over the Unix socket @p socket (SCM_RIGHTS, unix(7)); as sendmsg(2),
/// and never with SIGPIPE.
[[nodiscard]] ssize_t sendDescriptor(int socket, int descriptor);

} // namespace Helmclaw
