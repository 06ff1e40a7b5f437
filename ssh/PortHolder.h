// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

#include <optional>

#include <sys/types.h>

namespace Helmclaw {

/// Who listens on a TCP port of this computer, as far as /proc shows it.
struct PortHolder
{
    uid_t user = 0;
    pid_t process = 0; ///< 0: a process of another user, or a container's
    QString program; ///< its name; empty with process 0

    /// "firefox (process 123)", "a program of user id 33".
    [[nodiscard]] QString toString() const;
    /// The holder of @p port on 127.0.0.1 or on all addresses. Looks through the owner's processes: some milliseconds.
    [[nodiscard]] static std::optional<PortHolder> of(quint16 port);
};

} // namespace Helmclaw
