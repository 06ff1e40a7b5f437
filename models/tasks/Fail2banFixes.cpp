// SPDX-License-Identifier: MIT
#include "models/tasks/Fail2banFixes.h"

#include "models/posture/Fail2banChecks.h"
#include "models/tasks/FixSurvey.h"

#include <QCoreApplication>
#include <QHostAddress>
#include <QRegularExpression>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Fail2banFixes)
};

using Kind = TaskStep::Kind;
using FixSteps::expecting;
using FixSteps::shell;
using FixSteps::step;

const QString client = u"fail2ban-client"_s;

QString seeJournal()
{
    return Text::tr("See journalctl -u fail2ban on the server");
}

/// @p lines again and again, a second apart: after a start or a reload its socket and its jails need a moment.
QString until(const QString &lines)
{
    return u"n=0; until %1; do n=$((n+1)); [ $n -lt 20 ] || exit 1; sleep 1; done"_s.arg(lines);
}

Result<void> answers(const FixContext &context)
{
    if (FixSurvey::text(context.survey, "ping").contains("pong"_L1))
        return {};
    return failure(ErrorCode::Unsupported, Text::tr("fail2ban does not answer, so nothing can be set in it"),
                   Text::tr("Start it first: helmclawctl fix fail2ban.active"), context.server.name);
}

QList<TaskStep> settled(const FileChange &change)
{
    QList<TaskStep> steps = FixSteps::replace(change, client + u" -t"_s);
    steps += step(Kind::Change, Text::tr("Let fail2ban read its files anew; bans stay"), { client, u"reload"_s },
                  seeJournal());
    return steps;
}

Result<FixPlan> start(const FixContext &)
{
    return FixPlan { { shell(Kind::Precondition, Text::tr("fail2ban is installed"), u"command -v fail2ban-client"_s,
                             Text::tr("Install it: sudo apt install fail2ban")),
                       step(Kind::Change, Text::tr("Start fail2ban, now and at every boot"),
                            { u"systemctl"_s, u"enable"_s, u"--now"_s, u"fail2ban.service"_s }, seeJournal()),
                       expecting(
                           shell(Kind::Proof, Text::tr("fail2ban answers"), until(client + u" ping"_s), seeJournal()),
                           u"pong"_s) },
                     {} };
}

const char *const sshdSurvey = R"(
run ping fail2ban-client ping
run log test -e /var/log/auth.log
file settings /etc/fail2ban/jail.d/helmclaw-sshd.local
)";

Result<FixPlan> watchSsh(const FixContext &context)
{
    if (auto ready = answers(context); !ready)
        return tl::unexpected(ready.error());
    QString content = u"# Made by Helmclaw: SSH is watched.\n[sshd]\nenabled = true\n"_s;
    // Debian 12 and later write no such file unless rsyslog is there; a jail without its log keeps fail2ban from
    // starting.
    if (!context.survey.find("log") || !context.survey.find("log")->succeeded())
        content += "backend = systemd\n"_L1;
    const auto change =
        FixSurvey::change(context.survey, "settings", u"/etc/fail2ban/jail.d/helmclaw-sshd.local"_s, content);
    if (!change)
        return tl::unexpected(change.error());
    FixPlan plan { settled(*change), {} };
    plan.steps +=
        expecting(shell(Kind::Proof, Text::tr("The jail runs"), until(client + u" status sshd"_s), seeJournal()),
                  u"Status for the jail: sshd"_s);
    return plan;
}

const char *const limitsSurvey = R"(
run ping fail2ban-client ping
run maxretry fail2ban-client get sshd maxretry
run findtime fail2ban-client get sshd findtime
run bantime fail2ban-client get sshd bantime
file settings /etc/fail2ban/jail.d/helmclaw-limits.local
)";

