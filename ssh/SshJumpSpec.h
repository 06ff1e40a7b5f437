// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"

#include <QList>
#include <QString>

namespace Helmclaw {

/// One host of a ProxyJump line: "[user@]host[:port]", "[user@][v6]:port" or "ssh://[user@]host[:port]".
struct SshJumpSpec
{
    QString host; ///< a name, an address or an alias of ssh_config; never begins with "-"
    QString user; ///< empty: from ssh_config
    int port = 0; ///< 0: from ssh_config

    [[nodiscard]] static Result<SshJumpSpec> parse(const QString &text);
    /// The whole line, hosts separated by commas; "none" and an empty text are no hosts.
    [[nodiscard]] static Result<QList<SshJumpSpec>> parseList(const QString &text);
    [[nodiscard]] QString toString() const;
    friend bool operator==(const SshJumpSpec &, const SshJumpSpec &) = default;
};

} // namespace Helmclaw
