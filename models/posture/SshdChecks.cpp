// SPDX-License-Identifier: MIT
#include "models/posture/SshdChecks.h"

#include "models/posture/CheckDraft.h"
#include "models/posture/ServerFacts.h"
#include "models/posture/SshdAlgorithms.h"

#include <algorithm>
#include <functional>
#include <optional>

namespace Helmclaw {

namespace {

const QString source = QStringLiteral("sshd -T");
using Bad = std::function<bool(const QString &keyword, const QString &value)>;

/// The drop-in's exact text, and how it gets into force without locking anybody out. The first value wins in sshd's
/// files, hence a name that sorts first.
QString dropIn(const QStringList &lines)
{
    return SshdChecks::tr("In /etc/ssh/sshd_config.d/00-helmclaw.conf, a line each: %1; then sudo sshd -t && sudo "
                          "systemctl reload ssh, and try a second log-in before you close this one")
        .arg(lines.join(QStringLiteral(" | ")));
}

QString unknownRemedy(const ServerFacts &facts)
{
    if (facts.canBecomeRoot())
        return SshdChecks::tr("Run sudo sshd -T on the server and see what it says");
    return CheckDraft::sudoRemedy(facts, QStringLiteral("ALL")) + u' '
        + SshdChecks::tr("(only sshd -T tells what is in force)");
}

/// Judges settings that are each good or bad by themselves. First the cases in which nothing is known; a bad line that
/// holds for everybody is believed without root, too; then what only some log-ins get by a Match block.
class Settings
{
public:
    Settings(const ServerFacts &facts, const QString &id, const QStringList &keywords)
        : m_facts(facts)
        , m_sshd(facts.sshd)
        , m_keywords(keywords)
        , m_draft(id)
    {
        for (const QString &keyword : keywords) {
            if (const QString value = m_sshd.setting(keyword); !value.isEmpty())
                m_draft.evidence(source, QStringLiteral("%1 %2").arg(keyword, value));
        }
        if (!m_sshd.problem.isEmpty())
            m_draft.evidence(source, m_sshd.problem);
        for (const SshdConfigLine &line : m_sshd.lines(keywords, false))
            m_draft.evidence(line.evidence());
        for (const SshdConfigLine &line : m_sshd.lines(keywords, true))
            m_draft.evidence(line.evidence());
        for (const QString &file : m_sshd.unreadable)
            m_draft.evidence(file, SshdChecks::tr("not readable"));
    }

    CheckDraft &draft() { return m_draft; }

    /// The verdict without sshd -T's answer; none when there is one.
    std::optional<CheckResult> withoutAnswer(const Bad &bad, const QString &configuredBad, const QString &remedy,
                                             Verdict verdict = Verdict::Fail)
    {
        if (!m_facts.isLinux)
            return m_draft.evidence(QStringLiteral("uname"), m_facts.kernel)
                .notApplicable(CheckDraft::notLinuxText(m_facts));
        if (m_sshd.installed == false) {
            return m_draft.evidence(QStringLiteral("command -v sshd"), QStringLiteral("not found"))
                .unknown(
                    SshdChecks::tr("this server's SSH is not OpenSSH"),
                    SshdChecks::tr("Helmclaw reads OpenSSH's settings only; check this server's own SSH program by "
                                   "hand"));
        }
        if (m_sshd.effective)
            return std::nullopt;
        const QList<SshdConfigLine> lines = m_sshd.lines(m_keywords, false);
        const auto isBad = [&](const SshdConfigLine &line) { return bad(line.keyword, line.value.toLower()); };
        // The first value wins; which one that is we need not know where no other contradicts it.
        const bool certain =
            m_sshd.configRead && std::any_of(lines.begin(), lines.end(), [&](const SshdConfigLine &line) {
                return isBad(line) && std::none_of(lines.begin(), lines.end(), [&](const SshdConfigLine &other) {
                           return other.keyword == line.keyword && !isBad(other);
                       });
            });
        if (certain)
            return verdict == Verdict::Fail ? m_draft.fail(configuredBad, remedy) : m_draft.warn(configuredBad, remedy);
        if (lines.isEmpty() && m_sshd.lines(m_keywords, true).isEmpty())
            m_draft.evidence(QStringLiteral("/etc/ssh/sshd_config"),
                             SshdChecks::tr("says nothing of it that we may read"));
        if (m_facts.canBecomeRoot())
            return m_draft.unknown(SshdChecks::tr("sshd -T did not answer as expected"), unknownRemedy(m_facts));
        return m_draft.unknown(SshdChecks::tr("not readable without sudo"), unknownRemedy(m_facts));
    }

