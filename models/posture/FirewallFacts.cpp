// SPDX-License-Identifier: MIT
#include "models/posture/FirewallFacts.h"

#include "models/posture/ProbeReport.h"

#include <QHostAddress>
#include <QRegularExpression>

namespace Helmclaw {

namespace {

/// The words of a table cell without "(v6)", an application's name in parentheses, and "on INTERFACE".
QStringList addressWords(QString cell)
{
    static const QRegularExpression decoration(QStringLiteral(" (\\(.*\\)|on \\S+)"));
    return cell.remove(decoration).split(u' ', Qt::SkipEmptyParts);
}

QString interfaceOf(const QString &cell)
{
    static const QRegularExpression on(QStringLiteral(" on (\\S+)"));
    return on.match(cell).captured(1);
}

bool isAddress(const QString &word)
{
    // QHostAddress takes a lone number for an address (inet_aton(3)); here it is a port.
    if (!word.contains(u'.') && !word.contains(u':'))
        return false;
    return !QHostAddress(word).isNull() || QHostAddress::parseSubnet(word).second >= 0;
}

bool isPrivateInterface(const QString &name)
{
    static const QRegularExpression known(QStringLiteral("^(lo|tailscale[0-9]*|wg[0-9]*)$"));
    return known.match(name).hasMatch();
}

std::optional<FirewallRule> parseRule(const QString &line)
{
    // ufw's backend_iptables.py: "%-26s %-11s %s", then " (attributes)", then "  # comment".
    static const QRegularExpression row(QStringLiteral(
        "^(\\S.*?) +(ALLOW|DENY|REJECT|LIMIT) (IN|OUT|FWD) +(\\S.*?)( \\((log|log-all|out)[^)]*\\))?( +#.*)?$"));
    const QRegularExpressionMatch match = row.match(line);
    if (!match.hasMatch() || match.captured(1).contains(u'#'))
        return std::nullopt;
    return FirewallRule { line, match.captured(1), match.captured(2), match.captured(3), match.captured(4).trimmed() };
}

void parseStatus(const QStringList &lines, FirewallFacts &facts)
{
    static const QRegularExpression defaults(
        QStringLiteral("^Default: ([a-z]+) \\(incoming\\), ([a-z]+) \\(outgoing\\), ([a-z]+) \\(routed\\)$"));
    bool table = false;
    int states = 0;
    for (const QString &line : lines) {
        if (table) {
            if (const std::optional<FirewallRule> rule = parseRule(line))
                facts.rules.append(*rule);
            else
                facts.notUnderstood.append(line);
        } else if (line == u"Status: active" || line == u"Status: inactive") {
            facts.active = line == u"Status: active";
            ++states;
        } else if (const QRegularExpressionMatch match = defaults.match(line); match.hasMatch()) {
            facts.incoming = match.captured(1);
            facts.outgoing = match.captured(2);
            facts.routed = match.captured(3);
        } else if (line.startsWith(u"--  ") && facts.active) {
            table = true;
        }
    }
    // ufw says its state first and once and, when it is active, its policies.
    const bool whole =
        states == 1 && lines.first().startsWith(u"Status: ") && (facts.active == false || !facts.incoming.isEmpty());
    if (!whole) {
        facts = FirewallFacts();
        facts.installed = true;
        facts.problem = lines.isEmpty() ? QStringLiteral("ufw said nothing") : lines.first();
    }
}

} // namespace

QString FirewallRule::port() const
{
    const QStringList words = addressWords(to);
    const QString word = words.isEmpty() ? QString() : words.last();
    return isAddress(word) || word.startsWith(u"Anywhere") ? QString() : word;
}

bool FirewallRule::isOpenToAnyone() const
{
    if ((action != u"ALLOW" && action != u"LIMIT") || direction == u"OUT")
        return false;
    const QString arrivesOn = interfaceOf(direction == u"FWD" ? from : to);
    if (isPrivateInterface(arrivesOn))
        return false;
    // "Anywhere", or a source port without an address, is anyone; so is a range that holds most of the address space.
    const QStringList words = addressWords(from);
    if (words.isEmpty() || !isAddress(words.first()))
        return true;
    const auto range = QHostAddress::parseSubnet(words.first());
    return range.second >= 0 && range.second < (range.first.protocol() == QAbstractSocket::IPv6Protocol ? 16 : 8)
        && words.first().contains(u'/');
}

FirewallFacts FirewallFacts::parse(const ProbeReport &report)
{
    FirewallFacts facts;
    if (const ProbeSection *tools = report.find("tools"))
        facts.installed = tools->text.split(' ').contains("ufw");

    if (const ProbeSection *status = report.find("ufw-status"); status && !status->absent) {
        const QStringList lines = status->lines();
        if (status->status == 0)
            parseStatus(lines, facts);
        else
            facts.problem = QStringLiteral("exit status %1: %2").arg(status->status).arg(lines.value(0));
    }
    if (const ProbeSection *conf = report.find("ufw-conf"); conf && conf->succeeded()) {
        // The shell that sources it takes the last line.
        for (const QString &line : conf->lines()) {
            const QString value = line.trimmed().section(u'=', 1).remove(u'"').trimmed().toLower();
            facts.enabledAtBoot = value == u"yes" ? std::optional(true)
                : value == u"no"                  ? std::optional(false)
                                                  : std::nullopt;
        }
    }
    if (const ProbeSection *defaults = report.find("ufw-defaults"); defaults && defaults->succeeded()) {
        for (const QString &line : defaults->lines())
            facts.defaults.insert(line.trimmed().section(u'=', 0, 0),
                                  line.trimmed().section(u'=', 1).remove(u'"').trimmed());
    }
    if (const ProbeSection *forwarding = report.find("forwarding"); forwarding && forwarding->succeeded()) {
        for (const QString &word : printable(forwarding->text).split(u' ', Qt::SkipEmptyParts)) {
            const QString value = word.section(u'=', 1);
            facts.forwardingLines.append(word);
            if (value == u"1" || value == u"2")
                facts.forwarding = true;
            else if (value == u"0" && !facts.forwarding)
                facts.forwarding = false;
        }
    }
    return facts;
}

} // namespace Helmclaw
