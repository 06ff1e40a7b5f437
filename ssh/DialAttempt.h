// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/DialLane.h"

#include <optional>

namespace Helmclaw {

/// One dial under way, by either backend. Lives in the dial lane's loop.
class DialAttempt
{
public:
    DialAttempt() = default;
    DialAttempt(const DialAttempt &) = delete;
    DialAttempt &operator=(const DialAttempt &) = delete;
    virtual ~DialAttempt() = default;

    virtual void start() = 0;
    /// Ends it without a result. It goes (onGone) as soon as nobody is in a step of it.
    virtual void cancel() = 0;

protected:
    /// Why the key of @p report, which is not pinned, ends the dial; nothing when it is to be pinned: it is published
    /// by a source that is trusted, or the user has just accepted it.
    [[nodiscard]] static std::optional<Error> problemWith(const DialRequest &request, const HostKeyReport &report,
                                                          const SshErrors &errors);
};

} // namespace Helmclaw
