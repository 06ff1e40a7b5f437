// SPDX-License-Identifier: MIT
#include "models/posture/ServiceFacts.h"

#include "models/posture/ProbeReport.h"

#include <algorithm>

namespace Helmclaw {

namespace {

constexpr qsizetype maxLine = 16 * 1024;
constexpr qsizetype maxUnits = 32;
constexpr qsizetype maxMounts = 2000;

bool isAtOrBelow(const QString &path, const QString &folder)
{
    return folder == u"/" || path == folder || path.startsWith(folder + u'/');
}

/// Reads the lines "KEY TAB FIELD …" of the probe; every one must be as the script writes it.
class Reader
{
public:
    bool line(const QByteArray &raw)
    {
        if (raw.size() > maxLine || complete)
            return false;
        if (raw.isEmpty())
            return true;
        QStringList fields;
        for (const QByteArray &field : raw.split('\t'))
            fields.append(printable(field));
        const QString key = fields.takeFirst();
        if (key == u"complete")
            complete = fields.isEmpty();
        else if (key == u"running" && fields.size() == 1)
            facts.running += fields.first().isEmpty() ? QStringList() : fields;
        else if (key == u"manager" && fields.size() == 2)
            manager(fields.first(), fields.last());
        else if (key == u"show" && fields.size() == 1)
            return show(fields.first());
        else if (key == u"process" && fields.size() == 1)
            return process(fields.first());
        else if (key == u"privileges" && fields.size() == 1 && m_process >= 0)
            facts.units[m_process].noNewPrivileges = fields.first() == u"1";
        else if (key == u"mount" && fields.size() == 3 && m_process >= 0
                 && facts.units.at(m_process).mounts.size() < maxMounts)
            facts.units[m_process].mounts.append({ fields.at(0), fields.at(1), fields.at(2) });
        else if (key == u"exposure" && fields.size() == 2)
            exposure(fields.first(), fields.last());
        else
            return false;
        return key != u"complete" || complete;
    }

    ServiceFacts facts;
    bool complete = false;
    bool systemAnswered = false;

private:
    void manager(const QString &scope, const QString &status)
    {
        m_manager = scope;
        m_process = -1;
        m_fresh = true;
        if (scope == u"system")
            systemAnswered = status == u"0";
        // "none": that user has no manager now, so no unit of it runs.
        else if (status != u"0" && status != u"none")
            facts.notAsked.append(QStringLiteral("%1 (%2)").arg(scope, status));
    }
    bool show(const QString &assignment)
    {
        const QString key = assignment.section(u'=', 0, 0);
        if (m_manager.isEmpty() || key.isEmpty() || !assignment.contains(u'='))
            return false;
        // Blank lines part the units, but the probe leaves them out; no property comes twice in one unit.
        if (m_fresh || facts.units.last().properties.contains(key)) {
            if (facts.units.size() >= maxUnits)
                return false;
            facts.units.append(ServiceUnit { m_manager, {}, false, {}, {}, {} });
            m_fresh = false;
        }
        facts.units.last().properties.insert(key, assignment.section(u'=', 1));
        return true;
    }
    bool process(const QString &pid)
    {
        m_process = -1;
        for (qsizetype i = 0; i < facts.units.size(); ++i) {
            if (facts.units.at(i).manager == m_manager && facts.units.at(i).value("MainPID") == pid)
                m_process = i;
        }
        if (m_process >= 0)
            facts.units[m_process].hasProcess = true;
        return m_process >= 0;
    }
    void exposure(const QString &unit, const QString &text)
    {
        for (ServiceUnit &its : facts.units) {
            if (its.manager == m_manager && its.id() == unit)
                its.exposure = text;
        }
    }

    QString m_manager;
    qsizetype m_process = -1;
    bool m_fresh = true;
};

} // namespace

bool ServiceMount::isWritable() const
{
    return options.section(u',', 0, 0) != u"ro";
}

QString ServiceUnit::value(const char *property) const
{
    return properties.value(QLatin1StringView(property));
}

std::optional<bool> ServiceUnit::canWrite(const QString &path) const
{
    const ServiceMount *best = nullptr;
    for (const ServiceMount &mount : mounts) {
        if (isAtOrBelow(path, mount.point) && (!best || mount.point.size() >= best->point.size()))
            best = &mount;
    }
    return best ? std::optional(best->isWritable()) : std::nullopt;
}

QStringList ServiceUnit::writableBelow(const QString &path) const
{
    QStringList points;
    for (const ServiceMount &mount : mounts) {
        if (mount.point != path && isAtOrBelow(mount.point, path) && canWrite(mount.point) == true
            && !points.contains(mount.point))
            points.append(mount.point);
    }
    return points;
}

ServiceFacts ServiceFacts::parse(const ProbeReport &report)
{
    const ProbeSection *section = report.find("service");
    if (!section || section->status != 0)
        return {};
    if (section->absent) {
        ServiceFacts facts;
        facts.answered = true;
        return facts;
    }
    Reader reader;
    for (const QByteArray &raw : section->text.split('\n')) {
        if (!reader.line(raw))
            return {};
    }
    if (!reader.complete || !reader.systemAnswered)
        return {};
    ServiceFacts facts = reader.facts;
    facts.answered = facts.hasSystemd = true;
    facts.units.removeIf([](const ServiceUnit &unit) { return unit.value("LoadState") != u"loaded"; });
    const auto runs = [](const ServiceUnit &unit) { return unit.value("ActiveState") == u"active"; };
    if (std::any_of(facts.units.begin(), facts.units.end(), runs))
        facts.units.removeIf([&](const ServiceUnit &unit) { return !runs(unit); });
    return facts;
}

} // namespace Helmclaw
