// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Prompt.h"
#include "ssh/SshTarget.h"

#include <QByteArrayList>
#include <QString>

#include <chrono>

namespace Helmclaw {

/// How ssh(1) is called as a transport.
class SshArguments
{
public:
    struct Wishes
    {
        QString helper; ///< path of helmclaw-ssh-helper
        QByteArray controlPath;
        MayAsk mayAsk = MayAsk::Nothing;
        std::chrono::milliseconds keepaliveInterval { 15000 }; ///< ServerAliveInterval; the target's own comes first
    };
    /// The whole command: helper, ssh and its arguments. The host stands behind "--", where it cannot become an option.
    /// With an alias of ssh_config, ssh reads that itself for all that is not said here: ours come first and win, above
    /// all who checks host keys, who connects, and that nothing is forwarded or run.
    [[nodiscard]] static QByteArrayList command(const SshTarget &target, const Wishes &wishes);
    /// "NAME=value", for the prompts.
    [[nodiscard]] static QByteArrayList environment(const QString &helper);
    /// Where helmclaw-ssh-helper is: @p wanted, else beside this program or in its libexec folder; empty when nowhere.
    [[nodiscard]] static QString findHelper(const QString &wanted);
    /// Why ssh cannot be used here, as half a sentence and its remedy; both empty when it can.
    struct Obstacle
    {
        QString what;
        QString remedy;
    };
    [[nodiscard]] static Obstacle obstacle(const QString &wantedHelper);
};

} // namespace Helmclaw
