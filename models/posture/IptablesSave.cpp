// SPDX-License-Identifier: MIT
#include "models/posture/IptablesSave.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <optional>

namespace Helmclaw {

namespace {

using Field = FilterCondition::Field;
using Target = FilterRule::Target;

constexpr qsizetype maxLine = 8192;

tl::unexpected<Error> bad(const QString &what)
{
    return failure(
        ErrorCode::BadServerData,
        QCoreApplication::translate("IptablesSave", "the packet filter's rules were not understood: %1").arg(what),
        QCoreApplication::translate("IptablesSave", "Look at them on the server: sudo iptables-save"));
}

/// Words by blanks; "quoted text" is one word, with \" and \\ in it (xtables_save_string()).
std::optional<QStringList> words(const QString &line)
{
    QStringList list;
    QString word;
    bool inWord = false;
    bool quoted = false;
    for (qsizetype i = 0; i < line.size(); ++i) {
        const QChar c = line.at(i);
        if (quoted && c == u'\\' && i + 1 < line.size()) {
            word += line.at(++i);
        } else if (c == u'"') {
            quoted = !quoted;
            inWord = true;
        } else if (c == u' ' && !quoted) {
            if (inWord)
                list += word;
            word.clear();
            inWord = false;
        } else {
            word += c;
            inWord = true;
        }
    }
    if (quoted)
        return std::nullopt;
    if (inWord)
        list += word;
    return list;
}

struct Option
{
    Field field;
    int arguments; ///< words that follow
};

/// Options whose argument is the condition's value as it stands.
const QHash<QString, Option> &options()
{
    static const QHash<QString, Option> table {
        { QStringLiteral("-i"), { Field::InInterface, 1 } },
        { QStringLiteral("-o"), { Field::OutInterface, 1 } },
        { QStringLiteral("-s"), { Field::Source, 1 } },
        { QStringLiteral("-d"), { Field::Destination, 1 } },
        { QStringLiteral("-p"), { Field::Protocol, 1 } },
        { QStringLiteral("--dport"), { Field::DestinationPort, 1 } },
        { QStringLiteral("--dports"), { Field::DestinationPort, 1 } },
        { QStringLiteral("--destination-port"), { Field::DestinationPort, 1 } },
        { QStringLiteral("--destination-ports"), { Field::DestinationPort, 1 } },
        { QStringLiteral("--ctorigdstport"), { Field::OriginalPort, 1 } },
        { QStringLiteral("--ctstate"), { Field::State, 1 } },
        { QStringLiteral("--state"), { Field::State, 1 } },
        { QStringLiteral("--ctstatus"), { Field::State, 1 } },
        { QStringLiteral("--dst-type"), { Field::DestinationType, 1 } },
        { QStringLiteral("--src-type"), { Field::SourceType, 1 } },
        { QStringLiteral("--mark"), { Field::Mark, 1 } },
        { QStringLiteral("--syn"), { Field::NewConnection, 0 } },
        { QStringLiteral("--sport"), { Field::ClientChoice, 1 } },
        { QStringLiteral("--sports"), { Field::ClientChoice, 1 } },
        { QStringLiteral("--source-port"), { Field::ClientChoice, 1 } },
        { QStringLiteral("--source-ports"), { Field::ClientChoice, 1 } },
        { QStringLiteral("--tcp-option"), { Field::ClientChoice, 1 } },
        { QStringLiteral("--mss"), { Field::ClientChoice, 1 } },
        { QStringLiteral("--length"), { Field::ClientChoice, 1 } },
        { QStringLiteral("--ttl-eq"), { Field::ClientChoice, 1 } },
        { QStringLiteral("--ttl-gt"), { Field::ClientChoice, 1 } },
        { QStringLiteral("--ttl-lt"), { Field::ClientChoice, 1 } },
        { QStringLiteral("--hl-eq"), { Field::ClientChoice, 1 } },
        { QStringLiteral("--rt-type"), { Field::ClientChoice, 1 } },
        { QStringLiteral("--rt-segsleft"), { Field::ClientChoice, 1 } },
        { QStringLiteral("-f"), { Field::ClientChoice, 0 } },
        { QStringLiteral("--limit"), { Field::ClientChoice, 1 } },
        { QStringLiteral("--hashlimit-upto"), { Field::ClientChoice, 1 } },
        { QStringLiteral("--connlimit-upto"), { Field::ClientChoice, 1 } },
        { QStringLiteral("--hashlimit-above"), { Field::Seldom, 1 } },
        { QStringLiteral("--connlimit-above"), { Field::Seldom, 1 } },
        { QStringLiteral("--rcheck"), { Field::Seldom, 0 } },
        { QStringLiteral("--update"), { Field::Seldom, 0 } },
        { QStringLiteral("--timestart"), { Field::ClientChoice, 1 } },
        { QStringLiteral("--timestop"), { Field::ClientChoice, 1 } },
        { QStringLiteral("--weekdays"), { Field::ClientChoice, 1 } },
        { QStringLiteral("--datestart"), { Field::ClientChoice, 1 } },
        { QStringLiteral("--datestop"), { Field::ClientChoice, 1 } },
    };
    return table;
}

/// Options that say nothing by themselves, and how many words they take.
const QHash<QString, int> &silentOptions()
{
    static const QHash<QString, int> table {
        { QStringLiteral("--comment"), 1 },
        { QStringLiteral("--limit-burst"), 1 },
        { QStringLiteral("--set"), 0 },
        { QStringLiteral("--seconds"), 1 },
        { QStringLiteral("--hitcount"), 1 },
        { QStringLiteral("--name"), 1 },
        { QStringLiteral("--mask"), 1 },
        { QStringLiteral("--rsource"), 0 },
        { QStringLiteral("--rttl"), 0 },
        { QStringLiteral("--reap"), 0 },
        { QStringLiteral("--hashlimit-burst"), 1 },
        { QStringLiteral("--hashlimit-mode"), 1 },
        { QStringLiteral("--hashlimit-name"), 1 },
        { QStringLiteral("--hashlimit-htable-size"), 1 },
        { QStringLiteral("--hashlimit-htable-max"), 1 },
        { QStringLiteral("--hashlimit-htable-expire"), 1 },
        { QStringLiteral("--hashlimit-htable-gcinterval"), 1 },
        { QStringLiteral("--hashlimit-srcmask"), 1 },
        { QStringLiteral("--hashlimit-dstmask"), 1 },
        { QStringLiteral("--connlimit-mask"), 1 },
        { QStringLiteral("--connlimit-saddr"), 0 },
        { QStringLiteral("--kerneltz"), 0 },
        // Of a protocol that -p has named; neither TCP nor UDP comes that far.
        { QStringLiteral("--icmp-type"), 1 },
        { QStringLiteral("--icmpv6-type"), 1 },
        { QStringLiteral("--chunk-types"), 2 },
    };
    return table;
}

/// Modules that match by their options alone; any other may mean something by being there ("-m socket").
bool speaksByOptions(const QString &module)
{
    static const QStringList known = QStringLiteral("tcp udp udplite sctp dccp icmp icmp6 ipv6-icmp conntrack state "
                                                    "multiport comment limit hashlimit connlimit recent addrtype set "
                                                    "mark connmark iprange time rt hl ttl length tcpmss geoip")
                                         .split(u' ');
    return known.contains(module);
}

Target targetOf(const QString &word)
{
    static const QHash<QString, Target> known {
        { QStringLiteral("ACCEPT"), Target::Accept },       { QStringLiteral("DROP"), Target::Drop },
        { QStringLiteral("REJECT"), Target::Drop },         { QStringLiteral("TARPIT"), Target::Drop },
        { QStringLiteral("RETURN"), Target::Return },       { QStringLiteral("DNAT"), Target::Translate },
        { QStringLiteral("REDIRECT"), Target::Translate },  { QStringLiteral("MARK"), Target::Mark },
        { QStringLiteral("CONNMARK"), Target::Mark },       { QStringLiteral("LOG"), Target::Continue },
        { QStringLiteral("NFLOG"), Target::Continue },      { QStringLiteral("ULOG"), Target::Continue },
        { QStringLiteral("TRACE"), Target::Continue },      { QStringLiteral("TCPMSS"), Target::Continue },
        { QStringLiteral("SET"), Target::Continue },        { QStringLiteral("CT"), Target::Continue },
        { QStringLiteral("NOTRACK"), Target::Continue },    { QStringLiteral("CHECKSUM"), Target::Continue },
        { QStringLiteral("CLASSIFY"), Target::Continue },   { QStringLiteral("DSCP"), Target::Continue },
        { QStringLiteral("TOS"), Target::Continue },        { QStringLiteral("TTL"), Target::Continue },
        { QStringLiteral("SECMARK"), Target::Continue },    { QStringLiteral("CONNSECMARK"), Target::Continue },
        { QStringLiteral("MASQUERADE"), Target::Continue }, { QStringLiteral("SNAT"), Target::Continue },
        { QStringLiteral("NETMAP"), Target::Unknown },
    };
    return known.value(word, Target::Unknown);
}

/// Takes a rule's words from front to back.
class RuleReader
{
public:
    RuleReader(FilterRule &rule, const QStringList &words)
        : m_rule(rule)
        , m_words(words)
    {
    }

