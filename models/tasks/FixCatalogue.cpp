// SPDX-License-Identifier: MIT
#include "models/tasks/FixCatalogue.h"

#include "models/fleet/Server.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(FixCatalogue)
};

using Kind = TaskStep::Kind;

/// All fixes work as root.
TaskStep step(Kind kind, const QString &title, const QStringList &argv, const QString &remedy = {})
{
    TaskStep step;
    step.kind = kind;
    step.title = title;
    step.argv = argv;
    step.asRoot = true;
    step.remedy = remedy;
    return step;
}

TaskStep expecting(TaskStep step, const QString &pattern)
{
    step.expected = pattern;
    return step;
}

TaskStep shellStep(Kind kind, const QString &title, const QString &lines, const QString &remedy = {})
{
    return step(kind, title, { u"sh"_s, u"-c"_s, lines }, remedy);
}

Result<QList<TaskStep>> startFail2ban(const Server &, const ServerPosture &, const QString &)
{
    return QList<TaskStep> {
        shellStep(Kind::Precondition, Text::tr("fail2ban is installed"), u"command -v fail2ban-client"_s,
                  Text::tr("Install it: sudo apt install fail2ban")),
        step(Kind::Change, Text::tr("Start fail2ban, now and at every boot"),
             { u"systemctl"_s, u"enable"_s, u"--now"_s, u"fail2ban.service"_s },
             Text::tr("See journalctl -u fail2ban on the server")),
        // Right after a start its socket needs a moment.
        expecting(shellStep(Kind::Proof, Text::tr("fail2ban answers"),
                            u"n=0; until fail2ban-client ping; do n=$((n+1)); [ $n -lt 20 ] || exit 1; sleep 1; done"_s,
                            Text::tr("See journalctl -u fail2ban on the server")),
                  u"pong"_s),
    };
}

Result<QList<TaskStep>> enableFirewall(const Server &server, const ServerPosture &posture, const QString &taskId)
{
    if (posture.sshPort == 0) {
        return failure(ErrorCode::Unsupported,
                       Text::tr("the server did not tell which port its SSH connections come in by, so nobody can say "
                                "whether the firewall would lock you out"),
                       Text::tr("Enable ufw by hand, from a console that does not need the network."), server.name);
    }
    const QString port = QString::number(posture.sshPort);
    const QString application = posture.sshPort == 22 ? u"|OpenSSH"_s : QString();
    // Rules that let SSH in from anywhere; a rule for some addresses may or may not be ours.
    const QString lets = u"^ufw (allow|limit) (in )?((%1(/tcp)?%2)|((proto tcp )?(from any )?to any port %1"
                         "( proto tcp)?))( comment .*)?$"_s.arg(port, application);
    const QString unit = u"helmclaw-revert-"_s + taskId.left(8);
    const QString disable = Text::tr("If that is not confirmed within two minutes, ufw is switched off again");
    return QList<TaskStep> {
        shellStep(Kind::Precondition, Text::tr("ufw is installed"), u"command -v ufw"_s,
                  Text::tr("Install it: sudo apt install ufw")),
        expecting(step(Kind::Precondition, Text::tr("A rule lets SSH in on port %1").arg(port),
                       { u"ufw"_s, u"show"_s, u"added"_s },
                       Text::tr("Allow it first, or you are locked out: sudo ufw limit %1/tcp").arg(port)),
                  lets),
        step(Kind::Change, disable,
             { u"systemd-run"_s, u"--quiet"_s, u"--collect"_s, u"--unit=%1"_s.arg(unit), u"--on-active=120"_s,
               u"--timer-property=AccuracySec=1s"_s, u"ufw"_s, u"disable"_s }),
        step(Kind::Change, Text::tr("Enable ufw, now and at every boot"), { u"ufw"_s, u"--force"_s, u"enable"_s },
             Text::tr("ufw is switched off again within two minutes.")),
        TaskStep { Kind::Reach,
                   Text::tr("A new connection still gets in"),
                   {},
                   false,
                   {},
                   Text::tr("ufw is switched off again within two minutes."),
                   60 },
        expecting(step(Kind::Proof, Text::tr("ufw is active"), { u"ufw"_s, u"status"_s }), u"^Status: active$"_s),
        step(Kind::Change, Text::tr("Keep it so"), { u"systemctl"_s, u"stop"_s, unit + u".timer"_s },
             Text::tr("ufw is switched off again within two minutes.")),
    };
}

