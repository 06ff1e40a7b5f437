// SPDX-License-Identifier: MIT
#include "models/posture/UpdateFacts.h"

#include "models/posture/ProbeReport.h"

#include <QDateTime>
#include <QLocale>
#include <QRegularExpression>

#include <algorithm>

namespace Helmclaw {

namespace {

/// Lines with their indentation and without blank ones, printable.
QStringList lines(const ProbeReport &report, const char *name)
{
    const ProbeSection *section = report.find(name);
    return section ? section->lines() : QStringList();
}

/// apt-config dump: `Key::Name "value";`, lists as `Key:: "value";`.
QHash<QString, QStringList> parseConfig(const QStringList &configLines)
{
    static const QRegularExpression entry(QStringLiteral("^(\\S+?)(::)? \"(.*)\";$"));
    QHash<QString, QStringList> config;
    for (const QString &line : configLines) {
        const QRegularExpressionMatch match = entry.match(line);
        // A list's own entry has an empty value, which is no element of it.
        if (match.hasMatch() && (!match.captured(2).isEmpty() || !match.captured(3).isEmpty()))
            config[match.captured(1)].append(match.captured(3));
    }
    return config;
}

/// One package's part of "apt-cache policy NAME", the heading left out.
class PolicyBlock
{
public:
    void addLine(const QString &line)
    {
        static const QRegularExpression version(
            QStringLiteral("^ (\\*\\*\\*|   ) (\\S+) -?[0-9]+( \\(phased .*\\))?$"));
        static const QRegularExpression source(QStringLiteral("^ {8} *-?[0-9]+ (.*\\S)$"));
        if (line.startsWith(u"  Installed: "))
            package.installed = line.mid(13).trimmed();
        else if (line.startsWith(u"  Candidate: "))
            package.candidate = line.mid(13).trimmed();
        else if (const QRegularExpressionMatch match = version.match(line); match.hasMatch()) {
            m_reachedInstalled = m_reachedInstalled || match.captured(1) == u"***";
            if (match.captured(2) == package.candidate) {
                newer = !m_reachedInstalled;
                package.phased = !match.captured(3).isEmpty();
            }
        } else if (const QRegularExpressionMatch from = source.match(line); from.hasMatch() && !m_reachedInstalled) {
            package.sources.append(from.captured(1));
        }
    }

