// SPDX-License-Identifier: MIT
#include "models/posture/FilterWalk.h"

#include "models/posture/FilterMatch.h"

#include <algorithm>
#include <optional>

namespace Helmclaw {

namespace {

using Level = FilterMatch::Level;
using Reach = FilterAnswer::Reach;
using Target = FilterRule::Target;
using Hook = FilterChain::Hook;

constexpr int maxDepth = 32;
constexpr int maxSteps = 200'000;

/// Those who the walk is about at some point of it.
struct Crowd
{
    QStringList sources; ///< from these networks only; empty: from anywhere
    bool unsure = false; ///< whether there is anybody is not known
};

/// Some who were let in (or on) on the way.
struct Way
{
    Crowd crowd;
    QString why;
    QString unless = {}; ///< an earlier rule may have dropped them
};

enum class End { FellThrough, Dropped, Accepted, Entered };

class Walker
{
public:
    Walker(const FilterTable &table, const FilterQuestion &question, bool markPossible, const QString &until)
        : m_table(table)
        , m_question(question)
        , m_until(until)
        , m_markPossible(markPossible)
    {
    }

    /// What became of the crowd; `returned` gets those who left the chain by a rule while the rest was dropped.
    End walk(const QString &name, Crowd &crowd, QList<Way> &returned, int depth)
    {
        const FilterChain chain = m_table.chains.value(name);
        for (const FilterRule &rule : chain.rules) {
            if (++m_steps > maxSteps || depth > maxDepth) {
                ways.append({ { crowd.sources, true }, rule.text });
                unsureDrop = rule.text;
                return End::FellThrough;
            }
            const FilterMatch match = FilterMatch::of(rule, m_question, m_markPossible);
            if (match.level == Level::No)
                continue;
            const std::optional<Crowd> some = part(crowd, match);
            if (!some)
                continue;
            const bool everybody = match.level == Level::Yes && match.exceptSources.isEmpty()
                && (match.sources.isEmpty() || covers(match.sources, crowd.sources));
            if (const std::optional<End> end = apply(rule, match, *some, everybody, crowd, returned, depth))
                return *end;
        }
        why = QStringLiteral("end of chain %1").arg(name);
        return End::FellThrough;
    }

    QList<Way> ways;
    QString unsureDrop; ///< a rule that may drop, or not
    QString why; ///< what decided the end

private:
    std::optional<End> apply(const FilterRule &rule, const FilterMatch &match, const Crowd &some, bool everybody,
                             Crowd &crowd, QList<Way> &returned, int depth)
    {
        switch (rule.target) {
        case Target::Continue:
            return std::nullopt;
        case Target::Mark:
            m_markPossible = true;
            return std::nullopt;
        case Target::Accept:
            if (everybody)
                return decided(rule, End::Accepted);
            ways.append({ some, rule.text, unsureDrop });
            return std::nullopt;
        case Target::Drop:
            if (everybody)
                return decided(rule, End::Dropped);
            dropped(rule, match, crowd);
            return std::nullopt;
        case Target::Return:
            if (everybody)
                return decided(rule, End::FellThrough);
            returned.append({ some, rule.text });
            return std::nullopt;
        case Target::Translate:
        case Target::Unknown:
            ways.append({ { some.sources, true }, rule.text });
            unsureDrop = unsureDrop.isEmpty() ? rule.text : unsureDrop;
            return std::nullopt;
        case Target::Jump:
        case Target::Goto:
            return follow(rule, match, some, everybody, crowd, returned, depth);
        }
        return std::nullopt;
    }

    std::optional<End> follow(const FilterRule &rule, const FilterMatch &match, Crowd some, bool everybody,
                              Crowd &crowd, QList<Way> &returned, int depth)
    {
        if (rule.chain == m_until) {
            if (everybody)
                return decided(rule, End::Entered);
            return std::nullopt;
        }
        QList<Way> back;
        const End end = walk(rule.chain, some, back, depth + 1);
        if (end == End::Entered)
            return everybody ? std::optional(End::Entered) : std::nullopt;
        if (end == End::Accepted && !everybody)
            ways.append({ some, why, unsureDrop });
        if (end == End::Dropped && !everybody)
            dropped(rule, match, crowd);
        if (everybody && end != End::FellThrough && back.isEmpty())
            return end;
        if (everybody && end == End::Accepted)
            ways.append({ some, why, unsureDrop });
        if (everybody && end != End::FellThrough) {
            // Only those who left the chain early go on here.
            Crowd left;
            left.unsure = std::all_of(back.begin(), back.end(), [](const Way &way) { return way.crowd.unsure; });
            const bool anyone =
                std::any_of(back.begin(), back.end(), [](const Way &way) { return way.crowd.sources.isEmpty(); });
            for (const Way &way : std::as_const(back))
                left.sources += anyone ? QStringList() : way.crowd.sources;
            crowd = left;
        } else if (everybody) {
            crowd = some; // the chain may have thinned it out
        }
        if (rule.target == Target::Goto) {
            if (everybody)
                return decided(rule, End::FellThrough);
            returned.append({ some, rule.text });
        }
        return std::nullopt;
    }

    /// A drop that does not hold for everybody: who is left?
    void dropped(const FilterRule &rule, const FilterMatch &match, Crowd &crowd)
    {
        if (match.level == Level::Unsure) {
            unsureDrop = unsureDrop.isEmpty() ? rule.text : unsureDrop;
        } else if (match.level == Level::Yes && match.sources.isEmpty()) {
            // "! -s NETWORK -j DROP": only the network goes on.
            if (const auto kept = FilterMatch::intersection(crowd.sources, match.exceptSources))
                crowd.sources = *kept;
        }
    }

