// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"

#include <QObject>
#include <QString>
#include <QStringList>

QT_BEGIN_NAMESPACE
class QProcess;
QT_END_NAMESPACE

namespace Helmclaw {

/// The effective OpenSSH client settings for one host, as "ssh -G" prints them (ssh_config(5)).
struct SshHostConfig
{
    QString hostName; ///< HostName after substitution
    quint16 port = 22;
    QString user;
    QStringList identityFiles; ///< in order, "~" and tokens expanded; only where the key or its ".pub" exists
    QStringList certificateFiles; ///< CertificateFile, "~" and tokens expanded; they may be missing
    bool identitiesOnly = false;
    QString identityAgent; ///< empty: $SSH_AUTH_SOCK; "none": no agent
    QString hostKeyAlias;
    QStringList userKnownHostsFiles; ///< UserKnownHostsFile, then GlobalKnownHostsFile; "/dev/null" for "none"
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

    /// Every file and folder whose change can change what "ssh -G" says: the configuration, what it includes, and the
    /// folders its globs look into; missing ones as well. @p configFile empty: ssh's own defaults.
    [[nodiscard]] static QStringList inputs(const QString &configFile);

    /// "~/.ssh/config" of this user.
    [[nodiscard]] static QString defaultFile();
};

/// One run of "ssh -G -- host" in the background, at most 10 s. Exactly one finished() follows start(), never from
/// inside it; owned by the caller, who may delete it at any time.
class SshConfigQuery : public QObject
{
    Q_OBJECT
public:
    /// @p configFile empty: ssh's own defaults.
    explicit SshConfigQuery(QString host, QString configFile = {}, QObject *parent = nullptr);
    ~SshConfigQuery() override;
    void start();
    [[nodiscard]] QString host() const { return m_host; }
    [[nodiscard]] const Result<SshHostConfig> &result() const { return m_result; }

Q_SIGNALS:
    void finished();

private:
    void finish(Result<SshHostConfig> result);

    QString m_host;
    QString m_configFile;
    Result<SshHostConfig> m_result;
    QProcess *m_process = nullptr; ///< ours; null before start() and after the end
    bool m_started = false;
};

} // namespace Helmclaw
