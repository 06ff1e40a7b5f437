// SPDX-License-Identifier: MIT
#include "models/posture/UpdateChecks.h"

#include "models/posture/CheckDraft.h"
#include "models/posture/ServerFacts.h"

#include <QDateTime>

#include <algorithm>
#include <optional>

namespace Helmclaw {

namespace {

const QString configSource = QStringLiteral("apt-config dump");
const QString pendingSource = QStringLiteral("apt-cache policy");
constexpr qint64 day = 24 * 60 * 60;

QString timeText(qint64 secondsSinceEpoch)
{
    return QDateTime::fromSecsSinceEpoch(secondsSinceEpoch, Qt::UTC).toString(Qt::ISODate);
}

/// Whole days by the server's clock; none when either time is not known.
std::optional<qint64> ageInDays(const UpdateFacts &updates, const std::optional<qint64> &time)
{
    if (!updates.now || !time)
        return std::nullopt;
    return std::max<qint64>(0, (*updates.now - *time) / day);
}

QString addConfig(CheckDraft &draft, const UpdateFacts &updates, const QString &key)
{
    const QString value = updates.value(key);
    draft.evidence(configSource,
                   value.isEmpty() ? UpdateChecks::tr("%1 is not set").arg(key)
                                   : QStringLiteral("%1 \"%2\"").arg(key, value));
    return value;
}

/// apt.systemd.daily: 0 or nothing is never; a number is days, "always" and "12h" are taken, too.
bool isOn(const QString &interval)
{
    return !interval.isEmpty() && interval != u"0";
}

/// apt's own idea of true (StringToBool).
bool isTrue(const QString &value)
{
    static const QStringList words { QStringLiteral("1"),    QStringLiteral("yes"), QStringLiteral("true"),
                                     QStringLiteral("with"), QStringLiteral("on"),  QStringLiteral("enable") };
    return words.contains(value.toLower());
}

std::optional<CheckResult> withoutApt(CheckDraft &draft, const ServerFacts &facts)
{
    if (!facts.isLinux)
        return draft.evidence(QStringLiteral("uname"), facts.kernel).notApplicable(CheckDraft::notLinuxText(facts));
    if (facts.updates.hasApt)
        return std::nullopt;
    return draft.evidence(QStringLiteral("command -v apt-cache"), QStringLiteral("not found"))
        .unknown(UpdateChecks::tr("no apt on this server"),
                 UpdateChecks::tr("Helmclaw reads updates from apt; check this server's own package manager by hand"));
}

/// The checks of unattended-upgrades' settings: also not without it, and not when apt's configuration could not be
/// read.
std::optional<CheckResult> withoutUnattended(CheckDraft &draft, const ServerFacts &facts)
{
    if (const auto result = withoutApt(draft, facts))
        return result;
    if (!facts.updates.hasUnattendedUpgrade) {
        return draft.evidence(QStringLiteral("command -v unattended-upgrade"), QStringLiteral("not found"))
            .notApplicable(UpdateChecks::tr("unattended-upgrades is not installed"));
    }
    if (!facts.updates.configRead) {
        return draft.unknown(UpdateChecks::tr("apt's configuration could not be read"),
                             UpdateChecks::tr("Run apt-config dump on the server: it names the file with the mistake"));
    }
    return std::nullopt;
}

} // namespace

CheckResult UpdateChecks::unattended(const ServerFacts &facts)
{
    const UpdateFacts &updates = facts.updates;
    CheckDraft draft(QStringLiteral("updates.unattended"));
    if (const auto result = withoutApt(draft, facts))
        return *result;
    if (!updates.hasUnattendedUpgrade) {
        return draft.evidence(QStringLiteral("command -v unattended-upgrade"), QStringLiteral("not found"))
            .fail(tr("unattended-upgrades is not installed"),
                  tr("sudo apt install unattended-upgrades; then sudo dpkg-reconfigure -plow unattended-upgrades"));
    }
    if (const auto result = withoutUnattended(draft, facts))
        return *result;

    QStringList off;
    if (const QString value = updates.value(QStringLiteral("APT::Periodic::Enable")); value == u"0") {
        addConfig(draft, updates, QStringLiteral("APT::Periodic::Enable"));
        off.append(QStringLiteral("APT::Periodic::Enable"));
    }
    for (const char *name : { "Update-Package-Lists", "Unattended-Upgrade" }) {
        const QString key = QStringLiteral("APT::Periodic::%1").arg(QLatin1StringView(name));
        if (!isOn(addConfig(draft, updates, key)))
            off.append(key);
    }
    QStringList stopped;
    for (const char *name : { "apt-daily.timer", "apt-daily-upgrade.timer" }) {
        const QString unit = QLatin1StringView(name);
        if (facts.hasSystemd)
            draft.evidence(facts.units.value(unit).evidence(unit));
        if (!facts.units.value(unit).isActive())
            stopped.append(unit);
    }
    if (!off.isEmpty()) {
        return draft.fail(tr("switched off: %1").arg(off.join(QStringLiteral(", "))),
                          tr("sudo dpkg-reconfigure -plow unattended-upgrades writes both lines into "
                             "/etc/apt/apt.conf.d/20auto-upgrades"));
    }
    if (!facts.hasSystemd)
        return draft.unknown(tr("configured, but nothing tells whether it is ever started"),
                             tr("Without systemd, cron must run /etc/cron.daily/apt-compat"));
    if (!stopped.isEmpty()) {
        return draft.fail(tr("configured, but never started: %1").arg(stopped.join(QStringLiteral(", "))),
                          tr("sudo systemctl enable --now apt-daily.timer apt-daily-upgrade.timer"));
    }
    return draft.pass(tr("on, daily"));
}

CheckResult UpdateChecks::origins(const ServerFacts &facts)
{
    const UpdateFacts &updates = facts.updates;
    CheckDraft draft(QStringLiteral("updates.origins"));
    if (const auto result = withoutUnattended(draft, facts))
        return *result;

    QStringList releases;
    QList<AptArchive> security;
    for (const AptArchive &archive : updates.archives) {
        if (!archive.isSecurity() || releases.contains(archive.releaseText()))
            continue;
        security.append(archive);
        releases.append(archive.releaseText());
        draft.evidence(QStringLiteral("apt-get indextargets"), archive.releaseText());
    }
    QList<OriginPattern> patterns;
    bool understood = true;
    const auto read = [&](const QString &key, auto parse) {
        for (const QString &text : updates.config.value(key)) {
            draft.evidence(configSource, QStringLiteral("%1:: \"%2\"").arg(key, text));
            const std::optional<OriginPattern> pattern = parse(text);
            understood = understood && pattern;
            if (pattern)
                patterns.append(*pattern);
        }
    };
    read(QStringLiteral("Unattended-Upgrade::Allowed-Origins"), OriginPattern::fromAllowedOrigin);
    read(QStringLiteral("Unattended-Upgrade::Origins-Pattern"), OriginPattern::fromPattern);

    if (security.isEmpty()) {
        return draft.unknown(tr("apt knows no security archive"),
                             tr("Run sudo apt update; if none is there afterwards, add the distribution's security "
                                "archive to the apt sources"));
    }
    // lsb_release -is, which unattended-upgrades asks, is the ID with its own capitals on these two.
    QHash<QString, QString> variables;
    if (facts.distroId == u"debian" || facts.distroId == u"ubuntu")
        variables.insert(QStringLiteral("distro_id"),
                         facts.distroId == u"debian" ? QStringLiteral("Debian") : QStringLiteral("Ubuntu"));
    if (!facts.distroCodename.isEmpty())
        variables.insert(QStringLiteral("distro_codename"), facts.distroCodename);

    QStringList unmatched;
    for (const AptArchive &archive : std::as_const(security)) {
        bool matched = false;
        for (const OriginPattern &pattern : std::as_const(patterns)) {
            const std::optional<bool> answer = pattern.matches(archive, variables);
            understood = understood && answer;
            matched = matched || answer.value_or(false);
        }
        if (!matched)
            unmatched.append(archive.releaseText());
    }
    if (unmatched.isEmpty())
        return draft.pass(tr("the security archive is covered"));
    if (!understood) {
        return draft.unknown(
            tr("not every origin was understood"),
            tr("sudo unattended-upgrade --dry-run -v on the server prints the origins that it really allows"));
    }
    return draft.fail(tr("no origin matches the security archive: its updates are never installed"),
                      tr("The archive is %1. In /etc/apt/apt.conf.d/50unattended-upgrades under "
                         "Unattended-Upgrade::Origins-Pattern, Debian needs: "
                         "\"origin=Debian,codename=${distro_codename}-security,label=Debian-Security\"; check with "
                         "sudo unattended-upgrade "
                         "--dry-run -v")
                          .arg(unmatched.join(QStringLiteral("; "))));
}

namespace {

QString packageLine(const PendingPackage &package)
{
    QString line =
        QStringLiteral("%1: %2 %3 → %4").arg(pendingSource, package.name, package.installed, package.candidate);
    if (!package.sources.isEmpty())
        line += QStringLiteral(" (%1)").arg(package.sources.first());
    if (package.held)
        line += UpdateChecks::tr(" [held back by apt-mark]");
    if (package.phased)
        line += UpdateChecks::tr(" [phased]");
    return line;
}

/// The first names, for a summary line.
QString someNames(const QList<PendingPackage> &packages)
{
    QStringList names;
    for (const PendingPackage &package : packages.first(std::min<qsizetype>(packages.size(), 3)))
        names.append(package.name);
    if (packages.size() > 3)
        names.append(QStringLiteral("…"));
    return names.join(QStringLiteral(", "));
}

/// "Nothing is pending" is worth as much as the lists it was read from: the reason why it is worth nothing, or empty.
QString whyListsProveNothing(const UpdateFacts &updates)
{
    const std::optional<qint64> age = ageInDays(updates, updates.listsFrom);
    if (!updates.pendingRead)
        return UpdateChecks::tr("apt did not tell of every package");
    if (updates.archives.isEmpty())
        return UpdateChecks::tr("there are no package lists");
    if (!age)
        return UpdateChecks::tr("the age of the package lists is not known");
    if (*age >= UpdateChecks::maxListAgeDays)
        return UpdateChecks::tr("the package lists are %1 days old").arg(*age);
    return {};
}

QString listsRemedy()
{
    return UpdateChecks::tr("sudo apt update, then refresh; if the lists grow old by themselves, see why "
                            "apt-daily.timer does not fetch them");
}

} // namespace

CheckResult UpdateChecks::security(const ServerFacts &facts)
{
    const UpdateFacts &updates = facts.updates;
    CheckDraft draft(QStringLiteral("updates.security"));
    if (const auto result = withoutApt(draft, facts))
        return *result;
    QList<PendingPackage> pending;
    bool sourcesKnown = true;
    for (const PendingPackage &package : updates.pending) {
        sourcesKnown = sourcesKnown && package.sourcesKnown;
        if (!package.security)
            continue;
        pending.append(package);
        draft.evidence(packageLine(package));
    }
    if (!updates.pendingProblem.isEmpty())
        draft.evidence(pendingSource, updates.pendingProblem);
    draft.evidence(updates.listsEvidence);
    if (!pending.isEmpty()) {
        return draft.fail(tr("%n security update(s): %1", nullptr, int(pending.size())).arg(someNames(pending)),
                          tr("sudo apt update && sudo apt upgrade; then look at updates.origins, why they did not "
                             "install themselves"));
    }
    const bool archiveThere = std::any_of(updates.archives.begin(), updates.archives.end(),
                                          [](const AptArchive &a) { return a.isSecurity(); });
    if (const QString why = whyListsProveNothing(updates); !why.isEmpty())
        return draft.unknown(why, listsRemedy());
    if (!archiveThere) {
        return draft.unknown(tr("apt knows no security archive"),
                             tr("Add the distribution's security archive to the apt sources, then sudo apt update"));
    }
    if (!sourcesKnown)
        return draft.unknown(tr("it is not known where every pending update comes from"), listsRemedy());
    return draft.pass(tr("none pending, %n package(s) checked", nullptr, updates.packages));
}

CheckResult UpdateChecks::pending(const ServerFacts &facts)
{
    const UpdateFacts &updates = facts.updates;
    CheckDraft draft(QStringLiteral("updates.pending"));
    if (const auto result = withoutApt(draft, facts))
        return *result;
    QList<PendingPackage> pending;
    qsizetype waiting = 0;
    for (const PendingPackage &package : updates.pending) {
        if (package.security)
            continue;
        draft.evidence(packageLine(package));
        // Held by the admin, or not yet given to this server: on purpose.
        if (package.held || package.phased)
            ++waiting;
        else
            pending.append(package);
    }
    if (!updates.pendingProblem.isEmpty())
        draft.evidence(pendingSource, updates.pendingProblem);
    draft.evidence(updates.listsEvidence);
    if (!pending.isEmpty())
        return draft.warn(tr("%n update(s): %1", nullptr, int(pending.size())).arg(someNames(pending)),
                          tr("sudo apt update && sudo apt upgrade"));
    if (const QString why = whyListsProveNothing(updates); !why.isEmpty())
        return draft.unknown(why, listsRemedy());
    return draft.pass(waiting == 0 ? tr("none pending") : tr("none pending, %n held or phased", nullptr, int(waiting)));
}

CheckResult UpdateChecks::packages(const ServerFacts &facts)
{
    const UpdateFacts &updates = facts.updates;
    CheckDraft draft(QStringLiteral("updates.packages"));
    if (const auto result = withoutApt(draft, facts))
        return *result;
    if (!updates.dpkgRead)
        return draft.unknown(tr("dpkg did not answer"), tr("Run dpkg --audit on the server and see what it says"));
    draft.evidence(QStringLiteral("dpkg-query: %1 installed").arg(updates.packages));
    for (const QString &line : updates.broken)
        draft.evidence(QStringLiteral("dpkg-query: %1").arg(line));
    if (!updates.broken.isEmpty()) {
        return draft.fail(
            tr("%n package(s) half installed or broken", nullptr, int(updates.broken.size())),
            tr("If no installation is running just now: sudo dpkg --configure -a; then sudo apt -f install"));
    }
    return draft.pass(tr("all %n package(s) in order", nullptr, updates.packages));
}

CheckResult UpdateChecks::lastRun(const ServerFacts &facts)
{
    const UpdateFacts &updates = facts.updates;
    CheckDraft draft(QStringLiteral("updates.last-run"));
    if (const auto result = withoutUnattended(draft, facts))
        return *result;
    const QString remedy = tr("See systemctl list-timers 'apt-daily*', journalctl -u apt-daily-upgrade and "
                              "/var/log/unattended-upgrades/; try it "
                              "with sudo unattended-upgrade -v");
    if (!updates.lastRun) {
        if (!updates.stampsRead)
            return draft.unknown(tr("no trace of runs could be read"), remedy);
        return draft
            .evidence(QStringLiteral("/var/lib/apt/periodic"),
                      QStringLiteral("no unattended-upgrades-stamp, no upgrade-stamp"))
            .warn(tr("never ran"), remedy);
    }
    draft.evidence(QStringLiteral("/var/lib/apt/periodic/unattended-upgrades-stamp"), timeText(*updates.lastRun));
    const std::optional<qint64> age = ageInDays(updates, updates.lastRun);
    if (!age)
        return draft.unknown(tr("the server's clock could not be read"), remedy);
    draft.evidence(QStringLiteral("date"), timeText(*updates.now));
    const QString summary = *age == 0 ? tr("less than a day ago") : tr("%n day(s) ago", nullptr, int(*age));
    if (*age >= missedRunDays)
        return draft.fail(summary, remedy);
    if (*age >= lateRunDays)
        return draft.warn(summary, remedy);
    return draft.pass(summary);
}

CheckResult UpdateChecks::autoReboot(const ServerFacts &facts)
{
    const UpdateFacts &updates = facts.updates;
    CheckDraft draft(QStringLiteral("updates.auto-reboot"));
    if (const auto result = withoutUnattended(draft, facts))
        return *result;
    const QString value = addConfig(draft, updates, QStringLiteral("Unattended-Upgrade::Automatic-Reboot"));
    if (isTrue(value)) {
        return draft.warn(tr("the server reboots by itself"),
                          tr("Unattended-Upgrade::Automatic-Reboot \"false\"; in "
                             "/etc/apt/apt.conf.d/50unattended-upgrades; the reboot check then tells "
                             "when one is due"));
    }
    return draft.pass(tr("off"));
}

CheckResult UpdateChecks::reboot(const ServerFacts &facts)
{
    const UpdateFacts &updates = facts.updates;
    CheckDraft draft(QStringLiteral("updates.reboot"));
    if (const auto result = withoutApt(draft, facts))
        return *result;
    if (!updates.rebootRequired) {
        draft.evidence(QStringLiteral("/var/run/reboot-required"), tr("not there"));
        if (!updates.rebootHook) {
            return draft.unknown(tr("nothing on this server would tell"),
                                 tr("Install unattended-upgrades: with it, an update that needs a reboot leaves "
                                    "/var/run/reboot-required"));
        }
        return draft.pass(tr("none pending"));
    }
    draft.evidence(QStringLiteral("/var/run/reboot-required"),
                   updates.rebootRequiredSince ? tr("there since %1").arg(timeText(*updates.rebootRequiredSince))
                                               : tr("there"));
    for (const QString &package : updates.rebootPackages)
        draft.evidence(QStringLiteral("/var/run/reboot-required.pkgs"), package);
    const QString why = updates.rebootPackages.isEmpty()
        ? tr("required")
        : tr("required by %1")
              .arg(updates.rebootPackages.first(std::min<qsizetype>(updates.rebootPackages.size(), 3))
                       .join(QStringLiteral(", ")));
    const QString remedy = tr("Choose a quiet moment: sudo systemctl reboot");
    const std::optional<qint64> age = ageInDays(updates, updates.rebootRequiredSince);
    if (age && *age >= maxRebootWaitDays)
        return draft.fail(tr("%1, for %n day(s)", nullptr, int(*age)).arg(why), remedy);
    return draft.warn(why, remedy);
}

} // namespace Helmclaw
