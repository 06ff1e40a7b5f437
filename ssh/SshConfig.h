// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"
#include "ssh/SshConfigQuery.h"
#include "ssh/SshHostConfig.h"

#include <QString>
#include <QStringList>

namespace Helmclaw {

/// OpenSSH's client configuration: its files, and what they come to. The asking is SshConfigQuery's.
class SshConfig
{
public:
    /// The literal host aliases (no patterns) of @p configFile and the files it includes, in order, without duplicates.
    /// Include follows ssh_config(5): relative to ~/.ssh, globbed, at most 16 deep.
    [[nodiscard]] static Result<QStringList> hostAliases(const QString &configFile);

    /// Parses the output of "ssh -G", every line of which counts as a setting.
    [[nodiscard]] static Result<SshHostConfig> parseEffective(const QByteArray &output);

    /// Every file and folder whose change can change what "ssh -G" says: the configuration, what it includes, and the
    /// folders its globs look into; missing ones as well. @p configFile empty: ssh's own defaults.
    [[nodiscard]] static QStringList inputs(const QString &configFile);

    /// "~/.ssh/config" of this user.
    [[nodiscard]] static QString defaultFile();
};

} // namespace Helmclaw
