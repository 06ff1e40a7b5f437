// SPDX-License-Identifier: MIT
#include "models/tasks/FirewallFixes.h"

#include <QCoreApplication>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(FirewallFixes)
};

using Kind = TaskStep::Kind;
using FixSteps::expecting;
using FixSteps::shell;
using FixSteps::step;

Result<FixPlan> enable(const FixContext &context)
{
    const ServerPosture &posture = context.posture;
    if (posture.sshPort == 0) {
        return failure(ErrorCode::Unsupported,
                       Text::tr("the server did not tell which port its SSH connections come in by, so nobody can say "
                                "whether the firewall would lock you out"),
                       Text::tr("Enable ufw by hand, from a console that does not need the network."),
                       context.server.name);
    }
    const QString port = QString::number(posture.sshPort);
    const QString application = posture.sshPort == 22 ? u"|OpenSSH"_s : QString();
    // Rules that let SSH in from anywhere; a rule for some addresses may or may not be ours.
    const QString lets = u"^ufw (allow|limit) (in )?((%1(/tcp)?%2)|((proto tcp )?(from any )?to any port %1"
                         "( proto tcp)?))( comment .*)?$"_s.arg(port, application);
    const QString unit = u"helmclaw-revert-"_s + context.taskId.left(8);
    const QString disable = Text::tr("If that is not confirmed within two minutes, ufw is switched off again");
    TaskStep in;
    in.kind = Kind::Reach;
    in.title = Text::tr("A new connection still gets in");
    in.remedy = Text::tr("ufw is switched off again within two minutes.");
    return FixPlan {
        {
            shell(Kind::Precondition, Text::tr("ufw is installed"), u"command -v ufw"_s,
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
            in,
            expecting(step(Kind::Proof, Text::tr("ufw is active"), { u"ufw"_s, u"status"_s }), u"^Status: active$"_s),
            step(Kind::Change, Text::tr("Keep it so"), { u"systemctl"_s, u"stop"_s, unit + u".timer"_s },
                 Text::tr("ufw is switched off again within two minutes.")),
        },
        {}
    };
}

} // namespace

QList<FixRule> FirewallFixes::rules()
{
    FixAction enabled;
    enabled.id = u"firewall.enable"_s;
    enabled.title = Text::tr("Enable the firewall");
    enabled.checkIds = { u"firewall.active"_s };
    return { { enabled, nullptr, enable } };
}

} // namespace Helmclaw
