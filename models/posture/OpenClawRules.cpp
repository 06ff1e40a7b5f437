// SPDX-License-Identifier: MIT
#include "models/posture/OpenClawRules.h"

#include "models/posture/OpenClawAgentChecks.h"
#include "models/posture/OpenClawChecks.h"
#include "models/posture/OpenClawConfigChecks.h"

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(Helmclaw::OpenClawRules)
};

} // namespace

QList<CheckRule> openClawRules()
{
    const QString area = u"openclaw"_s;
    using Category = CheckCategory;
    return {
        { { u"openclaw.running"_s, Text::tr("The gateway runs, and starts at boot"), Text::tr("Running"), area,
            Text::tr("Agents, channels and the web UI are the gateway: when it is down, or does not come back after a "
                     "reboot, nothing of OpenClaw works."),
            Category::Infrastructure, Severity::High },
          OpenClawChecks::running },
        { { u"openclaw.health"_s, Text::tr("The gateway answers"), Text::tr("Health"), area,
            Text::tr("A process that is there may still hang. Its own health answer, asked on the server, tells them "
                     "apart."),
            Category::Infrastructure, Severity::High },
          OpenClawChecks::health },
        { { u"openclaw.bind"_s, Text::tr("The gateway listens on the loopback address only"), Text::tr("Bind"), area,
            Text::tr(
                "Whoever reaches the gateway's port can try its token, and with it run commands on the server. What "
                "the kernel says counts, and not what the configuration means to say."),
            Category::Infrastructure, Severity::Critical },
          OpenClawChecks::bind },
        { { u"openclaw.auth"_s, Text::tr("The gateway asks for a secret that nobody can read"), Text::tr("Auth"), area,
            Text::tr(
                "One shared secret opens everything the gateway may do. Without one, or with one that every user of "
                "the server can read on a command line, anybody on the server is its administrator."),
            Category::Authentication, Severity::Critical },
          OpenClawConfigChecks::auth },
        { { u"openclaw.rate-limit"_s, Text::tr("Wrong tokens are limited"), Text::tr("Rate limit"), area,
            Text::tr("Without a limit a token can be guessed at the speed of the machine. With one that counts the "
                     "loopback address too, one wrong script locks every administrator out."),
            Category::Authentication, Severity::Low },
          OpenClawConfigChecks::rateLimit },
        { { u"openclaw.origins"_s, Text::tr("Only known web pages may talk to the gateway"), Text::tr("Origins"), area,
            Text::tr(
                "A page in an administrator's browser can reach the gateway through the tunnel; the list of origins "
                "is what keeps foreign pages out."),
            Category::Authentication, Severity::High },
          OpenClawConfigChecks::origins },
        { { u"openclaw.state-dir"_s, Text::tr("The gateway's files are private"), Text::tr("Files"), area,
            Text::tr(
                "The state folder holds the token, the channels' credentials and every conversation. A copy of the "
                "configuration that others may read is as good as the original."),
            Category::Data, Severity::High },
          OpenClawChecks::stateDir },
        { { u"openclaw.exec-approvals"_s, Text::tr("Commands of agents are limited"), Text::tr("Exec"), area,
            Text::tr(
                "An agent that may run any command unasked does what a message tells it to do, with all the rights of "
                "its user."),
            Category::Authentication, Severity::Medium },
          OpenClawAgentChecks::execApprovals },
        { { u"openclaw.channels"_s, Text::tr("Only known people reach the agents"), Text::tr("Channels"), area,
            Text::tr(
                "Whoever may write to a channel talks to an agent on this server. A webhook without a secret believes "
                "anybody who finds its address."),
            Category::Authentication, Severity::High },
          OpenClawAgentChecks::channels },
        { { u"openclaw.version"_s, Text::tr("OpenClaw is the newest"), Text::tr("Version"), area,
            Text::tr("Fixes come with new versions only; there are no security updates for old ones."),
            Category::Infrastructure, Severity::Medium },
          OpenClawAgentChecks::version },
    };
}

} // namespace Helmclaw
