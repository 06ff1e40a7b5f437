// SPDX-License-Identifier: MIT
#include "models/posture/CheckHow.h"

#include <QCoreApplication>
#include <QHash>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

constexpr const char *context = "Helmclaw::CheckHow";

const QHash<QString, const char *> &texts()
{
    static const QHash<QString, const char *> Texts {
        { u"firewall.active"_s,
          QT_TRANSLATE_NOOP("Helmclaw::CheckHow",
                            "ufw status verbose, and whether its service is enabled. Without root: "
                            "its files and service show that it is off, never that it is on.") },
        { u"firewall.default-incoming"_s,
          QT_TRANSLATE_NOOP("Helmclaw::CheckHow", "The default of ufw status verbose must be deny or reject.") },
        { u"firewall.default-outgoing"_s,
          QT_TRANSLATE_NOOP("Helmclaw::CheckHow", "The default of ufw status verbose must be allow.") },
        { u"firewall.default-routed"_s,
          QT_TRANSLATE_NOOP(
              "Helmclaw::CheckHow",
              "The default must be deny or reject; \"disabled\" will do while the kernel does not route.") },
        { u"firewall.rules"_s,
          QT_TRANSLATE_NOOP("Helmclaw::CheckHow",
                            "Every rule that lets anybody in must be for the port SSH listens on, or "
                            "41641/udp (Tailscale).") },
        { u"fail2ban.active"_s,
          QT_TRANSLATE_NOOP("Helmclaw::CheckHow", "Its service runs and is enabled, and its socket answers.") },
        { u"fail2ban.sshd-jail"_s,
          QT_TRANSLATE_NOOP("Helmclaw::CheckHow", "The running fail2ban names a jail \"sshd\".") },
        { u"fail2ban.limits"_s,
          QT_TRANSLATE_NOOP(
              "Helmclaw::CheckHow",
              "The running values: maxretry at most 5, findtime at least 600 s, bantime at least 3600 s.") },
        { u"fail2ban.banned"_s,
          QT_TRANSLATE_NOOP("Helmclaw::CheckHow",
                            "The running fail2ban's lists. Bans are no fault: it passes whenever it "
                            "could be read.") },
        { u"updates.unattended"_s,
          QT_TRANSLATE_NOOP("Helmclaw::CheckHow",
                            "apt-config's APT::Periodic values, and apt's two timers, must switch it on.") },
        { u"updates.origins"_s,
          QT_TRANSLATE_NOOP("Helmclaw::CheckHow",
                            "unattended-upgrades' origins, matched as it does it itself, must cover "
                            "the security archives in the package lists.") },
        { u"updates.security"_s,
          QT_TRANSLATE_NOOP("Helmclaw::CheckHow",
                            "apt-cache policy over all packages: no version from a security archive "
                            "may be newer than the installed one. Old package lists show nothing.") },
        { u"updates.pending"_s,
          QT_TRANSLATE_NOOP("Helmclaw::CheckHow", "The same, for all other archives; held and phased packages wait.") },
        { u"updates.packages"_s,
          QT_TRANSLATE_NOOP("Helmclaw::CheckHow", "dpkg has no package that is half installed.") },
        { u"updates.last-run"_s,
          QT_TRANSLATE_NOOP("Helmclaw::CheckHow",
                            "The stamp that unattended-upgrades leaves, by the server's own clock.") },
        { u"updates.auto-reboot"_s,
          QT_TRANSLATE_NOOP("Helmclaw::CheckHow", "Unattended-Upgrade::Automatic-Reboot must not be true.") },
        { u"updates.reboot"_s,
          QT_TRANSLATE_NOOP("Helmclaw::CheckHow",
                            "/var/run/reboot-required must not be there, and something must be there "
                            "that would write it.") },
        { u"openclaw.running"_s,
          QT_TRANSLATE_NOOP("Helmclaw::CheckHow",
                            "The gateway's process, its service by systemctl show (enabled, not restarted three times "
                            "within a quarter of an hour), and lingering for a user's service.") },
        { u"openclaw.health"_s,
          QT_TRANSLATE_NOOP("Helmclaw::CheckHow",
                            "GET /healthz and /readyz on the server's own 127.0.0.1 must answer with "
                            "their JSON; a page, or any other 200, is no answer.") },
        { u"openclaw.bind"_s,
          QT_TRANSLATE_NOOP("Helmclaw::CheckHow",
                            "The kernel's list of listeners: each of the gateway's must be on a loopback address.") },
        { u"openclaw.auth"_s,
          QT_TRANSLATE_NOOP("Helmclaw::CheckHow",
                            "gateway.auth in the configuration asks for a token or password of at "
                            "least 24 characters, and it is neither on a command line nor in a "
                            "unit's text. The secret itself is not kept.") },
        { u"openclaw.rate-limit"_s,
          QT_TRANSLATE_NOOP("Helmclaw::CheckHow",
                            "gateway.auth.rateLimit is set and leaves the loopback address out.") },
        { u"openclaw.origins"_s,
          QT_TRANSLATE_NOOP(
              "Helmclaw::CheckHow",
              "gateway.controlUi.allowedOrigins has no \"*\", and none of the flags that weaken the web UI's "
              "checks is on.") },
        { u"openclaw.state-dir"_s,
          QT_TRANSLATE_NOOP("Helmclaw::CheckHow",
                            "stat of the state folder, the configuration, its copies, .env, "
                            "secrets.json, credentials and database: the service user's alone.") },
        { u"openclaw.version"_s,
          QT_TRANSLATE_NOOP(
              "Helmclaw::CheckHow",
              "The installed package's version against the newest that this computer (not the server) was "
              "told by registry.npmjs.org within a day.") },
        { u"openclaw.exec-approvals"_s,
          QT_TRANSLATE_NOOP("Helmclaw::CheckHow",
                            "tools.exec, tools.elevated and the agents' own settings in the "
                            "configuration. What the gateway keeps in its database is not read.") },
        { u"openclaw.channels"_s,
          QT_TRANSLATE_NOOP("Helmclaw::CheckHow",
                            "Each configured channel: who may write to it, and for webhooks whether a "
                            "secret is set; and hooks.token.") },
    };
    return Texts;
}

} // namespace

QString howItIsJudged(const QString &checkId)
{
    const char *text = texts().value(checkId, nullptr);
    return text ? QCoreApplication::translate(context, text) : QString();
}

} // namespace Helmclaw
