// SPDX-License-Identifier: MIT
#include "models/posture/AccountFacts.h"

#include "models/posture/ProbeReport.h"

namespace Helmclaw {

namespace {

constexpr qsizetype maxLine = 16 * 1024;

void addMembers(QStringList &members, const QString &list)
{
    for (const QString &member : list.split(u',', Qt::SkipEmptyParts)) {
        if (!members.contains(member))
            members.append(member);
    }
}

/// Reads the lines "KEY TAB FIELD …" of the probe; every one must be as the script writes it.
class Reader
{
public:
    explicit Reader(AccountFacts &facts)
        : m_facts(facts)
    {
    }

    bool line(const QByteArray &raw)
    {
        if (raw.size() > maxLine || m_complete)
            return false;
        if (raw.isEmpty())
            return true;
        const qsizetype tab = raw.indexOf('\t');
        const QByteArray key = tab < 0 ? raw : raw.first(tab);
        const QByteArray rest = tab < 0 ? QByteArray() : raw.mid(tab + 1);
        if (key != "says")
            endListing();
        if (key == "complete")
            m_complete = tab < 0;
        else if (key == "says")
            return says(rest);
        else if (key == "file")
            m_facts.sudoersLines.append(printable(rest));
        else if (key == "nosudo")
            m_facts.hasSudo = false;
        else
            return fields(key, rest.split('\t'));
        return true;
    }
    [[nodiscard]] bool isComplete() const { return m_complete && m_rootSaid; }

private:
    bool says(const QByteArray &text)
    {
        if (m_user.isEmpty() || m_says.size() > 2000)
            return false;
        m_says.append(printable(text));
        return true;
    }
    void endListing()
    {
        if (!m_user.isEmpty())
            m_facts.sudo.append(SudoListing::parse(m_user, m_says, m_status));
        m_user.clear();
        m_says.clear();
    }
    bool fields(const QByteArray &key, const QList<QByteArray> &values)
    {
        QStringList texts;
        for (const QByteArray &value : values)
            texts.append(printable(value));
        const QString &first = texts.first();
        if (key == "root" && texts.size() == 1 && !m_rootSaid) {
            m_rootSaid = true;
            m_facts.asRoot = first == u"yes";
            return first == u"yes" || first == u"no";
        }
        if (key == "group" && texts.size() == 2) {
            addMembers(m_facts.groups[first], texts.at(1));
        } else if (key == "primary" && texts.size() == 2) {
            addMembers(m_facts.groups[first], texts.at(1));
        } else if (key == "uid0" && texts.size() == 1) {
            m_facts.uid0.append(first);
        } else if (key == "empty" && texts.size() == 2) {
            m_facts.emptyPasswords.append(QStringLiteral("%1: %2").arg(first, texts.at(1)));
        } else if (key == "count" && texts.size() == 2) {
            bool ok = false;
            // A file without a line is no user database.
            if (texts.at(1).toInt(&ok) > 0 && ok)
                m_facts.read.insert(first);
        } else if (key == "service" && texts.size() == 2) {
            m_facts.serviceUsers.append(first);
        } else if (key == "keyfile" && texts.size() == 1) {
            m_facts.keyFiles.append(first);
        } else if (key == "key" && texts.size() == 3) {
            bool ok = false;
            const int bits = texts.at(2).toInt(&ok);
            m_facts.keys.append({ first, texts.at(1), bits });
            return ok;
        } else if ((key == "oddkey" || key == "nofile") && texts.size() == 1) {
            m_facts.keysNotRead.append(key == "oddkey"
                                           ? QStringLiteral("%1: a line that is no key").arg(first)
                                           : QStringLiteral("%1: no plain file, or a very large one").arg(first));
        } else if (key == "sudo" && texts.size() == 2) {
            bool ok = false;
            m_facts.hasSudo = true;
            m_user = first;
            m_status = texts.at(1).toInt(&ok);
            return ok && !m_user.isEmpty();
        } else if (key == "unasked" && texts.size() == 1) {
            m_facts.sudoNotAsked.append(first);
        } else {
            return (key == "unreadable" || key == "ask") ? texts.size() == 1 : key == "home";
        }
        return true;
    }

    AccountFacts &m_facts;
    bool m_complete = false;
    bool m_rootSaid = false;
    QString m_user;
    int m_status = 0;
    QStringList m_says;
};

} // namespace

const SudoListing *AccountFacts::listing(const QString &user) const
{
    for (const SudoListing &its : sudo) {
        if (its.user == user)
            return &its;
    }
    return nullptr;
}

AccountFacts AccountFacts::parse(const ProbeReport &report)
{
    const ProbeSection *section = report.find("accounts");
    if (!section || !section->succeeded())
        return {};
    AccountFacts facts;
    Reader reader(facts);
    for (const QByteArray &raw : section->text.split('\n')) {
        if (!reader.line(raw))
            return {};
    }
    if (!reader.isComplete())
        return {};
    facts.answered = true;
    return facts;
}

} // namespace Helmclaw
