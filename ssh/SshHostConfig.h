// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/SshOptions.h"
#include "ssh/SshTarget.h"

#include <QList>
#include <QString>
#include <QStringList>

namespace Helmclaw {

/// A keyword whose value is not ssh's default and that Helmclaw does not follow. Such a thing is shown, always.
struct SshConfigRemark
{
    enum class Weight {
        NoEffect, ///< it concerns terminals, forwardings or ssh's own housekeeping, which Helmclaw does not have
        NotHonoured, ///< Helmclaw behaves as if it was not set
        Refused, ///< going on without it would go elsewhere or trust more: no connection is made
    };
    QString keyword; ///< as ssh_config(5) spells it
    QString value; ///< safe to show
    Weight weight = Weight::NotHonoured;
    QString text; ///< what it means here, for people; may be empty
    friend bool operator==(const SshConfigRemark &, const SshConfigRemark &) = default;
};

/// "StrictHostKeyChecking no: …", one line.
[[nodiscard]] QString toString(const SshConfigRemark &remark);

/// The effective OpenSSH client settings for one host, as "ssh -G" prints them (ssh_config(5)).
struct SshHostConfig
{
    QString host; ///< the name that was asked for, an alias perhaps
    QString configFile; ///< that was read in place of ssh's own; usually empty
    QString hostName; ///< HostName after substitution
    quint16 port = 22;
    QString user;
    QStringList identityFiles; ///< in order, "~" and tokens expanded; only where the key or its ".pub" exists
    QStringList certificateFiles; ///< in order, expanded
    bool identitiesOnly = false;
    QString identityAgent; ///< empty: $SSH_AUTH_SOCK; "none": no agent
    QString hostKeyAlias;
    QStringList userKnownHostsFiles; ///< UserKnownHostsFile, then GlobalKnownHostsFile; "/dev/null" for "none"
    QStringList proxyJump; ///< hosts in order from here, tokens expanded, "[user@]host[:port]" or an ssh:// address
    QStringList proxyCommand; ///< a program and its arguments, tokens expanded
    SshOptions options;
    QList<SshConfigRemark> remarks;
    QString openSshReason; ///< a setting that decides the login and that OpenSSH's ssh alone follows; half a sentence
    friend bool operator==(const SshHostConfig &, const SshHostConfig &) = default;

    /// Keywords with the weight @p weight, as a list for a sentence.
    [[nodiscard]] QStringList remarked(SshConfigRemark::Weight weight) const;
    /// All that the settings say about the way to the host; jump hosts are the caller's (SshRoute).
    [[nodiscard]] SshTarget target() const;
};

} // namespace Helmclaw