Result<FixPlan> tighten(const FixContext &context)
{
    if (auto ready = answers(context); !ready)
        return tl::unexpected(ready.error());
    bool known[3];
    const qint64 retries = FixSurvey::text(context.survey, "maxretry").toLongLong(&known[0]);
    const qint64 within = FixSurvey::text(context.survey, "findtime").toLongLong(&known[1]);
    const qint64 ban = FixSurvey::text(context.survey, "bantime").toLongLong(&known[2]);
    if (!known[0] || !known[1] || !known[2])
        return failure(ErrorCode::BadServerData, Text::tr("fail2ban does not tell the limits of its sshd jail"),
                       Text::tr("See what it says: sudo fail2ban-client get sshd maxretry"), context.server.name);
    // What is stricter already stays; a negative bantime is for ever.
    const qint64 wanted[] = { std::min<qint64>(retries, Fail2banChecks::maxRetryLimit),
                              std::max<qint64>(within, Fail2banChecks::minFindTime),
                              ban < 0 ? ban : std::max<qint64>(ban, Fail2banChecks::minBanTime) };
    const QString content =
        u"# Made by Helmclaw: the limits of the SSH jail, in seconds.\n[sshd]\nmaxretry = %1\nfindtime = %2\nbantime = %3\n"_s
            .arg(wanted[0])
            .arg(wanted[1])
            .arg(wanted[2]);
    const auto change =
        FixSurvey::change(context.survey, "settings", u"/etc/fail2ban/jail.d/helmclaw-limits.local"_s, content);
    if (!change)
        return tl::unexpected(change.error());
    FixPlan plan { settled(*change), {} };
    int n = 0;
    for (const char *key : { "maxretry", "findtime", "bantime" }) {
        const QString value = QString::number(wanted[n++]);
        const QString name = QLatin1StringView(key);
        plan.steps += expecting(shell(Kind::Proof, Text::tr("%1 is %2").arg(name, value),
                                      until(u"fail2ban-client get sshd %1"_s.arg(name)), seeJournal()),
                                u"^%1$"_s.arg(value));
    }
    return plan;
}

const char *const unbanSurvey = R"(
run ping fail2ban-client ping
run banned fail2ban-client banned "$1"
)";

Result<FixPlan> unban(const FixContext &context)
{
    if (auto ready = answers(context); !ready)
        return tl::unexpected(ready.error());
    const QString address = context.values.value(u"address"_s);
    // "[['sshd', 'recidive']]", or "[[]]".
    const QString jails = FixSurvey::text(context.survey, "banned");
    if (jails == "[[]]"_L1)
        return FixPlan { {}, Text::tr("%1 is not banned").arg(address) };
    if (!jails.startsWith("[["_L1))
        return failure(ErrorCode::BadServerData, Text::tr("fail2ban does not tell who is banned"),
                       Text::tr("See what it says: sudo fail2ban-client banned"), context.server.name);
    const QString names = QString(jails).remove(QRegularExpression(u"[\\[\\]']"_s));
    return FixPlan { { expecting(step(Kind::Precondition, Text::tr("%1 is banned (%2)").arg(address, names),
                                      { client, u"banned"_s, address }),
                                 u"'"_s),
                       step(Kind::Change, Text::tr("Lift the ban in every jail"), { client, u"unban"_s, address },
                            seeJournal()),
                       expecting(step(Kind::Proof, Text::tr("%1 is no longer banned").arg(address),
                                      { client, u"banned"_s, address }),
                                 u"^\\[\\[\\]\\]$"_s) },
                     {} };
}

// sudo drops SSH_CONNECTION, but what it was called by has it.
const char *const ignoreSurvey = R"(
from() {
    process=$$
    while [ "${process:-0}" -gt 1 ]; do
        line=$(tr '\0' '\n' <"/proc/$process/environ" 2>/dev/null | sed -n 's/^SSH_CONNECTION=//p')
        [ -z "$line" ] || { echo "$line"; return 0; }
        process=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$process/status")
    done
    return 1
}
run from from
run ping fail2ban-client ping
run ignored fail2ban-client get sshd ignoreip
file settings /etc/fail2ban/jail.d/helmclaw-ignoreip.local
)";

