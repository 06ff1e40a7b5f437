// SPDX-License-Identifier: MIT
#include "models/posture/Fail2banFacts.h"

#include "models/posture/ProbeReport.h"

#include <QRegularExpression>

namespace Helmclaw {

namespace {

std::optional<qint64> wholeNumber(const QString &text)
{
    static const QRegularExpression digits(QStringLiteral("^-?[0-9]{1,15}$"));
    return digits.match(text).hasMatch() ? std::optional(text.toLongLong()) : std::nullopt;
}

std::optional<int> count(const QString &text)
{
    const std::optional<qint64> value = wholeNumber(text);
    return value && *value >= 0 && *value <= 1'000'000'000 ? std::optional(int(*value)) : std::nullopt;
}

/// The answers to the script's questions: "key TAB value" lines, a jail's after its "jail" line, "complete" at the end.
/// False when anything is missing or unknown.
bool parseAnswers(const ProbeSection &section, Fail2banFacts &facts)
{
    std::optional<int> announced;
    bool complete = false;
    for (const QByteArray &raw : section.text.split('\n')) {
        const qsizetype tab = raw.indexOf('\t');
        const QByteArray key = tab < 0 ? raw : raw.first(tab);
        const QString value = tab < 0 ? QString() : printable(raw.mid(tab + 1));
        if (complete)
            return false;
        if (key == "jails" && !announced)
            announced = count(value);
        else if (key == "jail" && announced && !facts.jail(value))
            facts.jails.append(Jail { value, {}, {}, {}, {}, {} });
        else if (key == "complete")
            complete = true;
        else if (facts.jails.isEmpty())
            return false;
        else if (key == "maxretry")
            facts.jails.last().maxRetry = count(value);
        else if (key == "findtime")
            facts.jails.last().findTime = wholeNumber(value);
        else if (key == "bantime")
            facts.jails.last().banTime = wholeNumber(value);
        else if (key == "banned-now")
            facts.jails.last().bannedNow = count(value);
        else if (key == "banned")
            facts.jails.last().banned.append(value);
        else if (key != "banned-total")
            return false;
    }
    return complete && announced && *announced == facts.jails.size();
}

/// "fail2ban-client status sshd" as the program prints it for people.
bool parseJailStatus(const ProbeSection &section, Fail2banFacts &facts)
{
    Jail jail;
    bool listed = false;
    for (const QByteArray &raw : section.text.split('\n')) {
        // Not printable() first: it would turn the tabs that part the columns into something visible.
        const qsizetype tab = raw.indexOf('\t');
        const QByteArray key = raw.first(tab < 0 ? raw.size() : tab).trimmed();
        const QByteArray value = tab < 0 ? QByteArray() : raw.mid(tab + 1).trimmed();
        if (key == "Status for the jail: sshd")
            jail.name = QStringLiteral("sshd");
        else if (key.endsWith("Currently banned:"))
            jail.bannedNow = count(QString::fromLatin1(value));
        else if (key.endsWith("Banned IP list:")) {
            listed = true;
            for (const QByteArray &address : value.split(' ')) {
                if (!address.isEmpty() && jail.banned.size() < 1000)
                    jail.banned.append(printable(address));
            }
        }
    }
    if (jail.name.isEmpty() || !jail.bannedNow || !listed)
        return false;
    facts.jails.append(jail);
    return true;
}

} // namespace

const Jail *Fail2banFacts::jail(QStringView name) const
{
    for (const Jail &jail : jails) {
        if (jail.name == name)
            return &jail;
    }
    return nullptr;
}

Fail2banFacts Fail2banFacts::parse(const ProbeReport &report)
{
    Fail2banFacts facts;
    if (const ProbeSection *tools = report.find("tools"))
        facts.installed = tools->text.split(' ').contains("fail2ban-client");
    if (const ProbeSection *config = report.find("fail2ban-config"); config && config->succeeded())
        facts.configured = config->lines();

    const ProbeSection *full = report.find("fail2ban");
    const ProbeSection *sshdOnly = report.find("fail2ban-sshd");
    const ProbeSection *asked = full && !full->absent ? full : sshdOnly;
    if (!asked)
        return facts;
    if (asked->status == 0)
        facts.answered = asked == full ? parseAnswers(*asked, facts) : parseJailStatus(*asked, facts);
    facts.complete = facts.answered && asked == full;
    if (!facts.answered) {
        facts.jails.clear();
        const QStringList lines = asked->lines();
        facts.problem = asked->status == 0
            ? QStringLiteral("not understood: %1").arg(lines.value(0))
            : QStringLiteral("exit status %1: %2").arg(asked->status).arg(lines.value(0));
    }
    return facts;
}

} // namespace Helmclaw