    End decided(const FilterRule &rule, End end)
    {
        why = rule.text;
        return end;
    }

    /// Those of the crowd whom the rule is about; nothing when there are none.
    static std::optional<Crowd> part(const Crowd &crowd, const FilterMatch &match)
    {
        const std::optional<QStringList> sources = FilterMatch::intersection(crowd.sources, match.sources);
        if (!sources)
            return std::nullopt;
        return Crowd { *sources, crowd.unsure || match.level == Level::Unsure || match.level == Level::Seldom };
    }

    static bool covers(const QStringList &networks, const QStringList &crowd)
    {
        return !crowd.isEmpty() && std::all_of(crowd.begin(), crowd.end(), [&](const QString &one) {
            return std::any_of(networks.begin(), networks.end(),
                               [&](const QString &network) { return FilterMatch::contains(network, one); });
        });
    }

    const FilterTable &m_table;
    const FilterQuestion &m_question;
    QString m_until;
    bool m_markPossible;
    int m_steps = 0;
};

FilterAnswer answer(const FilterTable &table, const QList<Way> &ways, const QString &end)
{
    const auto from = [&table](const QString &rule) { return QStringLiteral("%1: %2").arg(table.source, rule); };
    FilterAnswer answer { Reach::Nobody, {}, from(end) };
    QString unsure;
    for (const Way &way : ways) {
        if (way.crowd.unsure || (way.crowd.sources.isEmpty() && !way.unless.isEmpty()))
            unsure = !unsure.isEmpty() ? unsure : way.crowd.unsure ? way.why : way.unless;
        else if (way.crowd.sources.isEmpty())
            return { Reach::Anyone, {}, from(way.why) };
    }
    if (!unsure.isEmpty())
        return { Reach::Unknown, {}, from(unsure) };
    for (const Way &way : ways) {
        answer.why = answer.reach == Reach::Nobody ? from(way.why) : answer.why;
        answer.reach = Reach::Networks;
        answer.networks += way.crowd.sources;
    }
    answer.networks.removeDuplicates();
    return answer;
}

/// Whether a rule that comes before the filters' own may have marked the packet.
bool mayBeMarked(const QList<FilterTable> &tables, const FilterQuestion &question)
{
    for (const FilterTable &table : tables) {
        if (!table.isOf(question.family))
            continue;
        for (const Hook hook : { Hook::Prerouting, question.hook }) {
            if (hook != Hook::Prerouting && table.name == u"filter")
                continue; // the walk itself meets those
            for (const QString &name : table.chainsFrom(hook)) {
                for (const FilterRule &rule : table.chains[name].rules) {
                    if (rule.target == Target::Mark
                        && FilterMatch::of(rule, question, true).level != FilterMatch::Level::No)
                        return true;
                }
            }
        }
    }
    return false;
}

/// Both must let it through.
FilterAnswer stricter(const FilterAnswer &a, const FilterAnswer &b)
{
    if (a.reach == Reach::Networks && b.reach == Reach::Networks) {
        const auto both = FilterMatch::intersection(a.networks, b.networks);
        return both ? FilterAnswer { Reach::Networks, *both, a.why } : FilterAnswer { Reach::Nobody, {}, b.why };
    }
    return int(b.reach) <= int(a.reach) ? b : a;
}

} // namespace

FilterAnswer FilterWalk::ask(const FilterQuestion &question) const
{
    FilterAnswer combined { Reach::Anyone, {}, QStringLiteral("no rule of a packet filter is about it") };
    for (const FilterTable &table : m_tables) {
        if (!table.isOf(question.family))
            continue;
        for (const QString &name : table.chainOrder) {
            const FilterChain &chain = table.chains[name];
            if (chain.hook != question.hook || chain.translates)
                continue;
            Walker walker(table, question, mayBeMarked(m_tables, question), {});
            Crowd crowd;
            QList<Way> returned;
            End end = walker.walk(name, crowd, returned, 0);
            QString why = walker.why;
            if (end == End::FellThrough || !returned.isEmpty()) {
                const QString policy =
                    QStringLiteral("policy of %1: %2").arg(name, chain.dropsByPolicy ? u"drop" : u"accept");
                if (end == End::FellThrough) {
                    why = policy;
                    end = chain.dropsByPolicy ? End::Dropped : End::Accepted;
                }
                if (!chain.dropsByPolicy)
                    walker.ways += returned;
            }
            if (end == End::Accepted)
                walker.ways.append({ crowd, why, walker.unsureDrop });
            combined = stricter(combined, answer(table, walker.ways, why));
        }
    }
    return combined;
}

FilterAnswer FilterWalk::askChain(const FilterTable &table, const QString &chain, const FilterQuestion &question) const
{
    Walker walker(table, question, mayBeMarked(m_tables, question), {});
    Crowd crowd;
    QList<Way> returned;
    const End end = walker.walk(chain, crowd, returned, 0);
    walker.ways += returned;
    if (end != End::Dropped)
        walker.ways.append({ crowd, walker.why, walker.unsureDrop });
    return answer(table, walker.ways, walker.why);
}

bool FilterWalk::comesTo(const FilterTable &table, const QString &chain, const FilterQuestion &question) const
{
    for (const QString &name : table.chainOrder) {
        const FilterChain &base = table.chains[name];
        if (base.hook != question.hook || base.translates)
            continue;
        Walker walker(table, question, mayBeMarked(m_tables, question), chain);
        Crowd crowd;
        QList<Way> returned;
        if (walker.walk(name, crowd, returned, 0) == End::Entered && walker.ways.isEmpty() && returned.isEmpty()
            && crowd.sources.isEmpty())
            return true;
    }
    return false;
}

} // namespace Helmclaw
