// SPDX-License-Identifier: MIT
#include "models/posture/OpenClawChecks.h"

#include "models/gateway/GatewayProbe.h"
#include "models/posture/OpenClawWords.h"
#include "models/posture/ServerFacts.h"
#include "ssh/CommandLine.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

using namespace OpenClawWords;

namespace {

using Checks = OpenClawChecks;

const GatewayService *serviceOf(const ServerFacts &facts, const GatewayInstance &instance)
{
    const auto &units = facts.openClaw.state.facts.units;
    const auto unit = std::find_if(units.begin(), units.end(), [&](const GatewayUnit &u) {
        return u.uid == instance.uid && u.name() == instance.unit && u.isSystemUnit == instance.isSystemUnit;
    });
    if (unit == units.end())
        return nullptr;
    const auto service = facts.openClaw.state.services.constFind(unit->file);
    return service == facts.openClaw.state.services.constEnd() ? nullptr : &*service;
}

QString groupOf(const ServerFacts &facts, int pid)
{
    for (const GatewayProcess &process : facts.openClaw.state.facts.processes) {
        if (process.pid == pid)
            return process.group;
    }
    return {};
}

CheckResult judgeStopped(const ServerFacts &facts, const GatewayInstance &instance, const GatewayService *service,
                         const CheckDraft &draft)
{
    const GatewayFacts &seen = facts.openClaw.state.facts;
    if (service && service->asked && service->activeState == "activating"_L1 && service->subState == "auto-restart"_L1)
        return draft.fail(Checks::tr("it ends again and again, and systemd starts it anew"),
                          Checks::tr("See why it ends: %1").arg(logs(instance)));
    if (service && service->asked && service->activeState == "failed"_L1)
        return draft.fail(Checks::tr("it has failed (%1)").arg(service->result),
                          Checks::tr("See why: %1; then: %2").arg(logs(instance), systemctl(instance, u"restart"_s)));
    if (instance.configHidden || (!seen.seesOthers && seen.uid != instance.uid && seen.uid != 0))
        return draft.unknown(Checks::tr("whether one runs is not to be seen without root"), seeMore(facts));
    return draft.fail(Checks::tr("not running"), Checks::tr("Start it: %1").arg(systemctl(instance, u"start"_s)));
}

CheckResult judgeRunning(const ServerFacts &facts, const OpenClawGateway &gateway, CheckDraft &draft)
{
    const GatewayInstance &instance = gateway.instance;
    const GatewayService *service = serviceOf(facts, instance);
    if (instance.pid != 0)
        draft.evidence(
            u"process %1: openclaw-gateway, user %2, service %3"_s.arg(instance.pid)
                .arg(instance.user, groupOf(facts, instance.pid).isEmpty() ? u"-"_s : groupOf(facts, instance.pid)));
    else
        draft.evidence(u"process: no gateway of user %1"_s.arg(instance.user));
    if (service)
        draft.evidence(u"systemctl show"_s, u"%1: %2"_s.arg(instance.unit, service->text()));
    if (instance.pid == 0)
        return judgeStopped(facts, instance, service, draft);

    constexpr int ManyRestarts = 3;
    constexpr qint64 Lately = 900; // seconds
    if (service && service->restarts.value_or(0) >= ManyRestarts && service->startedAgo.value_or(Lately) < Lately)
        return draft.fail(Checks::tr("it ends again and again: %1 restarts, the last one %2 s ago")
                              .arg(*service->restarts)
                              .arg(*service->startedAgo),
                          Checks::tr("See why it ends: %1").arg(logs(instance)));
    if (facts.openClaw.state.facts.uid != 0 && (!service || !service->asked))
        return draft.unknown(Checks::tr("it runs; whether it also starts at boot is not to be seen without root"),
                             seeMore(facts));
    if (!service)
        return draft.warn(Checks::tr("it runs, but nothing starts it after a boot or when it ends"),
                          Checks::tr("As user %1: openclaw gateway install").arg(instance.user));
    if (!service->asked)
        return draft.unknown(Checks::tr("it runs; its systemd does not answer"), seeMore(facts));
    if (service->activeState != "active"_L1)
        return draft.warn(Checks::tr("it runs, but not as its service"),
                          Checks::tr("Somebody has started it by hand. End that one, then: %1")
                              .arg(systemctl(instance, u"restart"_s)));
    if (!service->unitFileState.startsWith("enabled"_L1))
        return draft.warn(Checks::tr("it runs, but does not start at boot"), systemctl(instance, u"enable"_s));
    const auto lingers = facts.openClaw.state.lingering.constFind(instance.uid);
    if (!instance.isSystemUnit && lingers != facts.openClaw.state.lingering.constEnd()) {
        draft.evidence(u"/var/lib/systemd/linger/%1: %2"_s.arg(instance.user, *lingers ? u"there"_s : u"not there"_s));
        if (!*lingers)
            return draft.warn(Checks::tr("it runs, but only until its user logs out"),
                              u"sudo loginctl enable-linger "_s + CommandLine::quote(instance.user));
    }
    return draft.pass(Checks::tr("running, and starts at boot"));
}

CheckResult judgeAnswers(const OpenClawGateway &gateway, const GatewayHealth &health, CheckDraft &draft)
{
    const GatewayInstance &instance = gateway.instance;
    draft.evidence(u"GET /healthz"_s,
                   health.health ? u"%1 %2 %3"_s.arg(health.health->status)
                                       .arg(printable(health.health->contentType, 80),
                                            printable(health.health->body.left(200), 200))
                                 : u"no answer"_s);
    if (!health.health) {
        if (gateway.policy && gateway.policy->tls)
            return draft.unknown(Checks::tr("it speaks HTTPS, which the probe does not"),
                                 Checks::tr("Behind an SSH tunnel it needs no TLS of its own"));
        return draft.fail(Checks::tr("it listens, but does not answer"),
                          Checks::tr("See what it does: %1; or restart it: %2")
                              .arg(logs(instance), systemctl(instance, u"restart"_s)));
    }
    if (!GatewayProbe::isHealthAnswer(*health.health)) {
        if (health.health->contentType == "text/html")
            return draft.unknown(Checks::tr("it answers with a page, which says nothing of its health"),
                                 Checks::tr("OpenClaw before 2026.3 answers every path so. Update it"));
        return draft.fail(Checks::tr("it answers, but not that it is well"),
                          Checks::tr("See what it does: %1").arg(logs(instance)));
    }
    // The rest of it are figures, new ones at each time.
    const QJsonObject ready = health.ready ? QJsonDocument::fromJson(health.ready->body).object() : QJsonObject();
    const QByteArray failing = QJsonDocument(ready.value("failing"_L1).toArray()).toJson(QJsonDocument::Compact);
    draft.evidence(u"GET /readyz"_s,
                   health.ready
                       ? u"%1 ready: %2, failing: %3"_s.arg(health.ready->status)
                             .arg(ready.value("ready"_L1).toBool() ? u"true"_s : u"false"_s, printable(failing, 200))
                       : u"no answer"_s);
    if (ready.value("ready"_L1).isBool() && !ready.value("ready"_L1).toBool())
        return draft.warn(Checks::tr("it lives, but is not ready"),
                          Checks::tr("It may be starting. If it stays so, see what it says: %1").arg(logs(instance)));
    if (!ready.value("ready"_L1).toBool())
        return draft.unknown(Checks::tr("it lives; whether it is ready is not to be understood"),
                             Checks::tr("Ask it on the server: curl -s http://127.0.0.1:PORT/readyz"));
    return draft.pass(Checks::tr("it lives and is ready"));
}

CheckResult judgeHealth(const ServerFacts &facts, const OpenClawGateway &gateway, CheckDraft &draft)
{
    const GatewayInstance &instance = gateway.instance;
    if (instance.pid == 0) {
        draft.evidence(u"process: no gateway of user %1"_s.arg(instance.user));
        return instance.running || instance.configHidden
            ? draft.unknown(Checks::tr("whether one runs is not to be seen without root"), seeMore(facts))
            : draft.notApplicable(Checks::tr("not running"));
    }
    QList<quint16> ports;
    for (const GatewayListener &listener : listenersOf(facts, gateway)) {
        draft.evidence(u"listens"_s, addressText(listener));
        if (!ports.contains(listener.port))
            ports.append(listener.port);
    }
    const GatewayFacts &seen = facts.openClaw.state.facts;
    if (ports.isEmpty()) {
        draft.evidence(u"listens: nothing on its port"_s);
        if (seen.listenersComplete && (seen.uid == 0 || seen.uid == instance.uid))
            return draft.fail(Checks::tr("it runs, but does not listen"),
                              Checks::tr("It may be starting. If it stays so: %1").arg(logs(instance)));
        return draft.unknown(Checks::tr("which port is its own is not to be seen"), seeMore(facts));
    }
    std::sort(ports.begin(), ports.end());
    // Old versions have further ports after the gateway's own.
    for (const quint16 port : std::as_const(ports)) {
        const auto health = facts.openClaw.state.health.constFind(port);
        if (health != facts.openClaw.state.health.constEnd())
            return judgeAnswers(gateway, *health, draft);
    }
    return draft.unknown(Checks::tr("it could not be asked on the server"),
                         Checks::tr("The probe asks with bash and timeout; install bash and coreutils"));
}

} // namespace

