// SPDX-License-Identifier: MIT
#include "models/tasks/UpdateFixes.h"

#include "models/tasks/DetachedRun.h"
#include "models/tasks/FixSurvey.h"

#include <QCoreApplication>
#include <QRegularExpression>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(UpdateFixes)
};

using Kind = TaskStep::Kind;
using FixSteps::expecting;
using FixSteps::shell;
using FixSteps::step;

constexpr int longestUpgrade = 2 * 60 * 60; ///< seconds that are waited for it; it goes on after that

const QString aptTest = u"apt-config dump >/dev/null"_s;
const QString periodicFile = u"/etc/apt/apt.conf.d/20auto-upgrades"_s;
const QString originsFile = u"/etc/apt/apt.conf.d/52helmclaw-origins"_s;

const char *const periodicSurvey = R"(
file periodic /etc/apt/apt.conf.d/20auto-upgrades
)";

TaskStep installed()
{
    return shell(Kind::Precondition, Text::tr("unattended-upgrades is installed"), u"command -v unattended-upgrade"_s,
                 Text::tr("Install it: sudo apt install unattended-upgrades"));
}

Result<FixPlan> enable(const FixContext &context)
{
    auto change = FixSurvey::change(context.survey, "periodic", periodicFile, {});
    if (!change)
        return tl::unexpected(change.error());
    // Its other settings stay; apt takes the last word.
    static const QRegularExpression ours(u"^\\s*APT::Periodic::(Update-Package-Lists|Unattended-Upgrade)\\s"_s);
    QStringList lines = change->before.split(u'\n');
    lines.removeIf([](const QString &line) { return line.contains(ours); });
    while (!lines.isEmpty() && lines.constLast().isEmpty())
        lines.removeLast();
    lines += { u"APT::Periodic::Update-Package-Lists \"1\";"_s, u"APT::Periodic::Unattended-Upgrade \"1\";"_s, {} };
    change->after = lines.join(u'\n');
    FixPlan plan { { installed() }, {} };
    plan.steps += FixSteps::replace(*change, aptTest);
    plan.steps += {
        step(Kind::Change, Text::tr("Start apt's timers, now and at every boot"),
             { u"systemctl"_s, u"enable"_s, u"--now"_s, u"apt-daily.timer"_s, u"apt-daily-upgrade.timer"_s },
             Text::tr("If they are masked: sudo systemctl unmask apt-daily.timer apt-daily-upgrade.timer")),
        shell(Kind::Proof, Text::tr("apt takes it as it was meant"),
              u"c=$(apt-config dump APT::Periodic) && echo \"$c\" && case $c in *'Enable \"0\"'*) exit 1;; "
              "*'Unattended-Upgrade \"1\"'*) ;; *) exit 1;; esac"_s,
              Text::tr("Another file in /etc/apt/apt.conf.d contradicts it: grep -r APT::Periodic /etc/apt")),
        step(Kind::Proof, Text::tr("The timers run"),
             { u"systemctl"_s, u"is-active"_s, u"apt-daily.timer"_s, u"apt-daily-upgrade.timer"_s }),
    };
    return plan;
}

const char *const originsSurvey = R"(
run distribution sh -c '. /etc/os-release; echo "$ID"'
file origins /etc/apt/apt.conf.d/52helmclaw-origins
)";

/// The setting that covers the security archive of this distribution.
Result<QList<TaskStep>> coverSteps(const FixContext &context)
{
    const QString id = FixSurvey::text(context.survey, "distribution");
    QString key;
    QString value;
    if (id == "debian"_L1) {
        key = u"Unattended-Upgrade::Origins-Pattern"_s;
        value = u"origin=Debian,codename=${distro_codename}-security,label=Debian-Security"_s;
    } else if (id == "ubuntu"_L1) {
        key = u"Unattended-Upgrade::Allowed-Origins"_s;
        value = u"${distro_id}:${distro_codename}-security"_s;
    } else {
        return failure(ErrorCode::Unsupported,
                       Text::tr("the security archive of \"%1\" is not known here").arg(id.left(40)),
                       Text::tr("Name it in /etc/apt/apt.conf.d/50unattended-upgrades by hand."), context.server.name);
    }
    const auto change = FixSurvey::change(
        context.survey, "origins", originsFile,
        u"// Made by Helmclaw: automatic updates cover the security archive.\n%1 {\n    \"%2\";\n};\n"_s.arg(key,
                                                                                                             value));
    if (!change)
        return tl::unexpected(change.error());
    QList<TaskStep> steps = FixSteps::replace(*change, aptTest);
    steps +=
        expecting(step(Kind::Proof, Text::tr("apt takes it as it was meant"),
                       { u"apt-config"_s, u"dump"_s, u"Unattended-Upgrade"_s },
                       Text::tr("A later file in /etc/apt/apt.conf.d clears it: grep -r Unattended-Upgrade /etc/apt")),
                  u"^%1:: \"%2\";$"_s.arg(key, QRegularExpression::escape(value)));
    return steps;
}

