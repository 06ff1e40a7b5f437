// SPDX-License-Identifier: MIT
#include "models/gateway/AgentPolicy.h"

#include "ssh/Error.h"

#include <QJsonArray>
#include <QJsonObject>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

QString shown(const QJsonValue &value)
{
    return printable(value.toString().toUtf8(), 60);
}

bool hasStar(const QJsonValue &list)
{
    const QJsonArray array = list.toArray();
    return list == QJsonValue(u"*"_s)
        || std::any_of(array.begin(), array.end(), [](const QJsonValue &v) { return v == QJsonValue(u"*"_s); });
}

ExecPolicy execPolicy(const QJsonObject &exec, const QString &agent = {})
{
    ExecPolicy policy;
    policy.agent = agent;
    const auto read = [&](QLatin1StringView key, const QStringList &known) {
        const QJsonValue value = exec.value(key);
        policy.isKnown = policy.isKnown && (value.isUndefined() || known.contains(value.toString()));
        return shown(value);
    };
    policy.security = read("security"_L1, { u"deny"_s, u"allowlist"_s, u"full"_s });
    policy.ask = read("ask"_L1, { u"off"_s, u"on-miss"_s, u"always"_s });
    policy.mode = read("mode"_L1, { u"deny"_s, u"allowlist"_s, u"ask"_s, u"auto"_s, u"full"_s });
    policy.host = read("host"_L1, { u"auto"_s, u"sandbox"_s, u"gateway"_s, u"node"_s });
    return policy;
}

/// What verifies a webhook's requests, whatever the channel calls it.
const QStringList SecretKeys { u"webhookSecret"_s, u"signingSecret"_s, u"verificationToken"_s,
                               u"encryptKey"_s,    u"channelSecret"_s, u"authToken"_s,
                               u"token"_s,         u"botSecret"_s };
/// Channels that have no other way in than HTTP requests.
const QStringList WebhookChannels { u"line"_s,          u"googlechat"_s, u"sms"_s,
                                    u"synology-chat"_s, u"msteams"_s,    u"nextcloud-talk"_s };
const QStringList PlainKeys { u"enabled"_s,       u"dmPolicy"_s,
                              u"groupPolicy"_s,   u"allowFrom"_s,
                              u"mode"_s,          u"dm"_s,
                              u"accounts"_s,      u"dangerouslyDisableSignatureValidation"_s,
                              u"connectionMode"_s };

ChannelPolicy channelPolicy(const QString &provider, const QString &name, const QJsonObject &object,
                            const ChannelPolicy *parent)
{
    ChannelPolicy channel;
    channel.name = printable(name.toUtf8(), 80);
    channel.isOn = object.value("enabled"_L1).toBool(true) && (!parent || parent->isOn);
    const QJsonObject dm = object.value("dm"_L1).toObject();
    channel.directMessages =
        shown(object.contains("dmPolicy"_L1) ? object.value("dmPolicy"_L1) : dm.value("policy"_L1));
    channel.groups = shown(object.value("groupPolicy"_L1));
    channel.anybody = hasStar(object.value("allowFrom"_L1)) || hasStar(dm.value("allowFrom"_L1));
    const bool secretOfSlack = provider == "slack"_L1;
    channel.webhook = object.contains("webhookUrl"_L1) || object.value("connectionMode"_L1) == QJsonValue(u"webhook"_s)
        || (secretOfSlack && object.value("mode"_L1) == QJsonValue(u"http"_s)) || WebhookChannels.contains(provider);
    for (const QString &key : SecretKeys)
        channel.webhookSecret = channel.webhookSecret || object.contains(key);
    channel.signatureOff = object.value("dangerouslyDisableSignatureValidation"_L1).toBool(false);
    if (parent) {
        if (channel.directMessages.isEmpty())
            channel.directMessages = parent->directMessages;
        if (channel.groups.isEmpty())
            channel.groups = parent->groups;
        channel.webhookSecret = channel.webhookSecret || parent->webhookSecret;
    }
    return channel;
}

void readChannels(const QJsonObject &channels, AgentPolicy &policy)
{
    for (auto it = channels.begin(); it != channels.end(); ++it) {
        if (it.key() == "defaults"_L1 || !it->isObject())
            continue;
        const QJsonObject object = it->toObject();
        const ChannelPolicy channel = channelPolicy(it.key(), it.key(), object, nullptr);
        policy.channels.append(channel);
        const QJsonObject accounts = object.value("accounts"_L1).toObject();
        for (auto account = accounts.begin(); account != accounts.end(); ++account)
            policy.channels.append(
                channelPolicy(it.key(), it.key() + ".accounts."_L1 + account.key(), account->toObject(), &channel));
    }
}

