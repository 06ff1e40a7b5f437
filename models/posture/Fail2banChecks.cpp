// SPDX-License-Identifier: MIT
#include "models/posture/Fail2banChecks.h"

#include "models/posture/CheckDraft.h"
#include "models/posture/ServerFacts.h"

#include <algorithm>
#include <optional>

namespace Helmclaw {

namespace {

const QString clientSource = QStringLiteral("fail2ban-client");
const QString unitName = QStringLiteral("fail2ban.service");
const QString sshd = QStringLiteral("sshd");

/// Whether fail2ban runs: what it says itself, else what systemd says of it; none when neither tells.
std::optional<bool> isRunning(const ServerFacts &facts)
{
    if (facts.fail2ban.answered)
        return true;
    if (facts.hasSystemd)
        return facts.units.value(unitName).isActive();
    return std::nullopt;
}

void addUnit(CheckDraft &draft, const ServerFacts &facts)
{
    if (facts.hasSystemd)
        draft.evidence(facts.units.value(unitName).evidence(unitName));
    if (!facts.fail2ban.problem.isEmpty())
        draft.evidence(clientSource, facts.fail2ban.problem);
}

QString remedyForStatus(const ServerFacts &facts)
{
    if (facts.canBecomeRoot())
        return Fail2banChecks::tr("Run sudo fail2ban-client status on the server and see what it says; right after a "
                                  "start its socket needs a moment");
    return CheckDraft::sudoRemedy(facts, QStringLiteral("/usr/bin/fail2ban-client status sshd"));
}

} // namespace

CheckResult Fail2banChecks::active(const ServerFacts &facts)
{
    CheckDraft draft(QStringLiteral("fail2ban.active"));
    if (!facts.isLinux)
        return draft.evidence(QStringLiteral("uname"), facts.kernel).notApplicable(CheckDraft::notLinuxText(facts));
    if (!facts.fail2ban.installed) {
        return draft.evidence(QStringLiteral("command -v fail2ban-client"), QStringLiteral("not found"))
            .fail(tr("fail2ban is not installed"),
                  tr("sudo apt install fail2ban; then enable its sshd jail in /etc/fail2ban/jail.local"));
    }
    addUnit(draft, facts);
    const std::optional<bool> running = isRunning(facts);
    if (!running)
        return draft.unknown(tr("not readable without sudo"), remedyForStatus(facts));
    if (!*running)
        return draft.fail(tr("not running"),
                          tr("sudo systemctl enable --now fail2ban; if it ends again, see journalctl -u fail2ban"));
    if (facts.fail2ban.answered)
        draft.evidence(clientSource, QStringLiteral("%1 jails").arg(facts.fail2ban.jails.size()));
    if (facts.canBecomeRoot() && !facts.fail2ban.answered)
        return draft.unknown(tr("the service runs, but does not answer"), remedyForStatus(facts));
    if (facts.hasSystemd && !facts.units.value(unitName).isEnabled())
        return draft.warn(tr("running, but not after the next boot"), tr("sudo systemctl enable fail2ban"));
    return draft.pass(tr("running"));
}

namespace {

/// The cases that end every check of a jail: nothing to ask, not running, not answered.
std::optional<CheckResult> withoutAnswer(CheckDraft &draft, const ServerFacts &facts, bool failWhenStopped,
                                         const QString &notApplicable, const QString &stopped,
                                         const QString &unreadable)
{
    if (!facts.isLinux)
        return draft.evidence(QStringLiteral("uname"), facts.kernel).notApplicable(notApplicable);
    const bool off = !facts.fail2ban.installed || isRunning(facts) == false;
    if (facts.fail2ban.installed)
        addUnit(draft, facts);
    if (off) {
        if (!failWhenStopped)
            return draft.notApplicable(stopped);
        return draft.fail(stopped, Fail2banChecks::active(facts).remedy);
    }
    if (!facts.fail2ban.answered) {
        for (const QString &line : facts.fail2ban.configured)
            draft.evidence(line);
        return draft.unknown(unreadable, remedyForStatus(facts));
    }
    return std::nullopt;
}

} // namespace

CheckResult Fail2banChecks::sshdJail(const ServerFacts &facts)
{
    CheckDraft draft(QStringLiteral("fail2ban.sshd-jail"));
    if (const auto result = withoutAnswer(draft, facts, true, CheckDraft::notLinuxText(facts),
                                          tr("fail2ban is not running"), tr("not readable without sudo")))
        return *result;
    QStringList names;
    for (const Jail &jail : facts.fail2ban.jails)
        names.append(jail.name);
    draft.evidence(clientSource, QStringLiteral("Jail list: %1").arg(names.join(QStringLiteral(", "))));
    if (facts.fail2ban.jail(sshd))
        return draft.pass(tr("the sshd jail is on"));
    return draft.fail(tr("no sshd jail"),
                      tr("Put \"[sshd]\" and \"enabled = true\" into /etc/fail2ban/jail.local, then: sudo systemctl "
                         "reload fail2ban"));
}

CheckResult Fail2banChecks::limits(const ServerFacts &facts)
{
    CheckDraft draft(QStringLiteral("fail2ban.limits"));
    if (const auto result = withoutAnswer(draft, facts, false, CheckDraft::notLinuxText(facts),
                                          tr("fail2ban is not running"), tr("not readable without sudo")))
        return *result;
    const Jail *jail = facts.fail2ban.jail(sshd);
    if (!jail)
        return draft.notApplicable(tr("no sshd jail"));
    const auto show = [&draft](const QString &key, const auto &value) {
        if (value)
            draft.evidence(QStringLiteral("fail2ban-client get sshd %1: %2").arg(key).arg(*value));
    };
    show(QStringLiteral("maxretry"), jail->maxRetry);
    show(QStringLiteral("findtime"), jail->findTime);
    show(QStringLiteral("bantime"), jail->banTime);
    if (!jail->maxRetry || !jail->findTime || !jail->banTime) {
        draft.evidence(facts.fail2ban.configured);
        return draft.unknown(tr("not readable without full sudo"),
                             CheckDraft::sudoRemedy(facts, QStringLiteral("ALL")) + u' '
                                 + tr("(the values that run are read from fail2ban's socket)"));
    }
    QStringList loose;
    if (*jail->maxRetry > maxRetryLimit)
        loose.append(QStringLiteral("maxretry %1 > %2").arg(*jail->maxRetry).arg(maxRetryLimit));
    if (*jail->findTime < minFindTime)
        loose.append(QStringLiteral("findtime %1 s < %2 s").arg(*jail->findTime).arg(minFindTime));
    // Negative: banned for ever.
    if (*jail->banTime >= 0 && *jail->banTime < minBanTime)
        loose.append(QStringLiteral("bantime %1 s < %2 s").arg(*jail->banTime).arg(minBanTime));
    if (!loose.isEmpty()) {
        return draft.warn(loose.join(QStringLiteral(", ")),
                          tr("In /etc/fail2ban/jail.local under [sshd]: maxretry = 5, findtime = 600, bantime = 3600; "
                             "then: sudo systemctl reload "
                             "fail2ban"));
    }
    return draft.pass(tr("%1 failures in %2 s, banned for %3")
                          .arg(*jail->maxRetry)
                          .arg(*jail->findTime)
                          .arg(*jail->banTime < 0 ? tr("ever") : tr("%1 s").arg(*jail->banTime)));
}

CheckResult Fail2banChecks::banned(const ServerFacts &facts)
{
    CheckDraft draft(QStringLiteral("fail2ban.banned"));
    if (const auto result = withoutAnswer(draft, facts, false, CheckDraft::notLinuxText(facts),
                                          tr("fail2ban is not running"), tr("not readable without sudo")))
        return *result;
    qint64 total = 0;
    QStringList parts;
    for (const Jail &jail : facts.fail2ban.jails) {
        if (!jail.bannedNow)
            return draft.unknown(tr("jail %1 does not say whom it bans").arg(jail.name), remedyForStatus(facts));
        total += *jail.bannedNow;
        draft.evidence(
            QStringLiteral("fail2ban-client status %1: Currently banned: %2").arg(jail.name).arg(*jail.bannedNow));
        for (const QString &address : jail.banned)
            draft.evidence(QStringLiteral("%1: %2").arg(jail.name, address));
        if (*jail.bannedNow > 0)
            parts.append(tr("%1: %2").arg(jail.name).arg(*jail.bannedNow));
    }
    const QString who =
        total == 0 ? tr("nobody is banned") : tr("banned now: %1").arg(parts.join(QStringLiteral(", ")));
    return draft.pass(facts.fail2ban.complete ? who : tr("%1 (sshd only)").arg(who));
}

} // namespace Helmclaw