Result<QList<TaskStep>> enableUpdates(const Server &, const ServerPosture &, const QString &)
{
    const QString file = u"/etc/apt/apt.conf.d/20auto-upgrades"_s;
    const QString kept = u"/var/backups/helmclaw"_s;
    const QString write =
        u"printf '%s \"1\";\\n' APT::Periodic::Update-Package-Lists APT::Periodic::Unattended-Upgrade"_s;
    return QList<TaskStep> {
        shellStep(Kind::Precondition, Text::tr("unattended-upgrades is installed"), u"command -v unattended-upgrade"_s,
                  Text::tr("Install it: sudo apt install unattended-upgrades")),
        shellStep(Kind::Change, Text::tr("Keep the present %1 in %2").arg(file, kept),
                  u"mkdir -p -m 700 %2 && { [ ! -e %1 ] || cp -p --backup=numbered %1 %2/; }"_s.arg(file, kept)),
        shellStep(Kind::Change, Text::tr("Switch automatic updates on in %1").arg(file), write + u" > "_s + file),
        step(Kind::Change, Text::tr("Start apt's timers, now and at every boot"),
             { u"systemctl"_s, u"enable"_s, u"--now"_s, u"apt-daily.timer"_s, u"apt-daily-upgrade.timer"_s },
             Text::tr("If they are masked: sudo systemctl unmask apt-daily.timer apt-daily-upgrade.timer")),
        shellStep(Kind::Proof, Text::tr("apt takes it as it was meant"),
                  u"c=$(apt-config dump APT::Periodic) && echo \"$c\" && case $c in *'Enable \"0\"'*) exit 1;; "
                  "*'Unattended-Upgrade \"1\"'*) ;; *) exit 1;; esac"_s,
                  Text::tr("Another file in /etc/apt/apt.conf.d contradicts it: grep -r APT::Periodic /etc/apt")),
        step(Kind::Proof, Text::tr("The timers run"),
             { u"systemctl"_s, u"is-active"_s, u"apt-daily.timer"_s, u"apt-daily-upgrade.timer"_s }),
    };
}

struct Fix
{
    const char *checkId;
    const char *title;
    Result<QList<TaskStep>> (*steps)(const Server &, const ServerPosture &, const QString &taskId);
};

constexpr std::array fixes {
    Fix { "firewall.active", QT_TRANSLATE_NOOP("FixCatalogue", "Enable the firewall"), enableFirewall },
    Fix { "fail2ban.active", QT_TRANSLATE_NOOP("FixCatalogue", "Start fail2ban"), startFail2ban },
    Fix { "updates.unattended", QT_TRANSLATE_NOOP("FixCatalogue", "Switch automatic updates on"), enableUpdates },
};

const Fix *fixFor(const QString &checkId)
{
    const auto *const found = std::find_if(
        fixes.begin(), fixes.end(), [&checkId](const Fix &fix) { return checkId == QLatin1StringView(fix.checkId); });
    return found == fixes.end() ? nullptr : found;
}

} // namespace

QStringList FixCatalogue::checks()
{
    QStringList ids;
    for (const Fix &fix : fixes)
        ids += QLatin1StringView(fix.checkId);
    return ids;
}

QString FixCatalogue::title(const QString &checkId)
{
    const Fix *fix = fixFor(checkId);
    return fix != nullptr ? Text::tr(fix->title) : QString();
}

Result<ServerPlan> FixCatalogue::plan(const QString &checkId, const Server &server, const ServerPosture &posture,
                                      const QString &taskId)
{
    const Fix *fix = fixFor(checkId);
    if (fix == nullptr)
        return failure(ErrorCode::Unsupported, Text::tr("there is no fix for %1").arg(printable(checkId.toUtf8(), 60)),
                       Text::tr("Fixes: %1").arg(checks().join(u", "_s)), server.name);
    if (posture.lastError)
        return tl::unexpected(*posture.lastError);
    const CheckResult *result = posture.find(checkId);
    if (result == nullptr)
        return failure(ErrorCode::BadServerData, Text::tr("the state of %1 is not known").arg(checkId), {},
                       server.name);
    if (result->verdict == Verdict::Pass || result->verdict == Verdict::NotApplicable)
        return failure(ErrorCode::Unsupported, Text::tr("there is nothing to fix: %1").arg(result->summary), {},
                       server.name);
    if (!posture.withSudo) {
        return failure(ErrorCode::PermissionDenied, Text::tr("the login may not become root, which the fix needs"),
                       Text::tr("Log in as another user, or do it by hand: %1").arg(result->remedy), server.name);
    }
    auto steps = fix->steps(server, posture, taskId);
    if (!steps)
        return tl::unexpected(steps.error());
    return ServerPlan { server.id, server.name, *std::move(steps) };
}

} // namespace Helmclaw
