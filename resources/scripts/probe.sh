# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2016 # $ in single quotes is awk's
#
# probe.sh NONCE: says what state a server is in. Run as `sh -s -- NONCE` with probe-host.sh, probe-openclaw.sh and this text on stdin;
# POSIX sh (dash, bash, busybox, mksh). It only reads: no temporary file (so no here-document either), no cache
# written, no lock taken, never a prompt.
#
# Output, all in bytes, so that no text of the server can pass for a section of its own:
#     HELMCLAW-PROBE 1 NONCE
#     NONCE begin NAME
#     LENGTH
#     <LENGTH bytes>
#     NONCE end STATUS         exit status of what the section ran, or "absent": the server has no such thing
#     ...
#     NONCE done COUNT
#
# Everything is in one function, called by the last line: a text that was cut on the way runs nothing.

helmclaw_probe() {
    nonce=$1
    case $nonce in
    '' | *[!0-9a-f]*) echo 'probe: needs a hexadecimal nonce' >&2; return 2 ;;
    esac
    # English texts, times in UTC, lengths in bytes; and the system's own programs, whatever the login shell set up.
    LC_ALL=C TZ=UTC0 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    export LC_ALL TZ PATH
    IFS=' 	
'
    unset POSIXLY_CORRECT LISTMAX SYSTEMD_COLORS
    sections=0

    printf 'HELMCLAW-PROBE 1 %s\n' "$nonce"
    probe_system
    probe_units
    probe_ufw
    probe_fail2ban
    probe_updates
    probe_sshd
    probe_openclaw
    probe_service
    probe_accounts
    probe_network
    probe_docker
    printf '%s done %s\n' "$nonce" "$sections"
}

# section NAME STATUS TEXT
section() {
    printf '%s begin %s\n%s\n%s\n%s end %s\n' "$nonce" "$1" "${#3}" "$3" "$nonce" "$2"
    sections=$((sections + 1))
}

# run NAME COMMAND...: a section with what the command says, on either stream.
run() {
    name=$1
    shift
    text=$("$@" 2>&1)
    section "$name" $? "$text"
}

# lines NAME FILE BASIC-REGEX: the matching lines of a file.
lines() {
    if [ -e "$2" ]; then
        text=$(sed -n "/$3/p" "$2" 2>&1)
        section "$1" $? "$text"
    else
        section "$1" absent ''
    fi
}

has() { command -v "$1" >/dev/null 2>&1; }

probe_system() {
    lines os-release /etc/os-release '^[A-Z_]*='
    run kernel uname -srm
    run user id -un
    run clock date +%s
    # The port that this very connection came in by: sshd listens there, whatever its configuration says.
    if [ -n "${SSH_CONNECTION-}" ]; then
        section ssh-port 0 "${SSH_CONNECTION##* }"
    else
        section ssh-port absent ''
    fi
    text=''
    for tool in apt-cache fail2ban-client systemctl ufw unattended-upgrade; do
        ! has "$tool" || text="$text$tool "
    done
    section tools 0 "$text"

    # Asked once, and by listing: that is never recorded as a failed attempt, which `sudo -n true` is when it is refused.
    # Words: root; full (any command without a password); scoped (some, see below); none.
    sudo=none ufw_sudo='' fail2ban_sudo=''
    if [ "$(id -u)" = 0 ]; then
        sudo=root
        section sudo 0 root
    elif has sudo; then
        text=$(sudo -n -l 2>&1)
        status=$?
        # shellcheck disable=SC2034
        own_sudo=$text own_sudo_status=$status # probe_accounts looks at it, too
        case $status:$text in
        0:*'(ALL : ALL) NOPASSWD: ALL'* | 0:*'(ALL) NOPASSWD: ALL'* | 0:*'(root) NOPASSWD: ALL'* | \
            0:*'(ALL:ALL) NOPASSWD: ALL'* | 0:*'(root : root) NOPASSWD: ALL'*) sudo=full ;;
        0:*NOPASSWD:*'/ufw status verbose'*'/fail2ban-client status sshd'* | \
            0:*NOPASSWD:*'/fail2ban-client status sshd'*'/ufw status verbose'*) sudo=scoped ufw_sudo=1 fail2ban_sudo=1 ;;
        0:*NOPASSWD:*'/ufw status verbose'*) sudo=scoped ufw_sudo=1 ;;
        0:*NOPASSWD:*'/fail2ban-client status sshd'*) sudo=scoped fail2ban_sudo=1 ;;
        esac
        if [ "$sudo" = none ] && [ "$status" != 0 ]; then
            section sudo "$status" "none $text"
        else
            section sudo "$status" "$sudo"
        fi
    else
        section sudo absent none
    fi
    case $sudo in
    root) as_root='' ;;
    *) as_root='sudo -n' ;;
    esac
}

