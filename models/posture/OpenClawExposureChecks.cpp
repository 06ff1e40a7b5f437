// SPDX-License-Identifier: MIT
#include "models/posture/OpenClawChecks.h"
#include "models/posture/OpenClawWords.h"
#include "models/posture/ServerFacts.h"
#include "ssh/CommandLine.h"

#include <QHostAddress>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

using namespace OpenClawWords;

namespace {

using Checks = OpenClawChecks;

CheckResult judgeBind(const ServerFacts &facts, const OpenClawGateway &gateway, CheckDraft &draft)
{
    const GatewayInstance &instance = gateway.instance;
    const GatewayFacts &seen = facts.openClaw.state.facts;
    if (gateway.policy)
        draft.evidence(u"openclaw.json"_s,
                       u"gateway.bind: "_s + (gateway.policy->bind.isEmpty() ? u"not set"_s : gateway.policy->bind));
    if (instance.pid == 0) {
        draft.evidence(u"process: no gateway of user %1"_s.arg(instance.user));
        return instance.running || instance.configHidden
            ? draft.unknown(Checks::tr("whether one runs is not to be seen without root"), seeMore(facts))
            : draft.notApplicable(Checks::tr("not running"));
    }
    const QList<GatewayListener> listeners = listenersOf(facts, gateway);
    QStringList open;
    bool onlyTailnet = true;
    for (const GatewayListener &listener : listeners) {
        draft.evidence(u"/proc/net/tcp"_s, addressText(listener));
        if (listener.isLoopback())
            continue;
        open.append(addressText(listener));
        const QHostAddress address(listener.address);
        onlyTailnet = onlyTailnet
            && (address.isInSubnet(QHostAddress(u"100.64.0.0"_s), 10)
                || address.isInSubnet(QHostAddress(u"fd7a:115c:a1e0::"_s), 48));
    }
    if (open.isEmpty() && (listeners.isEmpty() || !seen.listenersComplete)) {
        draft.evidence(u"/proc/net/tcp: %1"_s.arg(listeners.isEmpty() ? u"nothing on its port"_s
                                                                      : u"not every line was understood"_s));
        return draft.unknown(Checks::tr("which sockets are its own is not to be seen"), seeMore(facts));
    }
    const QString remedy = Checks::tr("Set gateway.bind to \"loopback\" in %1 and restart the gateway; reach it by an "
                                      "SSH tunnel, or by Tailscale Serve")
                               .arg(instance.configPath);
    if (open.isEmpty())
        return draft.pass(Checks::tr("on the loopback address only"));
    if (onlyTailnet)
        return draft.warn(Checks::tr("open to the whole tailnet: %1").arg(open.join(u", "_s)), remedy);
    return draft.fail(Checks::tr("not on the loopback address only: %1").arg(open.join(u", "_s)), remedy);
}

/// A file in the state folder whose modes let others in, as far as the folder itself does not keep them out.
struct OpenFile
{
    bool harmful = false;
    QString text;
    QString remedy;
};

std::optional<OpenFile> judgeFile(const GatewayFile &file, uint owner, bool folderIsClosed)
{
    const QString right = file.isFolder ? u"700"_s : u"600"_s;
    const QString chmod = CommandLine(u"chmod"_s, { right, file.path }).toDisplay();
    const QString name = file.path.section(u'/', -1);
    if (file.isLink)
        return OpenFile { false, Checks::tr("%1 is a symbolic link").arg(name),
                          Checks::tr("Put the real one there: %1").arg(file.path) };
    if (file.uid != owner)
        return OpenFile { file.uid != 0, Checks::tr("%1 belongs to user %2").arg(name).arg(file.uid),
                          u"sudo "_s + CommandLine(u"chown"_s, { u"%1:"_s.arg(owner), file.path }).toDisplay() };
    if (file.isOpenToWrite())
        return OpenFile { !folderIsClosed, Checks::tr("%1 can be changed by others (%2)").arg(name, file.mode()),
                          chmod };
    // What is in a folder is protected by its own modes.
    if (file.isOpenToRead())
        return OpenFile { !folderIsClosed && !file.isFolder,
                          Checks::tr("%1 can be read by others (%2)").arg(name, file.mode()), chmod };
    return std::nullopt;
}

CheckResult judgeStateDir(const ServerFacts &facts, const OpenClawGateway &gateway, CheckDraft &draft)
{
    const GatewayInstance &instance = gateway.instance;
    const GatewayState &state = facts.openClaw.state;
    const QString folder = gateway.stateDir();
    const GatewayFile *its = folder.isEmpty() ? nullptr : state.file(folder);
    if (!its || !state.filesRead) {
        draft.evidence(u"stat %1"_s.arg(folder.isEmpty() ? u"~/.openclaw"_s : folder), u"not to be seen"_s);
        return draft.unknown(Checks::tr("the state folder is not to be seen"), seeMore(facts));
    }
    const bool closed = its->isFolder && its->uid == instance.uid && !its->isOpenToRead() && !its->isOpenToWrite();
    QStringList problems;
    QStringList remedies;
    bool harmful = false;
    for (const GatewayFile &file : state.files) {
        if (file.path != folder && !file.path.startsWith(folder + u'/'))
            continue;
        draft.evidence(u"stat"_s, u"%1 %2 %3"_s.arg(file.mode(), state.facts.userName(file.uid), file.path));
        if (const std::optional<OpenFile> open = judgeFile(file, instance.uid, closed && file.path != folder)) {
            problems.append(open->text);
            remedies.append(open->remedy);
            harmful = harmful || open->harmful;
        }
    }
    if (!problems.isEmpty()) {
        const QString summary = problems.join(u"; "_s);
        const QString remedy = Checks::tr("As user %1: %2").arg(instance.user, remedies.join(u"; "_s));
        return harmful ? draft.fail(summary, remedy) : draft.warn(summary, remedy);
    }
    return draft.pass(Checks::tr("for user %1 alone").arg(instance.user));
}

} // namespace

CheckResult OpenClawChecks::bind(const ServerFacts &facts)
{
    return overGateways(facts, u"openclaw.bind"_s, judgeBind);
}

CheckResult OpenClawChecks::stateDir(const ServerFacts &facts)
{
    return overGateways(facts, u"openclaw.state-dir"_s, judgeStateDir);
}

} // namespace Helmclaw
