// SPDX-License-Identifier: MIT
#include "LabCheckRows.h"

namespace Helmclaw {

namespace {

const QString lab1 = QStringLiteral("lab1");
const QString lab4 = QStringLiteral("lab4");
constexpr Verdict none = Verdict::NotApplicable;
constexpr Verdict warn = Verdict::Warn;
constexpr Verdict fail = Verdict::Fail;

} // namespace

QList<LabCheckRow> firewallRows()
{
    return {
        { lab1,
          u"ufw disable"_qs,
          u"ufw --force enable"_qs,
          { { u"firewall.active"_qs, fail }, { u"firewall.default-incoming"_qs, fail } } },
        { lab1,
          u"ufw default allow incoming; ufw default deny outgoing; ufw default allow routed"_qs,
          u"ufw default deny incoming; ufw default allow outgoing; ufw default deny routed"_qs,
          { { u"firewall.default-incoming"_qs, fail },
            { u"firewall.default-outgoing"_qs, warn },
            { u"firewall.default-routed"_qs, warn } } },
        { lab1, u"ufw allow 8080/tcp"_qs, u"ufw delete allow 8080/tcp"_qs, { { u"firewall.rules"_qs, warn } } },
    };
}

QList<LabCheckRow> fail2banRows()
{
    // fail2ban's socket comes a moment after its service.
    const QString wait = u"; for i in $(seq 100); do fail2ban-client status sshd && break; sleep 0.2; done"_qs;
    return {
        { lab1,
          u"systemctl stop fail2ban"_qs,
          u"systemctl start fail2ban"_qs + wait,
          { { u"fail2ban.active"_qs, fail },
            { u"fail2ban.sshd-jail"_qs, fail },
            { u"fail2ban.limits"_qs, none },
            { u"fail2ban.banned"_qs, none } } },
        { lab1,
          u"fail2ban-client stop sshd"_qs,
          u"fail2ban-client reload"_qs + wait,
          { { u"fail2ban.sshd-jail"_qs, fail } } },
        { lab1,
          u"fail2ban-client set sshd maxretry 50"_qs,
          u"fail2ban-client set sshd maxretry 5"_qs,
          { { u"fail2ban.limits"_qs, warn } } },
    };
}

QList<LabCheckRow> updateRows()
{
    const QString conf = u"/etc/apt/apt.conf.d/99lab-check"_qs;
    return {
        { lab1,
          u"systemctl stop apt-daily-upgrade.timer; echo 'Unattended-Upgrade::Automatic-Reboot \"true\";' >%1; "
          u"touch /run/reboot-required"_qs.arg(conf),
          u"systemctl start apt-daily-upgrade.timer; rm -f %1 /run/reboot-required"_qs.arg(conf),
          { { u"updates.unattended"_qs, fail }, { u"updates.auto-reboot"_qs, warn }, { u"updates.reboot"_qs, warn } } },
        { lab1,
          u"echo 'APT::Periodic::Unattended-Upgrade \"0\";' >%1"_qs.arg(conf),
          u"rm -f %1"_qs.arg(conf),
          { { u"updates.unattended"_qs, fail } } },
        // openclaw-ansible's origins match nothing on Debian.
        { lab1,
          {},
          u"echo 'Unattended-Upgrade::Origins-Pattern { "
          u"\"origin=Debian,codename=${distro_codename}-security,label=Debian-Security\"; };' >%1"_qs.arg(conf),
          { { u"updates.origins"_qs, fail } },
          u"rm -f %1"_qs.arg(conf) },
        { lab4,
          u"cd /; tar -cf /root/kept.tar var/lib/dpkg usr/share/lab-library usr/share/lab-image usr/share/lab-tool"_qs,
          u"apt-get -q -y install lab-library lab-image lab-tool </dev/null"_qs,
          { { u"updates.security"_qs, fail }, { u"updates.pending"_qs, warn } },
          u"[ ! -e /root/kept.tar ] || tar -xf /root/kept.tar -C /; rm -f /root/kept.tar"_qs },
        { lab1,
          u"d=$(mktemp -d); mkdir $d/DEBIAN; printf '%s\\n' 'Package: lab-broken' 'Version: 1' 'Architecture: all' "
          u"'Maintainer: lab <lab@example.invalid>' 'Description: lab' >$d/DEBIAN/control; "
          u"dpkg-deb --build --root-owner-group $d $d.deb; dpkg --unpack $d.deb; rm -r $d $d.deb"_qs,
          u"dpkg --purge lab-broken"_qs,
          { { u"updates.packages"_qs, fail } } },
        { lab1,
          u"cd /var/lib/apt/periodic; mkdir -p /root/kept-stamps; cp -p ./*upgrade*-stamp /root/kept-stamps || :; "
          u"touch -d '30 days ago' upgrade-stamp unattended-upgrades-stamp"_qs,
          u"touch /var/lib/apt/periodic/unattended-upgrades-stamp"_qs,
          { { u"updates.last-run"_qs, fail } },
          u"cd /var/lib/apt/periodic; rm -f upgrade-stamp unattended-upgrades-stamp; "
          u"cp -p /root/kept-stamps/* . || :; rm -rf /root/kept-stamps"_qs },
    };
}

QList<LabCheckRow> labCheckRows()
{
    return firewallRows() + openClawRows() + fail2banRows() + updateRows() + sshdRows() + accountRows() + serviceRows()
        + networkRows();
}

} // namespace Helmclaw
