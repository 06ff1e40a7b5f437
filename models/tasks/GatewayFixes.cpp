// SPDX-License-Identifier: MIT
#include "models/tasks/GatewayFixes.h"

#include "models/posture/CheckCatalogue.h"
#include "models/tasks/DetachedRun.h"
#include "models/tasks/FixSurvey.h"
#include "models/tasks/GatewayControl.h"
#include "ssh/CommandLine.h"

#include <QCoreApplication>
#include <QRegularExpression>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(GatewayFixes)
};

using Kind = TaskStep::Kind;
using FixSteps::expecting;
using FixSteps::lasting;

constexpr int longestRestart = 400; ///< seconds: its unit allows 330 for the stop
constexpr int longestStart = 300; ///< seconds until it answers; 7 to 20 on an idle machine

QString shellLine(const QStringList &argv)
{
    return QString::fromUtf8(CommandLine(argv.constFirst(), argv.mid(1)).toShell());
}

QString seeJournal(const GatewayControl &unit)
{
    return unit.ofUser ? Text::tr("See, as %1: journalctl --user -u %2").arg(unit.user, unit.name)
                       : Text::tr("See journalctl -u %1").arg(unit.name);
}

/// Waits for it; gives up at once where systemd has.
QString until(const QString &line, const GatewayControl &unit)
{
    return u"n=0; until %1; do n=$((n+1)); [ $n -lt %2 ] || exit 1; "
           "case $(%3) in failed) exit 1;; esac; sleep 1; done"_s.arg(line)
               .arg(longestStart)
               .arg(shellLine(unit.systemctl({ u"is-active"_s, unit.name })));
}

QList<TaskStep> answers(const GatewayControl &unit)
{
    const auto proof = [&unit](const QString &title, const QString &line) {
        return lasting(unit.step(Kind::Proof, title, { u"sh"_s, u"-c"_s, until(line, unit) }, seeJournal(unit)),
                       2 * longestStart);
    };
    return { proof(Text::tr("The gateway answers on port %1").arg(unit.port), unit.liveLine()),
             proof(Text::tr("It is ready"), unit.readyLine()) };
}

Result<FixPlan> restart(const FixContext &context)
{
    const auto unit = GatewayControl::of(context);
    if (!unit)
        return tl::unexpected(unit.error());
    TaskStep again =
        lasting(unit->step(Kind::Change,
                           Text::tr("Restart %1 of %2; what its agents are at has up to five and a half minutes to end")
                               .arg(unit->name, unit->user),
                           unit->systemctl({ u"restart"_s, unit->name }), seeJournal(*unit)),
                longestRestart);
    again.goesOn = true; // systemd has the job
    return FixPlan { QList<TaskStep> {
                         expecting(unit->step(Kind::Precondition, Text::tr("systemd knows the unit"),
                                              unit->systemctl({ u"show"_s, u"-p"_s, u"LoadState"_s, unit->name })),
                                   u"^LoadState=loaded$"_s),
                         again,
                         expecting(unit->step(Kind::Proof, Text::tr("The unit runs"),
                                              unit->systemctl({ u"is-active"_s, unit->name }), seeJournal(*unit)),
                                   u"^active$"_s) }
                         + answers(*unit),
                     {} };
}

Result<FixPlan> start(const FixContext &context)
{
    const auto unit = GatewayControl::of(context);
    if (!unit)
        return tl::unexpected(unit.error());
    FixPlan plan;
    // Without lingering a user's systemd ends with the user's last session, and with it the gateway.
    if (unit->ofUser && unit->asRoot)
        plan.steps += unit->step(Kind::Change, Text::tr("Let %1's services run without a login").arg(unit->user),
                                 { u"loginctl"_s, u"enable-linger"_s, unit->user });
    plan.steps +=
        unit->step(Kind::Change, Text::tr("Start %1 of %2, now and at every boot").arg(unit->name, unit->user),
                   unit->systemctl({ u"enable"_s, u"--now"_s, unit->name }), seeJournal(*unit));
    plan.steps += answers(*unit);
    return plan;
}

