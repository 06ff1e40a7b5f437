// SPDX-License-Identifier: MIT
#include "models/posture/ServerFacts.h"

#include "models/posture/ProbeReport.h"

#include <QCoreApplication>

namespace Helmclaw {

namespace {

QString text(const ProbeReport &report, const char *name)
{
    const ProbeSection *section = report.find(name);
    return section && section->succeeded() ? printable(section->text.trimmed()) : QString();
}

/// os-release(5): shell assignments; quotes are taken off, escapes do not occur in the fields we read.
QString osRelease(const ProbeReport &report, QStringView key)
{
    const ProbeSection *section = report.find("os-release");
    if (!section || !section->succeeded())
        return {};
    QString value;
    for (const QString &line : section->lines()) {
        if (line.startsWith(key) && line.mid(key.size()).startsWith(u'='))
            value = line.mid(key.size() + 1).remove(u'"').remove(u'\'');
    }
    return value;
}

QHash<QString, UnitFacts> parseUnits(const ProbeSection &section)
{
    QHash<QString, UnitFacts> units;
    QHash<QString, QString> unit;
    const auto finish = [&] {
        const QString id = unit.value(QStringLiteral("Id"));
        if (!id.isEmpty()) {
            units.insert(id,
                         UnitFacts { unit.value(QStringLiteral("LoadState")) == u"loaded",
                                     unit.value(QStringLiteral("ActiveState")),
                                     unit.value(QStringLiteral("UnitFileState")) });
        }
        unit.clear();
    };
    for (const QString &line : section.lines()) {
        const QString key = line.section(u'=', 0, 0);
        // Blank lines part the units, but lines() drops them; no property comes twice in one unit.
        if (unit.contains(key))
            finish();
        unit.insert(key, line.section(u'=', 1));
    }
    finish();
    return units;
}

} // namespace

QString UnitFacts::evidence(const QString &name) const
{
    if (!loaded)
        return QStringLiteral("systemctl show: %1: not found").arg(name);
    return QStringLiteral("systemctl show: %1: %2, %3")
        .arg(name, activeState, unitFileState.isEmpty() ? QStringLiteral("-") : unitFileState);
}

Result<ServerFacts> ServerFacts::parse(const ProbeReport &report)
{
    ServerFacts facts;
    facts.kernel = text(report, "kernel");
    facts.user = text(report, "user");
    if (facts.kernel.isEmpty() || facts.user.isEmpty() || !report.find("tools") || !report.find("sudo")) {
        return failure(
            ErrorCode::BadServerData,
            QCoreApplication::translate("ServerFacts", "the server did not say what system it is"),
            QCoreApplication::translate("ServerFacts", "Check that uname, id and sh work for the user you log in as"));
    }
    facts.isLinux = facts.kernel.startsWith(u"Linux ");
    facts.distroId = osRelease(report, u"ID");
    facts.distroCodename = osRelease(report, u"VERSION_CODENAME");
    facts.distroName = osRelease(report, u"PRETTY_NAME");

    const QString sudo = printable(report.find("sudo")->text.trimmed());
    const QString word = sudo.section(u' ', 0, 0);
    facts.sudo = word == u"root" ? SudoAccess::Root
        : word == u"full"        ? SudoAccess::Full
        : word == u"scoped"      ? SudoAccess::Scoped
        : word == u"none"        ? SudoAccess::None
                                 : SudoAccess::Unknown;
    facts.sudoProblem = sudo.section(u' ', 1);

    bool ok = false;
    const int port = text(report, "ssh-port").toInt(&ok);
    facts.sshPort = ok && port > 0 && port <= 65535 ? port : 0;

    if (const ProbeSection *units = report.find("units"); units && units->succeeded()) {
        facts.units = parseUnits(*units);
        facts.hasSystemd = !facts.units.isEmpty();
    }
    facts.firewall = FirewallFacts::parse(report);
    facts.fail2ban = Fail2banFacts::parse(report);
    facts.updates = UpdateFacts::parse(report);
    facts.sshd = SshdFacts::parse(report);
    facts.openClaw = OpenClawFacts::parse(report);
    facts.accounts = AccountFacts::parse(report);
    facts.service = ServiceFacts::parse(report);
    facts.network = NetworkFacts::parse(report);
    facts.docker = DockerFacts::parse(report);
    return facts;
}

} // namespace Helmclaw
