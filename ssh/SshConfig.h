// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"

#include <QObject>
#include <QString>
#include <QStringList>

namespace Helmclaw {

/// The effective OpenSSH client settings for one host, as "ssh -G" prints them (ssh_config(5)).
struct SshHostConfig
{
    QString hostName; ///< HostName after substitution
    quint16 port = 22;
    QString user;
    QStringList identityFiles; ///< existing files only, "~" expanded
    bool identitiesOnly = false;
    QString identityAgent; ///< empty: $SSH_AUTH_SOCK
    QString hostKeyAlias;
    QStringList userKnownHostsFiles;
    QStringList
        unsupported; ///< keywords with an effect that our own sessions do not honour yet (ProxyJump, ProxyCommand …)
    friend bool operator==(const SshHostConfig &, const SshHostConfig &) = default;
};

/// Reads OpenSSH's client configuration. Never blocks: "ssh -G" runs as a child process.
class SshConfig
{
public:
    /// The literal host aliases (no patterns) of @p configFile and the files it includes, in order, without duplicates.
    /// Include follows ssh_config(5): relative to ~/.ssh, globbed, at most 16 deep.
    [[nodiscard]] static Result<QStringList> hostAliases(const QString &configFile);

    /// Parses the output of "ssh -G".
    [[nodiscard]] static Result<SshHostConfig> parseEffective(const QByteArray &output);

    /// "~/.ssh/config" of this user.
    [[nodiscard]] static QString defaultFile();
};

/// One run of "ssh -G -- host" in the background. Exactly one finished() follows start(); owned by the caller.
class SshConfigQuery : public QObject
{
    Q_OBJECT
public:
    /// @p configFile empty: ssh's own defaults.
    explicit SshConfigQuery(QString host, QString configFile = {}, QObject *parent = nullptr);
    void start();
    [[nodiscard]] QString host() const { return m_host; }
    [[nodiscard]] const Result<SshHostConfig> &result() const { return m_result; }

Q_SIGNALS:
    void finished();

private:
    QString m_host;
    QString m_configFile;
    Result<SshHostConfig> m_result;
};

} // namespace Helmclaw
