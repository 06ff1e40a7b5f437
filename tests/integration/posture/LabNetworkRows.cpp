// SPDX-License-Identifier: MIT
#include "LabCheckRows.h"

namespace Helmclaw {

namespace {

const QString lab1 = QStringLiteral("lab1");
constexpr Verdict warn = Verdict::Warn;
constexpr Verdict fail = Verdict::Fail;

} // namespace

QList<LabCheckRow> networkRows()
{
    const QString exposure = u"network.exposure"_qs;
    const QString listeners = u"network.listeners"_qs;
    const QString chain = u"network.docker-user"_qs;
    const QString chain6 = u"network.docker-user-ipv6"_qs;
    // ufw builds its own chains anew, and takes DOCKER-USER from after.rules; Docker's unit hooks it in.
    const QString asBefore = u"iptables -D FORWARD -j DOCKER-USER || :; iptables -F DOCKER-USER || :; ufw reload; "
                             u"systemctl restart docker"_qs;
    return {
        // A listener that the firewall lets out, and the same one behind the firewall again.
        { lab1,
          u"systemd-run -q --unit lab-listener python3 -m http.server 8080 --bind 0.0.0.0; ufw allow 8080/tcp; "
          u"for i in $(seq 100); do ss -Hltn | grep -q :8080 && break; sleep 0.2; done"_qs,
          u"ufw delete allow 8080/tcp"_qs,
          { { exposure, fail }, { listeners, fail } },
          u"ufw delete allow 8080/tcp; systemctl stop lab-listener || :"_qs },
        { lab1, u"iptables -D FORWARD -j DOCKER-USER"_qs, u"systemctl restart docker"_qs, { { chain, fail } } },
        { lab1, u"iptables -D DOCKER-USER -i eth0 -j DROP"_qs, asBefore, { { chain, fail } } },
        { lab1,
          u"iptables -I FORWARD -i eth0 -j ACCEPT"_qs,
          u"iptables -D FORWARD -i eth0 -j ACCEPT || :"_qs,
          { { chain, fail } } },
        { lab1, u"iptables -I DOCKER-USER -i eth0 -p tcp --dport 443 -j ACCEPT"_qs, asBefore, { { chain, warn } } },
        // The same chain in the kernel's older packet filter is as good.
        { lab1,
          u"iptables -D DOCKER-USER -i eth0 -j DROP"_qs,
          u"iptables-legacy -N DOCKER-USER; iptables-legacy -A DOCKER-USER -m conntrack --ctstate RELATED,ESTABLISHED "
          u"-j "
          u"ACCEPT; iptables-legacy -A DOCKER-USER -i eth0 -j DROP; iptables-legacy -I FORWARD -j DOCKER-USER"_qs,
          { { chain, fail } },
          u"iptables-legacy -D FORWARD -j DOCKER-USER || :; iptables-legacy -F DOCKER-USER || :; "
          u"iptables-legacy -X DOCKER-USER || :; "_qs
              + asBefore },
        // And in rules of nft's own.
        { lab1,
          u"iptables -D DOCKER-USER -i eth0 -j DROP"_qs,
          u"nft 'table inet lab { chain DOCKER-USER { ct state established,related accept; iifname \"eth0\" drop; }; "
          u"chain forward { type filter hook forward priority -5; jump DOCKER-USER; }; }'"_qs,
          { { chain, fail } },
          u"nft delete table inet lab || :; "_qs + asBefore },
        // IPv6 that is routed, with Docker's chains in it and without their shield.
        { lab1,
          u"sysctl -qw net.ipv6.conf.all.forwarding=1; ip -6 route add default dev eth0; ip6tables -N DOCKER"_qs,
          u"ip6tables -N DOCKER-USER; ip6tables -A DOCKER-USER -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT; "
          u"ip6tables -A DOCKER-USER -i eth0 -j DROP; ip6tables -I FORWARD -j DOCKER-USER"_qs,
          { { chain6, fail } },
          u"sysctl -qw net.ipv6.conf.all.forwarding=0; ip -6 route del default dev eth0 || :; "
          u"ip6tables -D FORWARD -j DOCKER-USER || :; for c in DOCKER-USER DOCKER; do ip6tables -F $c || :; "
          u"ip6tables -X $c || :; done"_qs },
        // Ports of containers go past ufw: what Docker makes for "-p 8081:80" when the shield is gone.
        { lab1,
          u"sysctl -qw net.ipv4.ip_forward=1; ip link add docker0 type bridge; ip addr add 172.17.0.1/16 dev docker0; "
          u"ip link set docker0 up; iptables -t nat -A PREROUTING -p tcp --dport 8081 -j DNAT --to-destination "
          u"172.17.0.2:80; iptables -I FORWARD -d 172.17.0.2 -o docker0 -p tcp --dport 80 -j ACCEPT; "
          u"iptables -D DOCKER-USER -i eth0 -j DROP"_qs,
          u"iptables -D FORWARD -d 172.17.0.2 -o docker0 -p tcp --dport 80 -j ACCEPT || :; "
          u"iptables -t nat -F PREROUTING; iptables -t nat -P PREROUTING ACCEPT; ip link del docker0 || :; "
          u"sysctl -qw net.ipv4.ip_forward=0; "_qs
              + asBefore,
          { { exposure, fail }, { chain, fail } } },
    };
}

} // namespace Helmclaw
