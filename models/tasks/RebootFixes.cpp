// SPDX-License-Identifier: MIT
#include "models/tasks/RebootFixes.h"

#include "models/tasks/FixSurvey.h"

#include <QCoreApplication>
#include <QRegularExpression>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(RebootFixes)
};

using Kind = TaskStep::Kind;
using FixSteps::expecting;
using FixSteps::shell;
using FixSteps::step;

constexpr int longestAbsence = 15 * 60; ///< seconds until a server that restarts should be back; real hardware is slow
const QString bootIdFile = u"/proc/sys/kernel/random/boot_id"_s;

const char *const survey = R"(
run systemd test -d /run/systemd/system
run boot cat /proc/sys/kernel/random/boot_id
run clock date '+%H:%M %Z'
run scheduled cat /run/systemd/shutdown/scheduled
)";

tl::unexpected<Error> withoutSystemd(const FixContext &context)
{
    return failure(ErrorCode::Unsupported, Text::tr("it is not systemd that runs this server"),
                   Text::tr("Restart it by hand."), context.server.name);
}

bool hasSystemd(const FixContext &context)
{
    const ProbeSection *section = context.survey.find("systemd");
    return section != nullptr && section->succeeded();
}

Result<FixPlan> now(const FixContext &context)
{
    if (!hasSystemd(context))
        return withoutSystemd(context);
    const QString boot = FixSurvey::text(context.survey, "boot");
    static const QRegularExpression id(u"^[0-9a-f-]{36}$"_s);
    if (!id.match(boot).hasMatch())
        return failure(ErrorCode::BadServerData,
                       Text::tr("the server does not tell its boot id, so nobody could see that it has restarted"),
                       Text::tr("Restart it by hand."), context.server.name);
    TaskStep same = expecting(step(Kind::Precondition, Text::tr("It has not been restarted since"),
                                   { u"cat"_s, bootIdFile }, Text::tr("It has been restarted already.")),
                              u"^%1$"_s.arg(boot));
    same.asRoot = false;
    // Two seconds later, so that how this command ends is still seen.
    const TaskStep restart = step(Kind::Change, Text::tr("Restart the server"),
                                  { u"systemd-run"_s, u"--quiet"_s, u"--collect"_s,
                                    u"--unit=helmclaw-reboot-%1"_s.arg(context.taskId.left(8)), u"--on-active=2"_s,
                                    u"--timer-property=AccuracySec=100ms"_s, u"systemctl"_s, u"reboot"_s });
    TaskStep back = FixSteps::lasting(
        expecting(step(Kind::Return, Text::tr("It comes back, with another boot id"), { u"cat"_s, bootIdFile }),
                  u"^(?!%1$)[0-9a-f-]{36}$"_s.arg(boot)),
        longestAbsence);
    back.asRoot = false;
    back.goesOn = true;
    TaskStep booted =
        FixSteps::lasting(shell(Kind::Proof, Text::tr("It has started up"),
                                u"s=$(systemctl is-system-running --wait); echo \"$s\"; case $s in running) ;; "
                                "degraded) systemctl --no-pager --failed;; *) exit 1;; esac"_s,
                                Text::tr("See systemctl --failed on the server")),
                          300);
    return FixPlan { { same, restart, back, booted }, {} };
}

Result<FixPlan> later(const FixContext &context)
{
    if (!hasSystemd(context))
        return withoutSystemd(context);
    const QString when = context.values.value(u"when"_s);
    const QString clock = FixSurvey::text(context.survey, "clock");
    const QString title = when.startsWith(u'+')
        ? Text::tr("Restart in %1 minutes (the server's clock says %2)").arg(when.mid(1), clock)
        : Text::tr("Restart at %1 by the server's clock, which says %2").arg(when, clock);
    return FixPlan { { step(Kind::Change, title,
                            { u"shutdown"_s, u"-r"_s, when, u"restart asked for from Helmclaw"_s }),
                       expecting(step(Kind::Proof, Text::tr("The restart is planned"),
                                      { u"cat"_s, u"/run/systemd/shutdown/scheduled"_s }),
                                 u"^MODE=reboot$"_s) },
                     {} };
}

Result<FixPlan> notAtAll(const FixContext &context)
{
    if (!hasSystemd(context))
        return withoutSystemd(context);
    if (FixSurvey::text(context.survey, "scheduled").isEmpty())
        return FixPlan { {}, Text::tr("no restart is planned") };
    return FixPlan { { step(Kind::Change, Text::tr("Take the planned restart back"), { u"shutdown"_s, u"-c"_s }),
                       shell(Kind::Proof, Text::tr("No restart is planned"),
                             u"[ ! -e /run/systemd/shutdown/scheduled ]"_s) },
                     {} };
}

} // namespace

QList<FixRule> RebootFixes::rules()
{
    FixAction reboot;
    reboot.id = u"server.reboot"_s;
    reboot.title = Text::tr("Restart the server");
    reboot.checkIds = { u"updates.reboot"_s };
    reboot.surveyed = true;
    FixAction planned = reboot;
    planned.id = u"server.reboot-later"_s;
    planned.title = Text::tr("Restart the server later");
    planned.provenByCheck = false;
    planned.parameters = { { u"when"_s, FixParameter::Type::Moment, Text::tr("When") } };
    FixAction cancelled = reboot;
    cancelled.id = u"server.cancel-reboot"_s;
    cancelled.title = Text::tr("Take a planned restart back");
    cancelled.checkIds.clear();
    return { { reboot, survey, now }, { planned, survey, later }, { cancelled, survey, notAtAll } };
}

} // namespace Helmclaw
