// SPDX-License-Identifier: MIT
#include "models/posture/AccountChecks.h"

#include "models/posture/CheckDraft.h"
#include "models/posture/ServerFacts.h"

#include <QRegularExpression>

#include <algorithm>
#include <optional>

namespace Helmclaw {

namespace {

const QString passwdFile = QStringLiteral("/etc/passwd");
const QString shadowFile = QStringLiteral("/etc/shadow");

std::optional<CheckResult> withoutAnswer(CheckDraft &draft, const ServerFacts &facts)
{
    if (!facts.isLinux)
        return draft.evidence(QStringLiteral("uname"), facts.kernel).notApplicable(CheckDraft::notLinuxText(facts));
    if (facts.accounts.answered)
        return std::nullopt;
    return draft.evidence(QStringLiteral("/etc/passwd, /etc/group"), AccountChecks::tr("not understood"))
        .unknown(AccountChecks::tr("the user database was not understood"),
                 AccountChecks::tr("See whether getent passwd and getent group work on the server, then refresh"));
}

QString rootRemedy(const ServerFacts &facts)
{
    return CheckDraft::sudoRemedy(facts, QStringLiteral("ALL"));
}

QString some(const QStringList &names)
{
    QStringList shown = names.mid(0, 3);
    if (names.size() > 3)
        shown.append(QStringLiteral("…"));
    return shown.join(QStringLiteral(", "));
}

/// "FILE:WHO HOST=(RUNAS) TAGS: ALL": who that is, when it lets somebody do everything.
QString whoMayDoAll(const QString &line)
{
    static const QRegularExpression rule(
        QStringLiteral("\\A[^:]+:\\s*\"?([^\\s\"]+)\"?\\s+[^=]+=\\s*(?:\\([^)]*\\)\\s*)?(?:[A-Z_]+:\\s*)*ALL\\s*\\z"));
    return rule.match(line).captured(1);
}

} // namespace

CheckResult AccountChecks::sudoScope(const ServerFacts &facts)
{
    const AccountFacts &accounts = facts.accounts;
    CheckDraft draft(QStringLiteral("accounts.sudo-scope"));
    if (const auto result = withoutAnswer(draft, facts))
        return *result;
    if (!accounts.hasSudo && accounts.asRoot)
        return draft.evidence(QStringLiteral("sudo -l"), tr("no sudo, or nobody to ask it of"))
            .notApplicable(tr("nobody uses sudo here"));

    QStringList everything;
    QStringList wider;
    QStringList notKnown;
    bool readsEveryLog = false;
    for (const QString &user : accounts.serviceUsers) {
        const SudoListing *listing = accounts.listing(user);
        if (!listing || !listing->understood) {
            notKnown.append(user);
            draft.evidence(QStringLiteral("sudo -l -U %1").arg(user), listing ? listing->problem : tr("not asked"));
        }
        for (const SudoCommand &command : listing ? listing->commands : QList<SudoCommand>()) {
            // What is wider than documented comes first.
            if (command.isDocumented())
                continue;
            (command.isAsGoodAsRoot() ? everything : wider).append(command.command);
            draft.evidence(QStringLiteral("sudo -l -U %1").arg(user), command.text());
        }
        for (const SudoCommand &command : listing ? listing->commands : QList<SudoCommand>()) {
            if (!command.isDocumented())
                continue;
            draft.evidence(QStringLiteral("sudo -l -U %1").arg(user), command.text());
            readsEveryLog =
                readsEveryLog || (command.command.contains(u"journalctl") && command.command.endsWith(u'*'));
        }
        if (listing && listing->understood && listing->commands.isEmpty())
            draft.evidence(QStringLiteral("sudo -l -U %1").arg(user), tr("nothing"));
    }
    if (readsEveryLog) {
        draft.evidence(
            tr("\"journalctl -u openclaw *\" lets further units through, too (-u ssh): every log of the server "
               "can be read"));
    }
    // The administrators, so that it is said who they are; and whoever is let do everything without being one.
    QStringList known { QStringLiteral("root"), QStringLiteral("%sudo"), QStringLiteral("%admin"),
                        QStringLiteral("%wheel") };
    for (const QString &group : { QStringLiteral("sudo"), QStringLiteral("admin"), QStringLiteral("wheel") })
        known += accounts.groups.value(group);
    QStringList strangers;
    for (const SudoListing &listing : accounts.sudo) {
        if (accounts.serviceUsers.contains(listing.user))
            continue;
        for (const SudoCommand &command : listing.commands)
            draft.evidence(QStringLiteral("sudo -l -U %1").arg(listing.user), command.text());
        if (!listing.understood)
            draft.evidence(QStringLiteral("sudo -l -U %1").arg(listing.user), listing.problem);
    }
    for (const QString &line : accounts.sudoersLines) {
        const QString who = whoMayDoAll(line);
        if (who.isEmpty() || known.contains(who) || accounts.serviceUsers.contains(who))
            continue;
        strangers.append(who);
        draft.evidence(line);
    }
    if (!accounts.sudoNotAsked.isEmpty())
        draft.evidence(QStringLiteral("sudo -l"), tr("not asked of %1").arg(accounts.sudoNotAsked.join(u' ')));
    if (accounts.serviceUsers.isEmpty())
        draft.evidence(passwdFile, tr("no user openclaw, and nobody runs a gateway's unit"));

    const QString remedy =
        tr("sudo visudo -f /etc/sudoers.d/openclaw: take away what the gateway does not need. Documented are systemctl "
           "start, stop, restart, status, enable and disable of openclaw, systemctl daemon-reload, tailscale and "
           "journalctl -u openclaw");
    if (!everything.isEmpty())
        return draft.fail(tr("the service user may do anything: %1").arg(some(everything)), remedy);
    if (strangers.contains(QStringLiteral("ALL")))
        return draft.fail(tr("everybody may do anything"),
                          tr("Take the rule for ALL out of the sudoers file named above"));
    if (!wider.isEmpty())
        return draft.warn(tr("wider than documented: %1").arg(some(wider)), remedy);
    if (!strangers.isEmpty()) {
        return draft.warn(
            tr("may do anything without being in an administrators' group: %1").arg(some(strangers)),
            tr("If they are meant to be administrators, put them into the group sudo; otherwise take their "
               "line out of the sudoers file (sudo visudo -f FILE)"));
    }
    if (!notKnown.isEmpty() || (accounts.serviceUsers.isEmpty() && !accounts.asRoot)) {
        return draft.unknown(
            accounts.asRoot ? tr("sudo -l did not answer as expected") : tr("not readable without sudo"),
            accounts.asRoot ? tr("Run sudo -l -U openclaw on the server and see what it says") : rootRemedy(facts));
    }
    if (accounts.serviceUsers.isEmpty())
        return draft.notApplicable(tr("no service user"));
    return draft.pass(readsEveryLog ? tr("as documented; that lets it read every log") : tr("as documented, or less"));
}

CheckResult AccountChecks::rootEquivalentGroups(const ServerFacts &facts)
{
    const AccountFacts &accounts = facts.accounts;
    CheckDraft draft(QStringLiteral("accounts.root-equivalent-groups"));
    if (const auto result = withoutAnswer(draft, facts))
        return *result;
    if (!accounts.read.contains(QStringLiteral("/etc/group"))) {
        return draft.evidence(QStringLiteral("/etc/group"), tr("not readable"))
            .unknown(tr("the groups could not be read"), rootRemedy(facts));
    }
    const QList<std::pair<QString, QString>> why {
        { QStringLiteral("docker"), tr("may start a container that has the whole disk: that is root") },
        { QStringLiteral("lxd"), tr("may start a container that has the whole disk: that is root") },
        { QStringLiteral("incus-admin"), tr("may start a container that has the whole disk: that is root") },
        { QStringLiteral("libvirt"), tr("may start a machine that has the whole disk: that is root") },
        { QStringLiteral("disk"), tr("may read and write every disk past the file system: that is root") },
    };
    QStringList who;
    for (const auto &[group, reason] : why) {
        for (const QString &member : accounts.groups.value(group)) {
            if (member == u"root")
                continue;
            who.append(tr("%1 in %2").arg(member, group));
            draft.evidence(QStringLiteral("/etc/group"), tr("%1 is in %2: %3").arg(member, group, reason));
        }
    }
    if (who.isEmpty())
        return draft.evidence(QStringLiteral("/etc/group"), tr("docker, lxd, incus-admin, libvirt, disk: nobody"))
            .pass(tr("nobody"));
    return draft.warn(
        tr("as good as root: %1").arg(some(who)),
        tr("If the gateway does not start containers: sudo gpasswd -d USER GROUP, and restart what runs as "
           "that user. If it does, know that whoever controls an agent controls this server; rootless "
           "Docker needs no such group"));
}

CheckResult AccountChecks::uidZero(const ServerFacts &facts)
{
    CheckDraft draft(QStringLiteral("accounts.uid-zero"));
    if (const auto result = withoutAnswer(draft, facts))
        return *result;
    for (const QString &user : facts.accounts.uid0)
        draft.evidence(passwdFile, tr("%1 has user ID 0").arg(user));
    QStringList others = facts.accounts.uid0;
    others.removeAll(QStringLiteral("root"));
    if (!others.isEmpty()) {
        return draft.fail(tr("also root: %1").arg(some(others)),
                          tr("An account that nobody knows of is a back door: find out who made it (last, journalctl), "
                             "then sudo userdel NAME, or give it an ID of its own with sudo usermod -u"));
    }
    if (!facts.accounts.read.contains(passwdFile) || facts.accounts.uid0.isEmpty()) {
        return draft.evidence(passwdFile, tr("not readable"))
            .unknown(tr("the users could not be read"), rootRemedy(facts));
    }
    return draft.pass(tr("root alone"));
}

CheckResult AccountChecks::emptyPasswords(const ServerFacts &facts)
{
    const AccountFacts &accounts = facts.accounts;
    CheckDraft draft(QStringLiteral("accounts.empty-passwords"));
    if (const auto result = withoutAnswer(draft, facts))
        return *result;
    QStringList users;
    for (const QString &line : accounts.emptyPasswords) {
        draft.evidence(line + u' ' + tr("has an empty password"));
        users.append(line.section(QStringLiteral(": "), -1));
    }
    if (!users.isEmpty()) {
        return draft.fail(tr("without a password: %1").arg(some(users)),
                          tr("sudo passwd -l NAME locks the password (keys go on working); sudo passwd NAME sets one"));
    }
    if (accounts.read.contains(shadowFile) && accounts.read.contains(passwdFile))
        return draft.evidence(shadowFile, tr("none is empty")).pass(tr("none"));
    return draft.evidence(shadowFile, tr("not readable"))
        .unknown(accounts.asRoot ? tr("the passwords could not be read") : tr("not readable without sudo"),
                 rootRemedy(facts));
}

CheckResult AccountChecks::authorizedKeys(const ServerFacts &facts)
{
    const AccountFacts &accounts = facts.accounts;
    CheckDraft draft(QStringLiteral("accounts.authorized-keys"));
    if (const auto result = withoutAnswer(draft, facts))
        return *result;
    QStringList broken;
    QStringList weak;
    for (const QString &file : accounts.keyFiles) {
        QStringList kinds;
        for (const AuthorizedKey &key : accounts.keys) {
            if (key.file != file)
                continue;
            const QString kind = key.bits > 0 ? QStringLiteral("%1 %2").arg(key.type).arg(key.bits) : key.type;
            kinds.append(kind);
            if (key.type.startsWith(u"ssh-dss") || (key.bits > 0 && key.bits < brokenRsaBits))
                broken.append(QStringLiteral("%1 (%2)").arg(kind, file));
            else if (key.bits > 0 && key.bits < minRsaBits)
                weak.append(QStringLiteral("%1 (%2)").arg(kind, file));
        }
        draft.evidence(file,
                       tr("%n key(s)", nullptr, int(kinds.size()))
                           + (kinds.isEmpty() ? QString() : QStringLiteral(": ") + kinds.join(QStringLiteral(", "))));
    }
    draft.evidence(accounts.keysNotRead);
    const QString where = facts.sshd.setting(QStringLiteral("authorizedkeysfile"));
    const QString command = facts.sshd.setting(QStringLiteral("authorizedkeyscommand"));
    const bool elsewhere =
        (!where.isEmpty() && where != u".ssh/authorized_keys .ssh/authorized_keys2" && where != u".ssh/authorized_keys")
        || (!command.isEmpty() && command != u"none");
    if (elsewhere) {
        draft.evidence(QStringLiteral("sshd -T"),
                       QStringLiteral("authorizedkeysfile %1, authorizedkeyscommand %2").arg(where, command));
    }
    const QString remedy =
        tr("Have the owner make a new one (ssh-keygen -t ed25519), add it, log in with it, then take the old line out");
    if (!broken.isEmpty())
        return draft.fail(tr("broken: %1").arg(some(broken)), remedy);
    if (!weak.isEmpty())
        return draft.warn(tr("weak: %1").arg(some(weak)), remedy);
    if (!accounts.asRoot) {
        if (accounts.keyFiles.isEmpty())
            draft.evidence(QStringLiteral("/root/.ssh/authorized_keys"), tr("not readable"));
        return draft.unknown(tr("not readable without sudo"), rootRemedy(facts));
    }
    if (elsewhere || !accounts.keysNotRead.isEmpty()) {
        return draft.unknown(tr("there are keys that Helmclaw did not read"),
                             tr("Look at the files named above on the server"));
    }
    if (accounts.keyFiles.isEmpty())
        draft.evidence(QStringLiteral("authorized_keys"), tr("neither root nor the service user has one"));
    return draft.pass(tr("%n key(s) for root and the service user, none weak", nullptr, int(accounts.keys.size())));
}

} // namespace Helmclaw