Result<FixPlan> neverBanMe(const FixContext &context)
{
    if (auto ready = answers(context); !ready)
        return tl::unexpected(ready.error());
    const QString address = context.values.value(u"address"_s);
    const QString from = FixSurvey::text(context.survey, "from").section(u' ', 0, 0);
    if (!QHostAddress(address).isEqual(QHostAddress(from), QHostAddress::StrictConversion)) {
        return failure(ErrorCode::InvalidInput,
                       from.isEmpty() ? Text::tr("the server does not tell where you come from")
                                      : Text::tr("you come from %1, not from %2").arg(from, address),
                       Text::tr("Only the address that you come from is taken: others would let in whoever has them."),
                       context.server.name);
    }
    const ProbeSection *ignored = context.survey.find("ignored");
    if (ignored == nullptr || !ignored->succeeded())
        return failure(ErrorCode::Unsupported, Text::tr("fail2ban has no sshd jail"),
                       Text::tr("Make one first: helmclawctl fix fail2ban.sshd-jail"), context.server.name);
    // "|- 127.0.0.0/8": what is ignored already must stay so, as this setting stands in the place of the others.
    QStringList list;
    static const QRegularExpression entry(u"^[|`]- ([0-9A-Za-z.:/_-]+)$"_s);
    for (const QString &line : ignored->lines()) {
        if (const auto match = entry.match(line); match.hasMatch())
            list += match.captured(1);
    }
    if (list.contains(address))
        return FixPlan { {}, Text::tr("%1 is never banned already").arg(address) };
    list += address;
    const auto change = FixSurvey::change(
        context.survey, "settings", u"/etc/fail2ban/jail.d/helmclaw-ignoreip.local"_s,
        u"# Made by Helmclaw: who is never banned from SSH.\n[sshd]\nignoreip = %1\n"_s.arg(list.join(u' ')));
    if (!change)
        return tl::unexpected(change.error());
    TaskStep here =
        expecting(shell(Kind::Precondition, Text::tr("You come from %1").arg(address), u"echo \"$SSH_CONNECTION\""_s),
                  u"^%1 "_s.arg(QRegularExpression::escape(from)));
    here.asRoot = false; // sudo drops it
    FixPlan plan { QList<TaskStep> { here } + settled(*change), {} };
    plan.steps += expecting(shell(Kind::Proof, Text::tr("fail2ban never bans %1").arg(address),
                                  until(client + u" get sshd ignoreip"_s), seeJournal()),
                            u"^[|`]- %1$"_s.arg(QRegularExpression::escape(address)));
    return plan;
}

FixAction action(const QString &id, const QString &title, const QString &checkId, bool surveyed = true)
{
    FixAction action;
    action.id = id;
    action.title = title;
    action.checkIds = { checkId };
    action.surveyed = surveyed;
    return action;
}

} // namespace

QList<FixRule> Fail2banFixes::rules()
{
    const FixParameter address { u"address"_s, FixParameter::Type::Address, Text::tr("Address") };
    // Who is banned is no fault that a check could find.
    FixAction lift = action(u"fail2ban.unban"_s, Text::tr("Lift a ban"), u"fail2ban.banned"_s);
    lift.parameters = { address };
    lift.provenByCheck = false;
    FixAction never = action(u"fail2ban.never-ban-me"_s, Text::tr("Never ban me"), u"fail2ban.banned"_s);
    never.parameters = { address };
    never.provenByCheck = false;
    return {
        { action(u"fail2ban.start"_s, Text::tr("Start fail2ban"), u"fail2ban.active"_s, false), nullptr, start },
        { action(u"fail2ban.watch-ssh"_s, Text::tr("Let fail2ban watch SSH"), u"fail2ban.sshd-jail"_s), sshdSurvey,
          watchSsh },
        { action(u"fail2ban.tighten"_s, Text::tr("Tighten the limits of SSH bans"), u"fail2ban.limits"_s), limitsSurvey,
          tighten },
        { lift, unbanSurvey, unban },
        { never, ignoreSurvey, neverBanMe },
    };
}

} // namespace Helmclaw
