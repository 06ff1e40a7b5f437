// SPDX-License-Identifier: MIT
#include "models/posture/ServiceChecks.h"

#include "models/posture/CheckDraft.h"
#include "models/posture/ServerFacts.h"

#include <QRegularExpression>

#include <algorithm>
#include <functional>
#include <optional>

namespace Helmclaw {

namespace {

/// What one unit is found to be.
struct Finding
{
    Verdict verdict = Verdict::Unknown;
    QString text;
};
using JudgeUnit = std::function<Finding(const ServiceUnit &unit)>;

QString nameOf(const ServiceUnit &unit)
{
    return unit.isUserUnit() ? ServiceChecks::tr("%1 of user %2").arg(unit.id(), unit.manager) : unit.id();
}

/// The drop-in that mission A6 documents, for the unit as it is.
QString remedyFor(const ServiceUnit &unit)
{
    // A real gateway needs ~/.cache in a user's sandbox: there /tmp is not root's, and it looks for another place.
    const QString lines = QStringLiteral("[Service] | NoNewPrivileges=yes | PrivateTmp=yes | ProtectSystem=strict | "
                                         "ProtectHome=read-only | ReadWritePaths=%1/.openclaw -%1/.local -%1/.cache");
    if (unit.isUserUnit()) {
        return ServiceChecks::tr(
                   "As that user, after mkdir -p ~/.cache, in ~/.config/systemd/user/%1.d/helmclaw.conf, a line each: "
                   "%2; then systemctl --user daemon-reload && systemctl --user restart %1. Without PrivateUsers=yes a "
                   "user's manager leaves the sandbox out and says nothing. See that the gateway answers afterwards")
            .arg(unit.id(), lines.arg(QStringLiteral("%h")) + QStringLiteral(" | PrivateUsers=yes"));
    }
    return ServiceChecks::tr("sudo systemctl edit %1, a line each: %2; then sudo systemctl restart %1, and "
                             "see that the gateway answers afterwards")
        .arg(unit.id(), lines.arg(QStringLiteral("/home/openclaw")));
}

CheckResult judgeUnits(const ServerFacts &facts, const QString &id, const QList<const char *> &properties,
                       const JudgeUnit &judgeUnit)
{
    const ServiceFacts &service = facts.service;
    CheckDraft draft(id);
    if (!facts.isLinux)
        return draft.evidence(QStringLiteral("uname"), facts.kernel).notApplicable(CheckDraft::notLinuxText(facts));
    if (!service.answered) {
        return draft.evidence(QStringLiteral("systemctl show"), ServiceChecks::tr("not understood"))
            .unknown(ServiceChecks::tr("systemd did not answer as expected"),
                     ServiceChecks::tr("Run systemctl show 'openclaw*.service' on the server and see what it says"));
    }
    if (!service.hasSystemd)
        return draft.evidence(QStringLiteral("command -v systemctl"), QStringLiteral("not found"))
            .notApplicable(ServiceChecks::tr("no systemd"));

    Finding worst { Verdict::NotApplicable, {} };
    QString remedy;
    for (const ServiceUnit &unit : service.units) {
        for (const char *property : properties) {
            draft.evidence(QStringLiteral("systemctl show %1").arg(nameOf(unit)),
                           QStringLiteral("%1=%2").arg(QLatin1StringView(property), unit.value(property)));
        }
        const Finding finding = judgeUnit(unit);
        draft.evidence(nameOf(unit), finding.text);
        if (finding.verdict > worst.verdict || worst.text.isEmpty()) {
            worst = { finding.verdict,
                      service.units.size() == 1 ? finding.text
                                                : QStringLiteral("%1: %2").arg(unit.id(), finding.text) };
            remedy = remedyFor(unit);
        }
    }
    for (const QString &group : service.running)
        draft.evidence(QStringLiteral("/proc/…/cgroup"), group);
    for (const QString &manager : service.notAsked)
        draft.evidence(QStringLiteral("systemctl --user"), ServiceChecks::tr("user %1 was not asked").arg(manager));
    if (service.units.isEmpty())
        draft.evidence(QStringLiteral("systemctl show"), ServiceChecks::tr("no unit openclaw*.service"));

    if (worst.verdict == Verdict::Fail)
        return draft.fail(worst.text, remedy);
    if (worst.verdict == Verdict::Warn)
        return draft.warn(worst.text, remedy);
    if (!service.notAsked.isEmpty() || (service.units.isEmpty() && !service.running.isEmpty())) {
        return draft.unknown(ServiceChecks::tr("a user's own units are root's or that user's to see"),
                             CheckDraft::sudoRemedy(facts, QStringLiteral("ALL")));
    }
    if (service.units.isEmpty()) {
        return draft.notApplicable(ServiceChecks::tr("no unit of systemd runs a gateway"));
    }
    if (worst.verdict == Verdict::Pass)
        return draft.pass(worst.text);
    return worst.verdict == Verdict::NotApplicable
        ? draft.notApplicable(worst.text)
        : draft.unknown(worst.text, CheckDraft::sudoRemedy(facts, QStringLiteral("ALL")));
}

QString inForce()
{
    return ServiceChecks::tr("configured, and in force");
}

/// Configured as it should be: is it true of the running process, too?
Finding provenBy(const ServiceUnit &unit, const std::optional<bool> &proof)
{
    if (!unit.hasProcess) {
        return unit.value("ActiveState") == u"active"
            ? Finding { Verdict::Unknown, ServiceChecks::tr("configured; the running process could not be looked at") }
            : Finding { Verdict::Pass, ServiceChecks::tr("configured; not running now") };
    }
    if (!proof)
        return { Verdict::Unknown, ServiceChecks::tr("configured; whether it is in force could not be read") };
    if (*proof)
        return { Verdict::Pass, inForce() };
    return { Verdict::Fail,
             unit.isUserUnit()
                 ? ServiceChecks::tr("configured, but not in force: not restarted since, or no PrivateUsers=yes")
                 : ServiceChecks::tr("configured, but not in force: not restarted since") };
}

Finding notSet(const char *property)
{
    return { Verdict::Fail, ServiceChecks::tr("%1 is not set").arg(QLatin1StringView(property)) };
}

} // namespace

CheckResult ServiceChecks::noNewPrivileges(const ServerFacts &facts)
{
    return judgeUnits(facts, QStringLiteral("service.no-new-privileges"), { "NoNewPrivileges" },
                      [](const ServiceUnit &unit) {
                          if (unit.hasProcess && unit.noNewPrivileges == true)
                              return Finding { Verdict::Pass, tr("in force") };
                          if (unit.value("NoNewPrivileges") == u"yes")
                              return provenBy(unit, unit.noNewPrivileges);
                          return notSet("NoNewPrivileges");
                      });
}

CheckResult ServiceChecks::privateTmp(const ServerFacts &facts)
{
    return judgeUnits(facts, QStringLiteral("service.private-tmp"), { "PrivateTmp" }, [](const ServiceUnit &unit) {
        const QString value = unit.value("PrivateTmp");
        if (value != u"yes" && value != u"disconnected")
            return notSet("PrivateTmp");
        std::optional<bool> proof;
        if (!unit.mounts.isEmpty()) {
            proof = std::any_of(unit.mounts.begin(), unit.mounts.end(), [&](const ServiceMount &mount) {
                return mount.point == u"/tmp"
                    && (mount.root.contains(u"/systemd-private-") || value == u"disconnected");
            });
        }
        return provenBy(unit, proof);
    });
}

CheckResult ServiceChecks::protectSystem(const ServerFacts &facts)
{
    return judgeUnits(facts, QStringLiteral("service.protect-system"), { "ProtectSystem", "ReadWritePaths" },
                      [](const ServiceUnit &unit) {
                          const QString value = unit.value("ProtectSystem");
                          if (value.isEmpty() || value == u"no")
                              return notSet("ProtectSystem");
                          std::optional<bool> proof;
                          if (!unit.mounts.isEmpty()) {
                              proof = unit.canWrite(QStringLiteral("/usr")) == false
                                  && (value == u"yes" || unit.canWrite(QStringLiteral("/etc")) == false)
                                  && (value != u"strict" || unit.canWrite(QStringLiteral("/var/lib")) == false);
                          }
                          const Finding finding = provenBy(unit, proof);
                          if (finding.verdict != Verdict::Pass || value == u"strict")
                              return finding;
                          return Finding { Verdict::Warn, tr("only %1, not strict").arg(value) };
                      });
}

CheckResult ServiceChecks::protectHome(const ServerFacts &facts)
{
    return judgeUnits(
        facts, QStringLiteral("service.protect-home"), { "ProtectHome", "ReadWritePaths" },
        [](const ServiceUnit &unit) {
            const QString value = unit.value("ProtectHome");
            const std::optional<bool> writable = unit.canWrite(QStringLiteral("/home"));
            const bool set = value == u"yes" || value == u"read-only" || value == u"tmpfs";
            if (!set && writable != false)
                return notSet("ProtectHome");
            // A tmpfs over the homes is writable, and empty.
            std::optional<bool> proof;
            if (writable)
                proof = !*writable || value == u"tmpfs";
            const Finding finding = provenBy(unit, proof);
            if (finding.verdict != Verdict::Pass)
                return finding;
            static const QRegularExpression wholeHome(QStringLiteral("\\A/home/[^/]+\\z"));
            const QStringList open = unit.writableBelow(QStringLiteral("/home")).filter(wholeHome);
            if (!open.isEmpty() && value != u"tmpfs")
                return Finding { Verdict::Warn, tr("but %1 may be written").arg(open.join(QStringLiteral(", "))) };
            return set ? finding : Finding { Verdict::Pass, tr("read-only by ProtectSystem=strict") };
        });
}

CheckResult ServiceChecks::exposure(const ServerFacts &facts)
{
    return judgeUnits(facts, QStringLiteral("service.exposure"), {}, [](const ServiceUnit &unit) {
        static const QRegularExpression score(QStringLiteral("\\A(1?[0-9]\\.[0-9]) [A-Z]+"));
        const QRegularExpressionMatch match = score.match(unit.exposure);
        if (!match.hasMatch())
            return Finding { Verdict::NotApplicable, tr("this systemd has no score") };
        if (match.captured(1).toDouble() >= unsafeExposure)
            return Finding { Verdict::Warn, tr("%1 of 10").arg(match.captured(0)) };
        return Finding { Verdict::Pass, tr("%1 of 10").arg(match.captured(0)) };
    });
}

} // namespace Helmclaw