    /// What a Match block gives to some log-ins, or that nobody can tell; none: nothing of that kind.
    std::optional<CheckResult> underMatch(const Bad &bad, const QString &remedy)
    {
        QStringList who;
        for (const SshdConfigLine &line : m_sshd.lines(m_keywords, true)) {
            if (bad(line.keyword, line.value.toLower()) && !who.contains(line.match))
                who.append(line.match);
        }
        if (!who.isEmpty()) {
            return m_draft.warn(
                SshdChecks::tr("not for everybody: %1").arg(who.join(QStringLiteral(", "))),
                SshdChecks::tr("Take the line out of that Match block if it is not meant to be there. %1").arg(remedy));
        }
        if (!m_sshd.configRead) {
            return m_draft.unknown(
                SshdChecks::tr("good for everybody, but not every file could be read for exceptions"),
                SshdChecks::tr("Look for Match blocks in /etc/ssh/sshd_config and what it includes"));
        }
        return std::nullopt;
    }

private:
    const ServerFacts &m_facts;
    const SshdFacts &m_sshd;
    QStringList m_keywords;
    CheckDraft m_draft;
};

/// A setting that is "yes" or "no", and should not be the one.
CheckResult flag(const ServerFacts &facts, const QString &id, const QString &keyword, const QString &good,
                 const QString &isGood, const QString &isBad, Verdict verdict, const QString &remedy)
{
    Settings settings(facts, id, { keyword });
    const Bad bad = [&](const QString &, const QString &value) { return value != good; };
    if (const auto result = settings.withoutAnswer(bad, isBad, remedy, verdict))
        return *result;
    const QString value = facts.sshd.setting(keyword);
    if (value != good) {
        if (value != u"yes" && value != u"no")
            return settings.draft().unknown(SshdChecks::tr("sshd -T did not answer as expected"), unknownRemedy(facts));
        return verdict == Verdict::Fail ? settings.draft().fail(isBad, remedy) : settings.draft().warn(isBad, remedy);
    }
    if (const auto result = settings.underMatch(bad, remedy))
        return *result;
    return settings.draft().pass(isGood);
}

} // namespace

CheckResult SshdChecks::passwordLogin(const ServerFacts &facts)
{
    static const QString password = QStringLiteral("passwordauthentication");
    static const QString interactive = QStringLiteral("kbdinteractiveauthentication");
    static const QString challenge = QStringLiteral("challengeresponseauthentication");
    static const QString methods = QStringLiteral("authenticationmethods");
    const QString remedy =
        dropIn({ QStringLiteral("PasswordAuthentication no"), QStringLiteral("KbdInteractiveAuthentication no") })
        + u' '
        + tr("(make sure first that every user who needs to get in has a key; with one-time codes keep "
             "KbdInteractiveAuthentication and set AuthenticationMethods publickey,keyboard-interactive)");
    Settings settings(facts, QStringLiteral("sshd.password-login"), { password, interactive, challenge, methods });
    // AuthenticationMethods: words, each a list of which all are needed. A word without a key is a way in without one.
    const auto wayWithoutKey = [](const QString &value) {
        const QStringList ways = value.split(u' ', Qt::SkipEmptyParts);
        return std::any_of(ways.begin(), ways.end(), [](const QString &way) {
            const QStringList needed = way.split(u',');
            return std::none_of(needed.begin(), needed.end(), [](const QString &method) {
                return method.startsWith(u"publickey") || method.startsWith(u"hostbased")
                    || method.startsWith(u"gssapi");
            });
        });
    };
    const Bad bad = [&](const QString &keyword, const QString &value) {
        return keyword == methods ? wayWithoutKey(value) : value != u"no";
    };
    const bool methodsSaid = !facts.sshd.lines({ methods }, false).isEmpty();
    const Bad badAlone = [&](const QString &keyword, const QString &value) {
        return keyword == password && value == u"yes" && !methodsSaid;
    };
    if (const auto result = settings.withoutAnswer(badAlone, tr("configured to let passwords in"), remedy))
        return *result;
    const QString passwords = facts.sshd.setting(password);
    QString asks = facts.sshd.setting(interactive);
    if (asks.isEmpty())
        asks = facts.sshd.setting(challenge); // its name before OpenSSH 8.7
    const bool keyNeeded = !facts.sshd.setting(methods).isEmpty() && !wayWithoutKey(facts.sshd.setting(methods));
    if ((passwords != u"yes" && passwords != u"no") || (asks != u"yes" && asks != u"no"))
        return settings.draft().unknown(tr("sshd -T did not answer as expected"), unknownRemedy(facts));
    if (!keyNeeded && passwords == u"yes")
        return settings.draft().fail(tr("a password is enough to log in"), remedy);
    if (!keyNeeded && asks == u"yes") {
        settings.draft().evidence(source,
                                  QStringLiteral("usepam %1").arg(facts.sshd.setting(QStringLiteral("usepam"))));
        return settings.draft().fail(tr("keyboard-interactive log-in is on: PAM asks for the password"), remedy);
    }
    if (const auto result = settings.underMatch(bad, remedy))
        return *result;
    return settings.draft().pass(keyNeeded && (passwords == u"yes" || asks == u"yes") ? tr("only together with a key")
                                                                                      : tr("off: keys only"));
}

CheckResult SshdChecks::rootLogin(const ServerFacts &facts)
{
    static const QString keyword = QStringLiteral("permitrootlogin");
    const QString remedy = dropIn({ QStringLiteral("PermitRootLogin no") }) + u' '
        + (facts.user == u"root" ? tr("(you log in as root here: make another administrator with sudo first)")
                                 : tr("(first see that another user may use sudo)"));
    Settings settings(facts, QStringLiteral("sshd.root-login"), { keyword });
    const Bad bad = [](const QString &, const QString &value) { return value == u"yes"; };
    if (const auto result = settings.withoutAnswer(bad, tr("configured to let root in with a password"), remedy))
        return *result;
    const QString value = facts.sshd.setting(keyword);
    if (value == u"yes") {
        const bool passwords = facts.sshd.setting(QStringLiteral("passwordauthentication")) != u"no";
        return settings.draft().fail(passwords ? tr("root may log in, with a password too") : tr("root may log in"),
                                     remedy);
    }
    if (value == u"without-password" || value == u"prohibit-password")
        return settings.draft().warn(tr("root may log in with a key"), remedy);
    if (value != u"no" && value != u"forced-commands-only")
        return settings.draft().unknown(tr("sshd -T did not answer as expected"), unknownRemedy(facts));
    const Bad looser = [](const QString &, const QString &its) {
        return its != u"no" && its != u"forced-commands-only";
    };
    if (const auto result = settings.underMatch(looser, remedy))
        return *result;
    return settings.draft().pass(value == u"no" ? tr("no") : tr("forced commands only"));
}

CheckResult SshdChecks::emptyPasswords(const ServerFacts &facts)
{
    return flag(facts, QStringLiteral("sshd.empty-passwords"), QStringLiteral("permitemptypasswords"),
                QStringLiteral("no"), tr("refused"), tr("accounts with an empty password are let in"), Verdict::Fail,
                dropIn({ QStringLiteral("PermitEmptyPasswords no") }));
}

CheckResult SshdChecks::maxAuthTries(const ServerFacts &facts)
{
    static const QString keyword = QStringLiteral("maxauthtries");
    const QString remedy = dropIn({ QStringLiteral("MaxAuthTries 4") });
    Settings settings(facts, QStringLiteral("sshd.max-auth-tries"), { keyword });
    const auto number = [](const QString &text) {
        bool ok = false;
        const int value = text.toInt(&ok);
        return ok && value >= 0 ? std::optional(value) : std::nullopt;
    };
    const Bad bad = [&](const QString &, const QString &value) {
        return number(value).value_or(0) > maxAuthTriesLimit;
    };
    if (const auto result =
            settings.withoutAnswer(bad, tr("configured to more than %1").arg(maxAuthTriesLimit), remedy, Verdict::Warn))
        return *result;
    const std::optional<int> value = number(facts.sshd.setting(keyword));
    if (!value)
        return settings.draft().unknown(tr("sshd -T did not answer as expected"), unknownRemedy(facts));
    if (*value > maxAuthTriesLimit)
        return settings.draft().warn(tr("%1 tries a connection").arg(*value), remedy);
    if (const auto result = settings.underMatch(bad, remedy))
        return *result;
    return settings.draft().pass(tr("%1 tries a connection").arg(*value));
}

CheckResult SshdChecks::x11Forwarding(const ServerFacts &facts)
{
    return flag(facts, QStringLiteral("sshd.x11-forwarding"), QStringLiteral("x11forwarding"), QStringLiteral("no"),
                tr("off"), tr("on"), Verdict::Warn, dropIn({ QStringLiteral("X11Forwarding no") }));
}

CheckResult SshdChecks::algorithms(const ServerFacts &facts)
{
    struct Kind
    {
        QString keyword;
        QString olderKeyword;
        QString word;
    };
    static const QList<Kind> kinds {
        { QStringLiteral("ciphers"), {}, QStringLiteral("Ciphers") },
        { QStringLiteral("macs"), {}, QStringLiteral("MACs") },
        { QStringLiteral("kexalgorithms"), {}, QStringLiteral("KexAlgorithms") },
        { QStringLiteral("hostkeyalgorithms"), {}, QStringLiteral("HostKeyAlgorithms") },
        { QStringLiteral("pubkeyacceptedalgorithms"), QStringLiteral("pubkeyacceptedkeytypes"),
          QStringLiteral("PubkeyAcceptedAlgorithms") },
    };
    Settings settings(facts, QStringLiteral("sshd.algorithms"), {});
    if (const auto result = settings.withoutAnswer([](const QString &, const QString &) { return false; }, {}, {}))
        return *result;
    QStringList broken;
    QStringList weak;
    QStringList lines;
    for (const Kind &kind : kinds) {
        QString word = kind.word;
        QString list = facts.sshd.setting(kind.keyword);
        if (list.isEmpty() && !kind.olderKeyword.isEmpty()) {
            list = facts.sshd.setting(kind.olderKeyword);
            word = QStringLiteral("PubkeyAcceptedKeyTypes");
        }
        settings.draft().evidence(source, QStringLiteral("%1 %2").arg(word, list));
        if (!isAlgorithmList(list))
            return settings.draft().unknown(tr("sshd -T did not answer as expected"), unknownRemedy(facts));
        const QStringList itsBroken = algorithmsOf(list, AlgorithmStrength::Broken);
        const QStringList itsWeak = algorithmsOf(list, AlgorithmStrength::Weak);
        broken += itsBroken;
        weak += itsWeak;
        if (!itsBroken.isEmpty() || !itsWeak.isEmpty())
            lines += QStringLiteral("%1 -%2").arg(word, (itsBroken + itsWeak).join(u','));
    }
    const QString remedy = dropIn(lines);
    if (!broken.isEmpty())
        return settings.draft().fail(tr("broken: %1").arg((broken + weak).join(QStringLiteral(", "))), remedy);
    if (!weak.isEmpty())
        return settings.draft().warn(tr("weak: %1").arg(weak.join(QStringLiteral(", "))), remedy);
    return settings.draft().pass(tr("none that is known to be weak"));
}

CheckResult SshdChecks::forwarding(const ServerFacts &facts)
{
    static const QString allow = QStringLiteral("allowtcpforwarding");
    static const QString disable = QStringLiteral("disableforwarding");
    static const QString permit = QStringLiteral("permitopen");
    const QString remedy = dropIn({ QStringLiteral("AllowTcpForwarding local"), QStringLiteral("DisableForwarding no"),
                                    QStringLiteral("PermitOpen 127.0.0.1:*") });
    Settings settings(facts, QStringLiteral("sshd.forwarding"), { allow, disable, permit });
    const auto reachesLoopback = [](const QString &value) {
        const QStringList targets = value.split(u' ', Qt::SkipEmptyParts);
        return value == u"any" || std::any_of(targets.begin(), targets.end(), [](const QString &target) {
                   return target.startsWith(u"127.0.0.1:") || target.startsWith(u"*:");
               });
    };
    const Bad bad = [&](const QString &keyword, const QString &value) {
        if (keyword == permit)
            return !reachesLoopback(value);
        return keyword == disable ? value == u"yes" : value == u"no" || value == u"remote";
    };
    if (const auto result = settings.withoutAnswer(bad, tr("configured off: the web UI tunnel cannot work"), remedy))
        return *result;
    const QString allowed = facts.sshd.setting(allow);
    const QString open = facts.sshd.setting(permit);
    if (facts.sshd.setting(disable) == u"yes" || allowed == u"no" || allowed == u"remote")
        return settings.draft().fail(tr("off: the web UI tunnel cannot work"), remedy);
    if (allowed != u"yes" && allowed != u"all" && allowed != u"local")
        return settings.draft().unknown(tr("sshd -T did not answer as expected"), unknownRemedy(facts));
    if (!open.isEmpty() && !reachesLoopback(open))
        return settings.draft().fail(tr("PermitOpen does not let the web UI tunnel through"), remedy);
    if (const auto result = settings.underMatch(bad, remedy))
        return *result;
    if (open.isEmpty() || open == u"any" || open.contains(u"127.0.0.1:*") || open.contains(u"*:*"))
        return settings.draft().pass(tr("tunnels to this server's localhost are let through"));
    return settings.draft().pass(tr("only to %1").arg(open));
}

} // namespace Helmclaw