void readAgents(const QJsonObject &agents, AgentPolicy &policy)
{
    policy.sandbox = shown(agents.value("defaults"_L1)["sandbox"_L1]["mode"_L1]);
    const auto add = [&policy](const QString &name, const QJsonObject &agent) {
        const QJsonObject exec = agent.value("tools"_L1)["exec"_L1].toObject();
        if (!exec.isEmpty())
            policy.agentExec.append(execPolicy(exec, printable(name.toUtf8(), 60)));
    };
    const QJsonObject entries = agents.value("entries"_L1).toObject();
    for (auto it = entries.begin(); it != entries.end(); ++it)
        add(it.key(), it->toObject());
    const QJsonArray list = agents.value("list"_L1).toArray(); // before 2026.9
    for (const QJsonValue &agent : list)
        add(agent["id"_L1].toString(), agent.toObject());
}

} // namespace

bool ExecPolicy::isUnlimited() const
{
    if (!mode.isEmpty())
        return mode == "full"_L1;
    return security == "full"_L1 && (ask.isEmpty() || ask == "off"_L1);
}

bool ExecPolicy::isLimited() const
{
    if (!mode.isEmpty())
        return mode != "full"_L1;
    return security == "deny"_L1 || security == "allowlist"_L1 || ask == "always"_L1;
}

QString ExecPolicy::text() const
{
    QStringList parts;
    if (!mode.isEmpty())
        parts += u"mode "_s + mode;
    if (!security.isEmpty())
        parts += u"security "_s + security;
    if (!ask.isEmpty())
        parts += u"ask "_s + ask;
    if (!host.isEmpty())
        parts += u"host "_s + host;
    return parts.isEmpty() ? u"not set"_s : parts.join(u", "_s);
}

bool AgentPolicy::isWanted(const QStringList &path)
{
    const QString &first = path.constFirst();
    const qsizetype size = path.size();
    if (first == "channels"_L1) {
        if (size <= 2)
            return true;
        const bool account = path.at(2) == "accounts"_L1;
        const qsizetype at = account ? 4 : 2; // of the key
        if (account && size <= 4)
            return true;
        const QString &key = path.at(at);
        if (key == "dm"_L1)
            return size == at + 1 || path.at(at + 1) == "policy"_L1 || path.at(at + 1) == "allowFrom"_L1;
        return PlainKeys.contains(key) && (size == at + 1 || (key == "allowFrom"_L1 && size == at + 2));
    }
    if (first == "hooks"_L1)
        return size == 1 || (size == 2 && path.at(1) == "enabled"_L1);
    static const QStringList ExecKeys { u"security"_s, u"ask"_s, u"mode"_s, u"host"_s };
    const auto isExec = [&](qsizetype at) { // path from `at` on is tools.exec…
        if (size <= at || path.at(at) != "tools"_L1)
            return size == at;
        return size == at + 1
            || (path.at(at + 1) == "exec"_L1
                && (size == at + 2 || (size == at + 3 && ExecKeys.contains(path.at(at + 2)))));
    };
    if (first == "tools"_L1) {
        if (size >= 2 && path.at(1) == "elevated"_L1)
            return size == 2 || (path.at(2) == "allowFrom"_L1 && size <= 5);
        return isExec(0);
    }
    if (first == "agents"_L1) {
        if (size == 1)
            return true;
        if (path.at(1) == "defaults"_L1)
            return size == 2 || (path.at(2) == "sandbox"_L1 && (size == 3 || (size == 4 && path.at(3) == "mode"_L1)));
        if (path.at(1) == "entries"_L1 || path.at(1) == "list"_L1)
            return size <= 3 || isExec(3) || (size == 4 && path.at(3) == "id"_L1);
    }
    return false;
}

bool AgentPolicy::isOfInterest(const QStringList &path)
{
    const qsizetype size = path.size();
    if (path.constFirst() == "hooks"_L1)
        return size == 2 && path.at(1) == "token"_L1;
    const bool key = path.constFirst() == "channels"_L1 && (size == 3 || (size == 5 && path.at(2) == "accounts"_L1));
    return key && (path.constLast() == "webhookUrl"_L1 || SecretKeys.contains(path.constLast()));
}

AgentPolicy AgentPolicy::read(const QJsonObject &root)
{
    AgentPolicy policy;
    const QJsonObject tools = root.value("tools"_L1).toObject();
    policy.exec = execPolicy(tools.value("exec"_L1).toObject());
    const QJsonObject elevated = tools.value("elevated"_L1)["allowFrom"_L1].toObject();
    for (auto it = elevated.begin(); it != elevated.end(); ++it) {
        if (hasStar(*it))
            policy.elevatedForAll.append(printable(it.key().toUtf8(), 60));
    }
    readAgents(root.value("agents"_L1).toObject(), policy);
    readChannels(root.value("channels"_L1).toObject(), policy);
    const QJsonObject hooks = root.value("hooks"_L1).toObject();
    policy.hooksOn = hooks.value("enabled"_L1).toBool(false);
    policy.hooksToken = hooks.contains("token"_L1);
    return policy;
}

} // namespace Helmclaw