probe_units() {
    if has systemctl; then
        run units systemctl show --no-pager -p Id -p LoadState -p ActiveState -p UnitFileState ufw.service fail2ban.service \
            unattended-upgrades.service apt-daily.timer apt-daily-upgrade.timer docker.service
    else
        section units absent ''
    fi
}

probe_ufw() {
    lines ufw-conf /etc/ufw/ufw.conf '^[[:space:]]*ENABLED='
    lines ufw-defaults /etc/default/ufw '^[[:space:]]*\(IPV6\|DEFAULT_[A-Z]*_POLICY\)='
    if [ -r /proc/sys/net/ipv4/ip_forward ]; then
        text=''
        for file in /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding; do
            [ -r "$file" ] || continue
            # The kernel gives such a file in one piece only: dash, which reads byte by byte, sees no end of line.
            value=''
            read -r value <"$file" || :
            text="$text$file=$value "
        done
        section forwarding 0 "$text"
    else
        section forwarding absent ''
    fi
    if ! has ufw; then
        section ufw-status absent ''
    elif [ "$sudo" = root ] || [ "$sudo" = full ] || [ -n "$ufw_sudo" ]; then
        # shellcheck disable=SC2086 # two words, or none
        run ufw-status $as_root ufw status verbose
    fi
}

# fail2ban-client costs 0.1 CPU seconds a call and needs three for every jail. This asks the server's socket the same questions, in
# fail2ban's own protocol, all in 0.04. Python is there because fail2ban is written in it; -I -S leaves out what can be put
# in its way.
fail2ban_questions='
import pickle, socket, sys
END = b"<F2B_END_COMMAND>"
def say(*words):
    print("\t".join(" ".join(str(w).split()) for w in words))
def ask(*command):
    s.sendall(pickle.dumps(list(command), 2) + END)
    answer = b""
    while not answer.endswith(END):
        part = s.recv(65536)
        if not part:
            raise EOFError("the connection was closed")
        answer += part
    code, value = pickle.loads(answer[:-len(END)])
    if code:
        raise RuntimeError("refused: %s" % (value,))
    return value
try:
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(5)
    s.connect(sys.argv[1])
    jails = [j.strip() for j in dict(ask("status"))["Jail list"].split(",") if j.strip()]
    say("jails", len(jails))
    for jail in jails:
        say("jail", jail)
        for key in ("maxretry", "findtime", "bantime"):
            say(key, ask("get", jail, key))
        actions = dict(dict(ask("status", jail))["Actions"])
        banned = actions["Banned IP list"]
        say("banned-now", actions["Currently banned"])
        say("banned-total", actions["Total banned"])
        for address in banned[:1000]:
            say("banned", address)
    say("complete")
    s.sendall(b"<F2B_CLOSE_COMMAND>" + END)
except Exception as e:
    say("error", type(e).__name__, e)
    sys.exit(1)
'

probe_fail2ban() {
    # What is configured, in the order in which fail2ban reads it (jail.conf(5)); it does not prove what runs.
    set --
    for file in /etc/fail2ban/jail.conf /etc/fail2ban/jail.d/*.conf /etc/fail2ban/jail.local /etc/fail2ban/jail.d/*.local; do
        [ ! -r "$file" ] || set -- "$@" "$file"
    done
    if [ $# -gt 0 ]; then
        run fail2ban-config awk '
            FNR == 1 { s = "" }
            /^\[/ { s = $0; sub(/\].*/, "]", s) }
            (s == "[DEFAULT]" || s == "[sshd]") && /^(enabled|maxretry|findtime|bantime)[ \t]*=/ { print FILENAME ": " s " " $0 }' "$@"
    else
        section fail2ban-config absent ''
    fi

    has fail2ban-client || { section fail2ban absent ''; return; }
    if [ "$sudo" = root ] || [ "$sudo" = full ]; then
        socket=$(sed -n 's/^socket[[:space:]]*=[[:space:]]*//p' /etc/fail2ban/fail2ban.conf /etc/fail2ban/fail2ban.local 2>/dev/null)
        socket=${socket##*
}
        # shellcheck disable=SC2086
        text=$(printf '%s\n' "$fail2ban_questions" | $as_root python3 -I -S - "${socket:-/run/fail2ban/fail2ban.sock}" 2>&1)
        section fail2ban $? "$text"
    elif [ -n "$fail2ban_sudo" ]; then
        run fail2ban-sshd sudo -n fail2ban-client status sshd
    fi
}

