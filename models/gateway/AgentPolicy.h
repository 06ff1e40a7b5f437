// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

#include <optional>

class QJsonObject;

namespace Helmclaw {

/// tools.exec of all agents, or of one: empty words are not set.
struct ExecPolicy
{
    QString agent; ///< empty: of all
    QString security; ///< "deny", "allowlist", "full"
    QString ask; ///< "off", "on-miss", "always"
    QString mode; ///< "deny", "allowlist", "ask", "auto", "full"
    QString host; ///< "auto", "sandbox", "gateway", "node"
    bool isKnown = true; ///< every word is one of these

    /// Commands run without anybody's consent and without a list of them.
    [[nodiscard]] bool isUnlimited() const;
    /// Something limits them, whatever else is set.
    [[nodiscard]] bool isLimited() const;
    [[nodiscard]] QString text() const; ///< "security full, ask off"
};

/// One channel, or one account of it: who may write to the agents, and how messages come in.
struct ChannelPolicy
{
    QString name; ///< "telegram", "telegram.accounts.work"
    bool isOn = true;
    QString
        directMessages; ///< dmPolicy: "pairing", "allowlist", "open", "disabled"; empty: OpenClaw's default, pairing
    QString groups; ///< groupPolicy: "allowlist", "open", "disabled"; empty: the default, allowlist
    bool anybody = false; ///< its allow-list has "*"
    bool webhook = false; ///< messages come as HTTP requests
    bool webhookSecret = false; ///< what they are verified by is set here
    bool signatureOff = false; ///< verification is switched off
};

/// What openclaw.json says about what agents may do, and who may make them do it. Holds no secret.
struct AgentPolicy
{
    ExecPolicy exec; ///< tools.exec
    QList<ExecPolicy> agentExec; ///< of the agents that have their own
    QString sandbox; ///< agents.defaults.sandbox.mode: "off", "non-main", "all"; empty: not set (off)
    QStringList elevatedForAll; ///< providers whose tools.elevated.allowFrom has "*"
    QList<ChannelPolicy> channels;
    bool hooksOn = false; ///< hooks.enabled: HTTP requests from outside
    bool hooksToken = false; ///< hooks.token is set

    /// Whether a value may be decoded: nothing that a secret can be in.
    [[nodiscard]] static bool isWanted(const QStringList &path);
    /// Whether its presence alone is of interest.
    [[nodiscard]] static bool isOfInterest(const QStringList &path);
    [[nodiscard]] static AgentPolicy read(const QJsonObject &root);
};

} // namespace Helmclaw
