// SPDX-License-Identifier: MIT
#include "models/posture/SudoRules.h"

#include <QRegularExpression>

#include <algorithm>

namespace Helmclaw {

namespace {

/// Splits "PATH ARGS, NOPASSWD: PATH ARGS" at the commas that part commands; "\," is one inside a command.
QStringList splitCommands(const QString &text)
{
    QStringList parts;
    QString part;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text.at(i) == u'\\' && i + 1 < text.size()) {
            part += text.at(++i);
        } else if (text.at(i) == u',') {
            parts.append(part.trimmed());
            part.clear();
        } else if (text.at(i) != u'"') {
            part += text.at(i);
        }
    }
    parts.append(part.trimmed());
    return parts;
}

} // namespace

bool SudoCommand::isDocumented() const
{
    static const QRegularExpression documented(QStringLiteral(
        "\\A(?:(?:/usr)?/bin/systemctl (?:(?:start|stop|restart|status|enable|disable) openclaw(?:\\.service)?|"
        "daemon-reload)|/usr/bin/tailscale (?:status|up \\*|down|ip \\*|version|ping \\*|whois \\*)|"
        "(?:/usr)?/bin/journalctl -u openclaw(?:\\.service)? \\*|/usr/sbin/ufw status verbose|"
        "/usr/bin/fail2ban-client status sshd)\\z"));
    return documented.match(command).hasMatch();
}

bool SudoCommand::isAsGoodAsRoot() const
{
    if (command == u"ALL" || command.startsWith(u"sudoedit"))
        return true;
    const QString path = command.section(u' ', 0, 0);
    // With a wildcard or a folder as the program nobody knows which programs that is.
    if (!path.startsWith(u'/') || path.endsWith(u'/') || path.contains(u'*') || path.contains(u'?')
        || path.contains(u'['))
        return true;
    static const QStringList programs =
        QStringLiteral(
            "sh bash dash ash zsh ksh fish su sudo env vi vim nano emacs ed less more view find xargs awk gawk "
            "mawk sed perl python python2 python3 ruby node npm npx pnpm tee cp mv dd ln install tar cpio rsync "
            "scp git make docker podman nerdctl ctr lxc lxd incus systemd-run nsenter unshare chroot mount "
            "apt apt-get aptitude dpkg snap pip pip3 chmod chown chgrp setfacl visudo passwd chpasswd useradd "
            "usermod groupadd gpasswd crontab at ssh man nmap gdb strace ip iptables nft insmod modprobe "
            "openssl curl wget openclaw")
            .split(u' ');
    const QString program = path.section(u'/', -1);
    const QString arguments = command.section(u' ', 1);
    // Any unit: one of one's own is soon linked.
    if (program == u"systemctl" && (arguments.isEmpty() || arguments.contains(u'*')))
        return true;
    return programs.contains(program) && (arguments.isEmpty() || arguments.contains(u'*') || program == u"docker");
}

QString SudoCommand::text() const
{
    return QStringLiteral("(%1) %2%3").arg(runAs, withoutPassword ? QStringLiteral("NOPASSWD: ") : QString(), command);
}

SudoListing SudoListing::parse(const QString &user, const QStringList &lines, int status)
{
    static const QRegularExpression rule(QStringLiteral("\\A {4,}\\(([^()]{1,200})\\) (.+)\\z"));
    static const QRegularExpression tag(QStringLiteral("\\A([A-Z_]+): *"));
    static const QRegularExpression header(QStringLiteral("\\AUser [^ ]+ may run the following commands on [^ ]+:\\z"));
    static const QRegularExpression nothing(QStringLiteral("\\AUser [^ ]+ is not allowed to run sudo on [^ ]+\\.\\z"));
    SudoListing listing;
    listing.user = user;
    bool listed = false;
    bool allUnderstood = true;
    QString refusal;
    for (const QString &line : lines) {
        if (nothing.match(line).hasMatch()) {
            refusal = line;
        } else if (header.match(line).hasMatch()) {
            allUnderstood = allUnderstood && !listed;
            listed = true;
        } else if (listed && !line.trimmed().isEmpty()) {
            const QRegularExpressionMatch match = rule.match(line);
            allUnderstood = allUnderstood && match.hasMatch();
            bool withoutPassword = false;
            for (QString part : match.hasMatch() ? splitCommands(match.captured(2)) : QStringList()) {
                for (auto its = tag.match(part); its.hasMatch(); its = tag.match(part)) {
                    if (its.captured(1).endsWith(u"PASSWD"))
                        withoutPassword = its.captured(1) == u"NOPASSWD";
                    part = part.mid(its.capturedEnd());
                }
                if (!part.isEmpty())
                    listing.commands.append({ match.captured(1), withoutPassword, part });
            }
        }
    }
    listing.understood = allUnderstood
        && ((listed && status == 0 && refusal.isEmpty() && !listing.commands.isEmpty())
            || (!listed && !refusal.isEmpty()));
    if (!listing.understood) {
        listing.problem = QStringLiteral("exit status %1: %2").arg(status).arg(lines.value(0));
        if (allUnderstood && !listed)
            listing.commands.clear();
    }
    return listing;
}

} // namespace Helmclaw
