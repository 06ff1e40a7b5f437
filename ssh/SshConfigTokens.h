// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"
#include "ssh/SshHostConfig.h"

#include <QString>

#include <optional>

namespace Helmclaw {

/// The percent tokens of ssh_config(5) (TOKENS) with one host's values.
class SshConfigTokens
{
public:
    explicit SshConfigTokens(const SshHostConfig &config);

    /// For file names: tokens and "${VARIABLE}"; nothing when @p text holds one that is not known here.
    [[nodiscard]] std::optional<QString> expandFile(const QString &text) const;
    /// ProxyCommand and ProxyJump take only %%, %h, %k, %n, %p and %r. What is put in goes to a shell: a host or user
    /// name that means something to one is an error.
    [[nodiscard]] Result<QString> expandProxy(const QString &keyword, const QString &text) const;

private:
    [[nodiscard]] std::optional<QString> valueOf(char16_t token) const;

    QString m_host;
    QString m_hostName;
    QString m_port;
    QString m_user;
    QString m_keyAlias;
};

} // namespace Helmclaw