    void read()
    {
        while (m_at < m_words.size()) {
            m_negated = m_words.at(m_at) == u"!";
            if (m_negated)
                ++m_at;
            const QString word = m_words.value(m_at++);
            if (word == u"-j" || word == u"-g") {
                readTarget(word == u"-g");
                return;
            }
            readMatch(word);
        }
    }

private:
    QString take() { return m_words.value(m_at++); }
    void add(Field field, const QStringList &values)
    {
        m_rule.conditions.append(FilterCondition { field, m_negated, values });
    }

    void readMatch(const QString &word)
    {
        if (word == u"-m") {
            if (const QString module = take(); !speaksByOptions(module))
                add(Field::Unknown, { module });
            return;
        }
        if (const auto silent = silentOptions().constFind(word); silent != silentOptions().constEnd()) {
            // "! --set" and the like: not what any of them is for.
            if (m_negated && word != u"--icmp-type" && word != u"--icmpv6-type")
                add(Field::Unknown, { word });
            m_at += *silent;
            return;
        }
        if (const auto option = options().constFind(word); option != options().constEnd()) {
            add(option->field, option->arguments > 0 ? take().split(u',', Qt::SkipEmptyParts) : QStringList { word });
            return;
        }
        if (word == u"--match-set") {
            const QString name = take();
            const QString direction = take();
            if (direction == u"src")
                add(Field::Source, { QStringLiteral("set %1").arg(name) });
            else
                add(Field::Unknown, { word, name });
        } else if (word == u"--src-range") {
            add(Field::Source, { take() });
        } else if (word == u"--source-country" || word == u"--src-cc") {
            add(Field::Source, { QStringLiteral("country %1").arg(take()) });
        } else if (word == u"--tcp-flags") {
            const QString mask = take();
            const QString set = take();
            const bool syn = set == u"SYN" && mask.contains(u"SYN") && mask.contains(u"ACK");
            add(syn ? Field::NewConnection : Field::ClientChoice, { mask, set });
        } else {
            add(Field::Unknown, { word });
            while (m_at < m_words.size() && !m_words.at(m_at).startsWith(u'-') && m_words.at(m_at) != u"!")
                ++m_at;
        }
    }