    PendingPackage package;
    bool newer =
        false; ///< the candidate stands above the installed version: apt lists the versions from newest to oldest

private:
    bool m_reachedInstalled = false;
};

void parsePending(const ProbeReport &report, UpdateFacts &facts)
{
    QStringList held;
    bool counted = false;
    for (const QString &line : lines(report, "dpkg")) {
        if (line.startsWith(u"hold "))
            held.append(line.mid(5).section(u':', 0, 0));
        else if (line.startsWith(u"broken "))
            facts.broken.append(line.mid(7).simplified());
        else if (line.startsWith(u"installed "))
            facts.packages = line.mid(10).toInt(&counted);
    }
    const ProbeSection *dpkg = report.find("dpkg");
    facts.dpkgRead = dpkg && dpkg->succeeded() && counted && facts.packages > 0;

    const ProbeSection *section = report.find("apt-pending");
    if (!section || section->absent)
        return;
    int checked = -1;
    QList<PolicyBlock> blocks;
    for (const QString &line : section->lines()) {
        static const QRegularExpression heading(QStringLiteral("^([a-z0-9][a-z0-9.+-]+(:[a-z0-9]+)?):$"));
        if (const QRegularExpressionMatch match = heading.match(line); match.hasMatch()) {
            blocks.append(PolicyBlock());
            blocks.last().package.name = match.captured(1);
        } else if (line.startsWith(u"checked ")) {
            checked = line.mid(8).toInt();
        } else if (line.startsWith(u' ') && !blocks.isEmpty()) {
            blocks.last().addLine(line);
        } else if (facts.pendingProblem.isEmpty()) {
            facts.pendingProblem = line;
        }
    }
    for (PolicyBlock &block : blocks) {
        PendingPackage &package = block.package;
        if (!block.newer)
            continue;
        package.held = held.contains(package.name.section(u':', 0, 0));
        for (const QString &source : std::as_const(package.sources)) {
            const auto archive = std::find_if(facts.archives.begin(), facts.archives.end(),
                                              [&](const AptArchive &a) { return a.source == source; });
            package.sourcesKnown = package.sourcesKnown && archive != facts.archives.end();
            package.security = package.security || (archive != facts.archives.end() && archive->isSecurity());
        }
        facts.pending.append(package);
    }
    if (section->status != 0 && facts.pendingProblem.isEmpty())
        facts.pendingProblem = QStringLiteral("exit status %1").arg(section->status);
    if (facts.pendingProblem.isEmpty() && (!facts.dpkgRead || checked != facts.packages))
        facts.pendingProblem = QStringLiteral("%1 of %2 packages were answered").arg(checked).arg(facts.packages);
    facts.pendingRead = facts.pendingProblem.isEmpty();
}

std::optional<qint64> releaseDate(const QString &text)
{
    // "Wed, 18 Nov 2026 22:17:41 UTC"; apt-ftparchive writes "+0000". Always UTC (Debian's repository format).
    static const QRegularExpression zone(QStringLiteral(" (UTC|GMT|\\+0000|Z)$"));
    QString plain = text.trimmed();
    if (!plain.contains(zone))
        return std::nullopt;
    plain.remove(zone);
    QDateTime date = QLocale::c().toDateTime(plain, QStringLiteral("ddd, d MMM yyyy H:mm:ss"));
    if (!date.isValid())
        return std::nullopt;
    date.setTimeSpec(Qt::UTC);
    return date.toSecsSinceEpoch();
}

/// How recent the lists are: when they were last fetched, or what the archives' own dates prove. Files' times prove
/// nothing: apt gives them the archive's.
void parseListAge(const ProbeReport &report, const QHash<QString, qint64> &stamps, UpdateFacts &facts)
{
    const auto take = [&facts](qint64 time, const QString &evidence) {
        facts.listsEvidence.append(evidence);
        facts.listsFrom = std::max(facts.listsFrom.value_or(time), time);
    };
    for (const char *name : { "update-success-stamp", "update-stamp" }) {
        const QString path = QStringLiteral("/var/lib/apt/periodic/%1").arg(QLatin1StringView(name));
        if (const auto it = stamps.constFind(path); it != stamps.constEnd())
            take(*it,
                 QStringLiteral("%1: %2").arg(path, QDateTime::fromSecsSinceEpoch(*it, Qt::UTC).toString(Qt::ISODate)));
    }
    const QStringList dates = lines(report, "apt-dates");
    // Only a security archive changes often enough for its date to tell anything.
    for (const QString &line : dates) {
        const QString file = line.section(QStringLiteral(": "), 0, 0);
        if (line.section(QStringLiteral(": "), 1, 1) != u"Date" || !file.contains(u"security"))
            continue;
        if (const std::optional<qint64> date = releaseDate(line.section(QStringLiteral(": "), 2)))
            take(*date, line);
    }
}

} // namespace

UpdateFacts UpdateFacts::parse(const ProbeReport &report)
{
    UpdateFacts facts;
    if (const ProbeSection *tools = report.find("tools"))
        facts.hasUnattendedUpgrade = tools->text.split(' ').contains("unattended-upgrade");
    if (const ProbeSection *clock = report.find("clock"); clock && clock->succeeded()) {
        bool ok = false;
        const qint64 now = clock->text.trimmed().toLongLong(&ok);
        if (ok && now > 0)
            facts.now = now;
    }
    const ProbeSection *apt = report.find("apt");
    facts.hasApt = apt && !apt->absent;
    if (!facts.hasApt)
        return facts;

    const ProbeSection *config = report.find("apt-config");
    facts.configRead =
        config && config->succeeded() && !config->lines().filter(QRegularExpression(QStringLiteral("^E: "))).size();
    if (facts.configRead)
        facts.config = parseConfig(config->lines());
    if (const ProbeSection *archives = report.find("apt-archives"); archives && archives->succeeded())
        facts.archives = AptArchive::parse(archives->lines());
    parsePending(report, facts);

    QHash<QString, qint64> stamps;
    for (const QString &line : lines(report, "stamps")) {
        bool ok = false;
        const qint64 time = line.section(u' ', 0, 0).toLongLong(&ok);
        if (ok)
            stamps.insert(line.section(u' ', 1), time);
    }
    facts.stampsRead = stamps.contains(QStringLiteral("/var/lib/apt/periodic"));
    parseListAge(report, stamps, facts);
    for (const char *name : { "unattended-upgrades-stamp", "upgrade-stamp" }) {
        if (const auto it = stamps.constFind(QStringLiteral("/var/lib/apt/periodic/%1").arg(QLatin1StringView(name)));
            it != stamps.constEnd())
            facts.lastRun = std::max(facts.lastRun.value_or(*it), *it);
    }
    if (const auto it = stamps.constFind(QStringLiteral("/var/run/reboot-required")); it != stamps.constEnd()) {
        facts.rebootRequired = true;
        facts.rebootRequiredSince = *it;
    }
    facts.rebootPackages = lines(report, "reboot-packages");
    facts.rebootPackages.removeDuplicates();
    facts.rebootHook = stamps.contains(QStringLiteral("/etc/kernel/postinst.d/unattended-upgrades"))
        || stamps.contains(QStringLiteral("/etc/kernel/postinst.d/update-notifier"));
    return facts;
}

} // namespace Helmclaw