Result<FixPlan> closeState(const FixContext &context)
{
    const auto unit = GatewayControl::of(context);
    if (!unit)
        return tl::unexpected(unit.error());
    if (unit->stateMode.isEmpty())
        return failure(ErrorCode::FileNotFound, Text::tr("there is no %1").arg(unit->stateDir), {},
                       context.server.name);
    const bool hasConfig = !unit->configMode.isEmpty();
    if (unit->stateMode == "700"_L1 && (!hasConfig || unit->configMode == "600"_L1))
        return FixPlan { {}, Text::tr("%1 is closed to others already").arg(unit->stateDir) };
    QStringList both { unit->stateDir };
    QString expected = u"\\A700 \\S+\\n"_s;
    if (hasConfig) {
        both += unit->config;
        expected += u"600 \\S+\\n"_s;
    }
    const QStringList modes = unit->asUser(QStringList { u"stat"_s, u"-L"_s, u"-c"_s, u"%a %n"_s } + both);
    FixPlan plan;
    plan.steps = { unit->step(Kind::Precondition, Text::tr("As it is now, to take it back with chmod"), modes),
                   unit->step(Kind::Change,
                              Text::tr("Close %1 to others (it is %2)").arg(unit->stateDir, unit->stateMode),
                              unit->asUser({ u"chmod"_s, u"700"_s, unit->stateDir })) };
    if (hasConfig)
        plan.steps +=
            unit->step(Kind::Change, Text::tr("Close %1 to others (it is %2)").arg(unit->config, unit->configMode),
                       unit->asUser({ u"chmod"_s, u"600"_s, unit->config }));
    plan.steps +=
        expecting(unit->step(Kind::Proof, Text::tr("Only %1 gets in").arg(unit->user), modes), expected + u"\\z"_s);
    return plan;
}

QString hardening(const GatewayControl &unit)
{
    QString lines = u"# Made by Helmclaw: what the gateway does not need, it cannot do.\n[Service]\n"_s;
    // Without a user namespace a user's systemd passes over the next ones in silence (seen with 252).
    if (unit.ofUser)
        lines += "PrivateUsers=yes\n"_L1;
    lines += "NoNewPrivileges=yes\nPrivateTmp=yes\nProtectSystem=strict\nProtectHome=read-only\n"_L1;
    QStringList writable { unit.stateDir, u"-%1/.local"_s.arg(unit.home), u"-%1/.cache"_s.arg(unit.home) };
    if (!unit.config.startsWith(unit.stateDir + u'/'))
        writable += u'-' + unit.config;
    return lines + u"ReadWritePaths=%1\n"_s.arg(writable.join(u' '));
}

Result<FixPlan> harden(const FixContext &context)
{
    const auto unit = GatewayControl::of(context);
    if (!unit)
        return tl::unexpected(unit.error());
    if (!unit->active)
        return failure(ErrorCode::Unsupported,
                       Text::tr("the gateway does not run, so nobody could see whether it still does afterwards"),
                       Text::tr("Start it first."), context.server.name);
    const auto change = FixSurvey::change(context.survey, ("drop" + QByteArray::number(unit->number)).constData(),
                                          unit->dropIn(), hardening(*unit));
    if (!change)
        return tl::unexpected(change.error());
    FixPlan plan;
    plan.steps = FixSteps::replace(*change, u"true"_s, unit->keptIn());
    const QString file = CommandLine::quote(unit->dropIn());
    QStringList undo { u"rm"_s, u"-f"_s, unit->dropIn() };
    if (change->existed)
        undo = { u"cp"_s, u"-p"_s, unit->keptIn() + u"/helmclaw-hardening.conf"_s, unit->dropIn() };
    if (unit->ofUser) {
        for (TaskStep &step : plan.steps)
            step.argv = unit->asUser(step.argv);
        undo = unit->asUser(undo);
    }
    // OpenClaw turns to ~/.cache where it does not own /tmp, and cannot make it in a home that it cannot write.
    plan.steps += unit->step(Kind::Change, Text::tr("Make the folder that it falls back to for temporary files"),
                             unit->asUser({ u"mkdir"_s, u"-p"_s, u"-m"_s, u"700"_s, unit->home + u"/.cache"_s }));
    // A burst of failed starts keeps systemd from another, even of a good one.
    const QString again = shellLine(unit->systemctl({ u"daemon-reload"_s })) + u" && { "_s
        + shellLine(unit->systemctl({ u"reset-failed"_s, unit->name })) + u" || :; } && "_s
        + shellLine(unit->systemctl({ u"restart"_s, unit->name }));
    const QString wait =
        u"( n=0; until %1; do n=$((n+1)); [ $n -lt %2 ] || exit 1; [ \"$(%3)\" -lt 3 ] || exit 1; "
        "sleep 1; done )"_s.arg(unit->liveLine())
            .arg(longestStart)
            .arg(shellLine(unit->systemctl({ u"show"_s, u"-p"_s, u"NRestarts"_s, u"--value"_s, unit->name })));
    const QString lines = u"echo 'restarting %1'\nif %2 && %3; then exit 0; fi\n"
                          "echo 'it does not come back: taking the hardening back'\n%4\n%2 && %3\nexit 1"_s.arg(
                              unit->name, again, wait, shellLine(undo));
    plan.steps += DetachedRun::steps(
        Text::tr("Restart the gateway with it; if it does not answer then, the hardening is taken back and the gateway "
                 "restarted again"),
        u"helmclaw-harden-"_s + context.taskId.left(8), lines, 2 * (longestRestart + longestStart));
    const QString pid = shellLine(unit->systemctl({ u"show"_s, u"-p"_s, u"MainPID"_s, u"--value"_s, unit->name }));
    plan.steps += expecting(
        unit->step(Kind::Proof, Text::tr("The gateway's process is confined"),
                   { u"sh"_s, u"-c"_s,
                     u"p=$(%1) && grep NoNewPrivs \"/proc/$p/status\" && awk '$5 == \"/\" { print \"root\", $6 }' "
                     "\"/proc/$p/mountinfo\""_s.arg(pid) },
                   Text::tr("This systemd cannot confine the unit (systemd.exec(5))")),
        u"^NoNewPrivs:\\s+1\\n(.*\\n)*root ro(,|$)"_s);
    return plan;
}