    void readTarget(bool goTo)
    {
        m_rule.chain = take();
        m_rule.target = targetOf(m_rule.chain);
        if (goTo)
            m_rule.target = Target::Goto;
        for (; m_at + 1 < m_words.size(); ++m_at) {
            const QString value = m_words.at(m_at + 1);
            if (m_words.at(m_at) == u"--to-destination")
                splitAddress(value);
            else if (m_words.at(m_at) == u"--to-ports")
                m_rule.toPort = value;
        }
    }

    void splitAddress(const QString &text)
    {
        // "172.17.0.2:80", ":80", "[fd00::2]:80", "172.17.0.2"
        static const QRegularExpression form(QStringLiteral("^(?:\\[([^\\]]*)\\]|([^:]*))(?::([0-9]+(?:-[0-9]+)?))?$"));
        const QRegularExpressionMatch match = form.match(text);
        if (!match.hasMatch()) {
            m_rule.toAddress = text;
            return;
        }
        m_rule.toAddress = match.captured(1) + match.captured(2);
        m_rule.toPort = match.captured(3);
    }

    FilterRule &m_rule;
    const QStringList &m_words;
    qsizetype m_at = 2; ///< after "-A CHAIN"
    bool m_negated = false;
};

FilterChain::Hook hookOf(const QString &chain)
{
    if (chain == u"INPUT")
        return FilterChain::Hook::Input;
    if (chain == u"FORWARD")
        return FilterChain::Hook::Forward;
    if (chain == u"PREROUTING")
        return FilterChain::Hook::Prerouting;
    return FilterChain::Hook::Other;
}

/// A word that is no known target is a chain's name, if there is such a chain.
void resolveJumps(FilterTable &table)
{
    for (FilterChain &chain : table.chains) {
        for (FilterRule &rule : chain.rules) {
            if (rule.target == Target::Unknown && table.chains.contains(rule.chain))
                rule.target = Target::Jump;
            else if (rule.target == Target::Goto && !table.chains.contains(rule.chain))
                rule.target = Target::Unknown;
        }
    }
}

} // namespace

Result<IptablesDump> IptablesDump::parse(const QByteArray &text, AddressFamily family)
{
    IptablesDump dump;
    bool header = false;
    std::optional<FilterTable> table;
    for (const QByteArray &bytes : text.split('\n')) {
        if (bytes.trimmed().isEmpty())
            continue;
        if (bytes.size() > maxLine)
            return bad(QStringLiteral("a line of %1 bytes").arg(bytes.size()));
        const QString line = printable(bytes.trimmed(), maxLine);
        if (line.startsWith(u'#')) {
            static const QRegularExpression incompatible(QStringLiteral("^# Table `(\\S+)' is incompatible"));
            if (line.contains(u"-save v")) {
                header = true;
                dump.legacy = !line.contains(u"(nf_tables)");
            } else if (const auto match = incompatible.match(line); match.hasMatch()) {
                dump.notShown.append(match.captured(1));
            }
        } else if (line.startsWith(u'*') && !table && header) {
            table.emplace();
            table->name = line.mid(1);
            table->ipv4 = family == AddressFamily::IPv4;
            table->ipv6 = !table->ipv4;
            table->source = QStringLiteral("%1tables-save (%2) %3")
                                .arg(table->ipv4 ? QStringLiteral("ip") : QStringLiteral("ip6"),
                                     dump.legacy ? QStringLiteral("legacy") : QStringLiteral("nf_tables"), table->name);
        } else if (line.startsWith(u':') && table) {
            const QString name = line.mid(1).section(u' ', 0, 0);
            const QString policy = line.section(u' ', 1, 1);
            if (name.isEmpty() || table->chains.contains(name))
                return bad(QStringLiteral("\"%1\"").arg(line.left(80)));
            FilterChain chain;
            chain.translates = table->name == u"nat";
            chain.hook = policy == u"-" ? FilterChain::Hook::None : hookOf(name);
            chain.dropsByPolicy = policy == u"DROP";
            table->chains.insert(name, chain);
            table->chainOrder.append(name);
        } else if (line == u"COMMIT" && table) {
            resolveJumps(*table);
            dump.tables.append(*table);
            table.reset();
        } else if (table && line.startsWith(u"-A ")) {
            const std::optional<QStringList> list = words(line);
            const QString name = list ? list->value(1) : QString();
            if (!table->chains.contains(name))
                return bad(QStringLiteral("\"%1\"").arg(line.left(80)));
            FilterRule rule;
            rule.text = line.left(300);
            RuleReader(rule, *list).read();
            table->chains[name].rules.append(rule);
        } else {
            return bad(QStringLiteral("\"%1\"").arg(line.left(80)));
        }
    }
    if (table)
        return bad(QStringLiteral("it ends in the middle of table %1").arg(table->name));
    return dump;
}

} // namespace Helmclaw