probe_updates() {
    has apt-cache || { section apt absent ''; return; }
    section apt 0 ''
    text=$(apt-config dump 2>&1)
    section apt-config $? "$(printf '%s\n' "$text" | sed -n '/^APT::Periodic/p; /^Unattended-Upgrade::[AO]/p; /^[EW]: /p')"
    # The archives whose package lists are here, with the release fields that origins are matched against. (`apt-cache policy`
    # has the same, but opens apt's cache for it, and builds that anew where it is not kept.)
    run apt-archives apt-get indextargets --format '$(DESCRIPTION)|$(ORIGIN)|$(SUITE)|$(CODENAME)|$(LABEL)|$(COMPONENT)' \
        'Created-By: Packages'

    # `apt-get -s upgrade` costs 1.7 CPU seconds; the same candidates, with where they come from, cost 0.06 this way.
    # Only what differs from the installed version is passed on; "checked" and "installed" prove that nothing was skipped.
    packages=$(dpkg-query -W -f '${db:Status-Abbrev} ${binary:Package}\n' 2>&1)
    section dpkg $? "$(printf '%s\n' "$packages" | awk '
        /^.[^nci]/ || /^..[^ ]/ { print "broken", $0 } /^hi/ { print "hold", $2 } /^.i/ { n++ } END { print "installed", n + 0 }')"
    # shellcheck disable=SC2046 # one word a package; names hold no blanks
    text=$(apt-cache policy $(printf '%s\n' "$packages" | sed -n 's/^.i[^ ]* *//p') 2>&1 | awk '
        function flush() { if (have) { n++; if (installed != candidate) printf "%s", block } have = 0 }
        /^[^ ].*:$/ { flush(); have = 1; block = ""; installed = candidate = "" }
        /^[EW]: / { print; next }
        /^  Installed: / { installed = $2 } /^  Candidate: / { candidate = $2 }
        { block = block $0 "\n" }
        END { flush(); print "checked", n + 0 }')
    section apt-pending $? "$text"

    # When the package lists were fetched (the archives date them themselves), and what ran by itself and when.
    set --
    for file in /var/lib/apt/lists/*Release; do
        [ ! -r "$file" ] || set -- "$@" "$file"
    done
    if [ $# -gt 0 ]; then
        run apt-dates awk 'FNR == 1 { n = 0 } /^(Date|Valid-Until): / && n++ < 2 { print FILENAME ": " $0 } FNR > 30 { nextfile }' "$@"
    else
        section apt-dates absent ''
    fi
    set --
    for file in /var/lib/apt/periodic /var/lib/apt/periodic/*-stamp /var/run/reboot-required /etc/kernel/postinst.d/unattended-upgrades \
        /etc/kernel/postinst.d/update-notifier; do
        [ ! -e "$file" ] || set -- "$@" "$file"
    done
    if [ $# -gt 0 ]; then
        run stamps stat -c '%Y %n' "$@"
    else
        section stamps absent ''
    fi
    lines reboot-packages /var/run/reboot-required.pkgs '.'
}

# What needs root about the network, in one call of sudo: every call costs 10 ms and a line in the server's log. Always the same
# six sections, printed as section() does it.
network_questions='
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
    export PATH LC_ALL
    nonce=$1
    has() { command -v "$1" >/dev/null 2>&1; }
    section() { printf "%s begin %s\n%s\n%s\n%s end %s\n" "$nonce" "$1" "${#3}" "$3" "$nonce" "$2"; }
    # Sets text and status. Warnings would come in the middle of a line; a failure is asked why.
    get() {
        text=$("$@" 2>/dev/null)
        status=$?
        [ "$status" = 0 ] || text=$("$@" 2>&1)
    }
    odd=""
    for family in iptables ip6tables; do
        if has "$family-nft-save"; then
            get "$family-nft-save"
            section "$family" "$status" "$text"
        elif has "$family-save"; then
            get "$family-save"
            section "$family" "$status" "$text"
        else
            text=incompatible
            section "$family" absent ""
        fi
        case $text in *incompatible*) odd=1 ;; esac
        names=/proc/net/ip_tables_names
        [ "$family" = iptables ] || names=/proc/net/ip6_tables_names
        if has "$family-nft-save" && has "$family-legacy-save"; then
            get "$family-legacy-save"
            section "$family-legacy" "$status" "$text"
        elif has "$family-nft-save" && grep -q . "$names" 2>/dev/null; then
            section "$family-legacy" 1 "the older packet filter has rules, and no $family-legacy-save is there to show them"
        else
            section "$family-legacy" absent ""
        fi
    done
    if has nft; then
        # What iptables has shown already is not told again.
        text=$(nft list tables 2>&1 | grep -Ev "^table ip6? (filter|nat|mangle|raw|security)\$")
        status=0
        if [ -n "$text$odd" ]; then
            get nft -j list ruleset
            # Long lists of addresses are left out then.
            [ "${#text}" -lt 400000 ] || get nft -t -j list ruleset
        fi
        section nft "$status" "$text"
    else
        section nft absent ""
    fi
    if has ss; then
        get ss -H -tulnp
        section sockets "$status" "$text"
    else
        section sockets absent ""
    fi
'

probe_network() {
    # "client port server port": this connection as the server sees it.
    section connection 0 "${SSH_CONNECTION-}"
    if has ip; then
        run addresses ip -o address
        text=$(ip -o -4 route show table all default 2>&1 | sed 's/^/4 /'; ip -o -6 route show table all default 2>&1 | sed 's/^/6 /')
        section routes 0 "$text"
    else
        section addresses absent ''
        section routes absent ''
    fi
    if [ "$sudo" = root ] || [ "$sudo" = full ]; then
        # shellcheck disable=SC2086
        text=$($as_root sh -c "$network_questions" sh "$nonce" 2>/dev/null)
        status=$?
        if [ "$status" = 0 ]; then
            printf '%s\n' "$text"
            sections=$((sections + 6))
        else
            section network-root "$status" "$text"
            ! has ss || run sockets ss -H -tulnp
        fi
    elif has ss; then
        run sockets ss -H -tulnp
    fi
    if ! has ss && [ -r /proc/net/tcp ]; then
        text=$(awk 'FNR == 1 { next }
            (FILENAME ~ /tcp/ && $4 == "0A") || (FILENAME ~ /udp/ && $4 == "07") { print FILENAME, $2 }' \
            /proc/net/tcp /proc/net/tcp6 /proc/net/udp /proc/net/udp6 2>/dev/null)
        section proc-sockets 0 "$text"
    fi
    if has tailscale; then
        run tailscale tailscale status --json --peers=false
    else
        section tailscale absent ''
    fi
}

# The containers that run: only the fields that are judged, never their environment, which holds secrets.
docker_fields='{"Name":{{json .Name}},"Image":{{json .Config.Image}},"User":{{json .Config.User}},"Privileged":{{json .HostConfig.Privileged}},"NetworkMode":{{json .HostConfig.NetworkMode}},"PidMode":{{json .HostConfig.PidMode}},"CapAdd":{{json .HostConfig.CapAdd}},"SecurityOpt":{{json .HostConfig.SecurityOpt}},"UsernsMode":{{json .HostConfig.UsernsMode}},"Mounts":{{json .Mounts}},"Ports":{{json .NetworkSettings.Ports}}}'

probe_docker() {
    has docker || { section docker absent ''; return; }
    if [ "$sudo" = root ] || [ "$sudo" = full ]; then
        by=$as_root
    elif [ -w /var/run/docker.sock ]; then
        by=''
    else
        return
    fi
    # shellcheck disable=SC2086
    containers=$($by docker ps -q --no-trunc 2>&1)
    status=$?
    case $status in
    0) ;;
    *) section docker "$status" "$containers"; return ;;
    esac
    if [ -n "$containers" ]; then
        # shellcheck disable=SC2086
        run docker $by docker inspect --type container --format "$docker_fields" $containers
    else
        section docker 0 ''
    fi
}

helmclaw_probe "$@" </dev/null