CheckResult OpenClawChecks::overGateways(const ServerFacts &facts, const QString &checkId, GatewayJudge judge)
{
    CheckDraft draft(checkId);
    if (!facts.isLinux)
        return draft.evidence(u"uname"_s, facts.kernel).notApplicable(CheckDraft::notLinuxText(facts));
    const OpenClawFacts &openClaw = facts.openClaw;
    if (!openClaw.asked)
        return draft.evidence(u"gateway-discover.sh"_s, openClaw.problem)
            .unknown(tr("OpenClaw was not looked for: %1").arg(openClaw.problem),
                     tr("Refresh again; the server needs /proc and a POSIX shell as sh"));
    if (openClaw.gateways.isEmpty()) {
        const GatewayFacts &seen = openClaw.state.facts;
        draft.evidence(u"processes, units, home folders: no gateway (seen by user %1)"_s.arg(seen.user));
        if (openClaw.inContainer)
            return draft.unknown(tr("a gateway runs in a container, where the probe does not look"),
                                 tr("Look at it there; its published ports are those of the container"));
        if (!seen.seesOthers && seen.uid != 0)
            return draft.unknown(tr("other users' processes are hidden"), seeMore(facts));
        return draft.notApplicable(seen.versions.isEmpty() ? tr("no OpenClaw on this server")
                                                           : tr("OpenClaw is installed, but no gateway is set up"));
    }
    std::optional<CheckResult> worst;
    QStringList evidence;
    for (const OpenClawGateway &gateway : openClaw.gateways) {
        CheckDraft its(checkId);
        if (openClaw.gateways.size() > 1)
            its.evidence(gateway.instance.description());
        CheckResult result = judge(facts, gateway, its);
        if (openClaw.gateways.size() > 1)
            result.summary = tr("%1: %2").arg(gateway.instance.description(), result.summary);
        evidence += result.evidence;
        if (!worst || result.verdict > worst->verdict)
            worst = result;
    }
    worst->evidence = evidence;
    return *worst;
}

CheckResult OpenClawChecks::running(const ServerFacts &facts)
{
    return overGateways(facts, u"openclaw.running"_s, judgeRunning);
}

CheckResult OpenClawChecks::health(const ServerFacts &facts)
{
    return overGateways(facts, u"openclaw.health"_s, judgeHealth);
}

} // namespace Helmclaw