Result<FixPlan> auditFix(const FixContext &context)
{
    const auto unit = GatewayControl::of(context);
    if (!unit)
        return tl::unexpected(unit.error());
    if (unit->program.isEmpty())
        return failure(ErrorCode::Unsupported, Text::tr("how the unit starts openclaw is not understood here"),
                       Text::tr("As %1: openclaw security audit --fix").arg(unit->user), context.server.name);
    const QStringList audit = unit->program + QStringList { u"security"_s, u"audit"_s };
    const QString remedy = Text::tr("What is left, its findings tell how to mend by hand");
    return FixPlan { { lasting(unit->step(Kind::Change,
                                          Text::tr("Let OpenClaw mend what its security audit can mend by itself"),
                                          unit->asUser(audit + QStringList { u"--fix"_s, u"--json"_s })),
                               300),
                       lasting(expecting(unit->step(Kind::Proof, Text::tr("The audit finds nothing critical"),
                                                    unit->asUser(audit + QStringList { u"--json"_s }), remedy),
                                         u"\"critical\"\\s*:\\s*0\\b"_s),
                               300) },
                     {} };
}

FixAction action(const QString &id, const QString &title, const QStringList &checkIds, FixAction::Rights rights)
{
    FixAction action;
    action.id = id;
    action.title = title;
    // Not every build has each check.
    for (const QString &checkId : checkIds) {
        if (!checkInfo(checkId).id.isEmpty())
            action.checkIds += checkId;
    }
    action.rights = rights;
    action.surveyed = true;
    return action;
}

} // namespace

QList<FixRule> GatewayFixes::rules()
{
    using Rights = FixAction::Rights;
    const char *const survey = GatewayControl::survey;
    return {
        { action(u"gateway.start"_s, Text::tr("Start the gateway"), { u"openclaw.running"_s }, Rights::GatewayUser),
          survey, start },
        { action(u"gateway.restart"_s, Text::tr("Restart the gateway"), { u"openclaw.health"_s }, Rights::GatewayUser),
          survey, restart },
        { action(u"gateway.close-state"_s, Text::tr("Close the gateway's state to others"), { u"openclaw.state-dir"_s },
                 Rights::GatewayUser),
          survey, closeState },
        { action(u"gateway.harden"_s, Text::tr("Harden the gateway's unit"),
                 { u"service.no-new-privileges"_s, u"service.private-tmp"_s, u"service.protect-system"_s,
                   u"service.protect-home"_s },
                 Rights::Root),
          survey, harden },
        { action(u"gateway.audit-fix"_s, Text::tr("Mend what OpenClaw's security audit can"), {}, Rights::GatewayUser),
          survey, auditFix },
    };
}

} // namespace Helmclaw