Result<FixPlan> cover(const FixContext &context)
{
    auto steps = coverSteps(context);
    if (!steps)
        return tl::unexpected(steps.error());
    return FixPlan { QList<TaskStep> { installed() } + *steps, {} };
}

/// Nothing is asked: changed configuration files stay, and which services to restart is left to their admin.
QString quietly(const QString &lines)
{
    return u"export DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=l APT_LISTCHANGES_FRONTEND=none "
           u"UCF_FORCE_CONFFOLD=1 "
           "LC_ALL=C.UTF-8\n"_s
        + lines;
}

Result<FixPlan> install(const FixContext &context)
{
    FixPlan plan { { installed() }, {} };
    // Without it the upgrade would say that all is well, and install nothing.
    const CheckResult *covered = context.posture.find(u"updates.origins"_s);
    if (covered == nullptr || covered->verdict != Verdict::Pass) {
        auto steps = coverSteps(context);
        if (!steps)
            return tl::unexpected(steps.error());
        plan.steps += *steps;
    }
    plan.steps += DetachedRun::steps(
        Text::tr("Install the security updates"), u"helmclaw-upgrade-"_s + context.taskId.left(8),
        quietly(u"export APT_CONFIG=$(mktemp)\n"
                "echo 'Dpkg::Options { \"--force-confdef\"; \"--force-confold\"; };' >\"$APT_CONFIG\"\n"
                "apt-get -q update || echo 'not every package list could be fetched: going by those that are there'\n"
                "unattended-upgrade -v; status=$?\n"
                "rm -f \"$APT_CONFIG\"; exit $status"_s),
        longestUpgrade);
    return plan;
}

Result<FixPlan> repair(const FixContext &context)
{
    FixPlan plan;
    plan.steps =
        DetachedRun::steps(Text::tr("Finish what is half installed"), u"helmclaw-repair-"_s + context.taskId.left(8),
                           quietly(u"dpkg --force-confdef --force-confold --configure -a &&\n"
                                   "apt-get -q -y -o DPkg::Lock::Timeout=600 -o Dpkg::Options::=--force-confdef "
                                   "-o Dpkg::Options::=--force-confold --no-remove -f install"_s),
                           longestUpgrade);
    plan.steps +=
        shell(Kind::Proof, Text::tr("dpkg finds nothing wrong"), u"a=$(dpkg --audit) && echo \"$a\" && [ -z \"$a\" ]"_s,
              Text::tr("See what it says: sudo dpkg --audit"));
    return plan;
}

FixAction action(const QString &id, const QString &title, const QString &checkId, bool surveyed)
{
    FixAction action;
    action.id = id;
    action.title = title;
    action.checkIds = { checkId };
    action.surveyed = surveyed;
    return action;
}

} // namespace

QList<FixRule> UpdateFixes::rules()
{
    return {
        { action(u"updates.enable"_s, Text::tr("Switch automatic updates on"), u"updates.unattended"_s, true),
          periodicSurvey, enable },
        { action(u"updates.cover-security"_s, Text::tr("Let automatic updates cover the security archive"),
                 u"updates.origins"_s, true),
          originsSurvey, cover },
        { action(u"updates.install-security"_s, Text::tr("Install security updates"), u"updates.security"_s, true),
          originsSurvey, install },
        { action(u"updates.repair-packages"_s, Text::tr("Finish half installed packages"), u"updates.packages"_s,
                 false),
          nullptr, repair },
    };
}

} // namespace Helmclaw
