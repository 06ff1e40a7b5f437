// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"
#include "ssh/SshHostConfig.h"

#include <QByteArray>
#include <QSet>

namespace Helmclaw {

/// Makes an SshHostConfig of what "ssh -G" prints.
class SshConfigParser
{
public:
    /// @p defaults: what "ssh -G" prints without any configuration; only what differs from it is a setting. @p host is
    /// the name asked for; older ssh versions do not print it.
    [[nodiscard]] static Result<SshHostConfig> parse(const QByteArray &output, const QByteArray &defaults,
                                                     const QString &host);

private:
    SshConfigParser() = default;
    void take(const QByteArray &keyword, const QString &value, bool isDefault);
    [[nodiscard]] bool takeOption(const QByteArray &keyword, const QString &value, bool isDefault);
    [[nodiscard]] Result<void> finish();
    void finishKeys(const class SshConfigTokens &tokens);
    void finishBackend();
    [[nodiscard]] Result<void> finishProxy(const class SshConfigTokens &tokens);
    void remark(const QString &keyword, const QString &value, const QString &text);

    SshHostConfig m_config;
    bool m_hasPort = false;
    QStringList m_identityFiles;
    QStringList m_certificateFiles;
    QStringList m_knownHostsFiles;
    QStringList m_globalKnownHostsFiles;
    QString m_proxyJump;
    QString m_proxyCommand;
    bool m_gssapi = false;
};

} // namespace Helmclaw
