# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2016,SC2154 # $ in single quotes is awk's; $sudo and $as_root are probe.sh's
#
# probe-host.sh: the probe's questions about sshd, accounts and the gateway's service. Functions only; Helmclaw sends this
# text before probe.sh, whose rules hold here too.

# is_root: whether what $as_root runs is root's.
is_root() { [ "$sudo" = root ] || [ "$sudo" = full ]; }

# Lines KEY TAB ...: "config FILE TAB MATCH TAB LINE", of the settings that are judged and of Include (Match blocks end with
# their file); "unreadable FILE"; as root also "status N" and "effective KEYWORD VALUE", what `sshd -T` says (its own words
# when it failed).
probe_sshd() {
    if ! has sshd; then
        section sshd absent ''
        return
    fi
    set -- /etc/ssh/sshd_config
    # Unquoted on purpose: words and patterns, relative to /etc/ssh (sshd_config(5)).
    # shellcheck disable=SC2013
    for pattern in $(sed -n 's/^[[:space:]]*[Ii][Nn][Cc][Ll][Uu][Dd][Ee][[:space:]=]*//p' /etc/ssh/sshd_config 2>/dev/null); do
        case $pattern in
        /*) ;;
        *) pattern=/etc/ssh/$pattern ;;
        esac
        for file in $pattern; do
            [ ! -e "$file" ] || set -- "$@" "$file"
        done
    done
    hidden=''
    for file in "$@"; do
        [ -r "$file" ] || hidden=1
    done
    # shellcheck disable=SC2086 # two words, or none
    if [ -n "$hidden" ] && is_root; then set -- $as_root awk "$sshd_lines" "$@"; else set -- awk "$sshd_lines" "$@"; fi
    text=$("$@" 2>&1)
    if is_root; then
        # shellcheck disable=SC2086
        said=$($as_root sshd -T 2>&1)
        text="$text
status	$?
$(printf '%s\n' "$said" | sed 's/^/effective	/')"
    fi
    section sshd 0 "$text
complete"
}
sshd_lines='
BEGIN {
    words = " passwordauthentication kbdinteractiveauthentication challengeresponseauthentication usepam permitrootlogin" \
        " maxauthtries permitemptypasswords x11forwarding allowtcpforwarding disableforwarding permitopen" \
        " authenticationmethods ciphers macs kexalgorithms hostkeyalgorithms pubkeyacceptedalgorithms" \
        " pubkeyacceptedkeytypes include "
    for (i = 1; i < ARGC; i++) {
        block = ""
        while ((status = (getline line < ARGV[i])) == 1) {
            sub(/^[ \t]+/, "", line)
            gsub(/[\t\r]/, " ", line)
            word = tolower(line)
            sub(/[ =].*/, "", word)
            if (word == "match") block = line
            else if (index(words, " " word " ") && word != "") print "config\t" ARGV[i] "\t" block "\t" line
        }
        if (status != 0) print "unreadable\t" ARGV[i]
        close(ARGV[i])
    }
    exit
}'

# Lines KEY TAB ... of the units that run OpenClaw: "running CGROUP" of each process of theirs (everybody may read that);
# "manager system|UID STATUS", then what that manager says of its units as "show KEY=VALUE", and of the processes as they
# really run "process PID", "privileges N" (NoNewPrivs) and "mount ROOT POINT OPTIONS"; "exposure UNIT TEXT".
probe_service() {
    service_uids=''
    if ! has systemctl; then
        section service absent ''
        return
    fi
    running=$(grep -hs '/\(openclaw\|clawdbot\)[^/]*\.service' /proc/[0-9]*/cgroup | sort -u)
    text=$(printf '%s\n' "$running" | sed -n 's/^/running	/p')
    for uid in $(printf '%s\n' "$running" | sed -n 's|.*/user@\([0-9][0-9]*\)\.service/.*|\1|p' | sort -u); do
        service_uids="$service_uids $uid"
    done
    # shellcheck disable=SC2086 # two words, or none
    if is_root; then
        text="$text
$(printf '%s\n' "$service_lines" | $as_root sh -s -- system 2>&1)"
    else
        text="$text
$(printf '%s\n' "$service_lines" | sh -s -- system 2>&1)"
    fi
    # The managers of the users who run one, and of the user that openclaw-ansible makes, who may have stopped it.
    uids=$service_uids
    account=$(id -u openclaw 2>/dev/null) || account=''
    case " $uids " in
    *" $account "*) ;;
    *) uids="$uids $account" ;;
    esac
    asked=0
    me=$(id -u)
    for uid in $uids; do
        asked=$((asked + 1))
        if [ "$asked" -gt 3 ]; then
            said="manager	$uid	unasked"
        elif [ ! -d "/run/user/$uid" ]; then
            said="manager	$uid	none"
        elif [ "$uid" = "$me" ]; then
            said=$(printf '%s\n' "$service_lines" | XDG_RUNTIME_DIR=/run/user/$uid sh -s -- "$uid" --user 2>&1)
        elif is_root && has setpriv; then
            # Without PAM, so that no session is opened and nothing is logged. Its group does not matter for asking.
            # shellcheck disable=SC2086
            said=$(printf '%s\n' "$service_lines" | $as_root setpriv --reuid="$uid" --regid=65534 --clear-groups \
                env XDG_RUNTIME_DIR="/run/user/$uid" sh -s -- "$uid" --user 2>&1)
        else
            said="manager	$uid	denied"
        fi
        text="$text
$said"
    done
    section service 0 "$text
complete"
}
service_lines='
scope=$1
shift
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export PATH LC_ALL
units=$(systemctl "$@" show --no-pager -p Id -p LoadState -p ActiveState -p MainPID -p User -p NoNewPrivileges \
    -p PrivateTmp -p ProtectSystem -p ProtectHome -p ReadWritePaths -p FragmentPath "openclaw*.service" "clawdbot*.service" 2>&1)
printf "manager\t%s\t%s\n" "$scope" $?
printf "%s\n" "$units" | sed "/^\$/d; s/^/show\t/"
for pid in $(printf "%s\n" "$units" | sed -n "s/^MainPID=//p"); do
    [ "$pid" -gt 0 ] 2>/dev/null || continue
    printf "process\t%s\n" "$pid"
    sed -n "s/^NoNewPrivs:[[:space:]]*/privileges\t/p" "/proc/$pid/status" 2>/dev/null
    sed -n "s/^[0-9]* [0-9]* [0-9:]* \([^ ]*\) \([^ ]*\) \([^ ]*\) .*/mount\t\1\t\2\t\3/p" "/proc/$pid/mountinfo" 2>/dev/null
done
command -v systemd-analyze >/dev/null 2>&1 || exit 0
for unit in $(printf "%s\n" "$units" | sed -n "s/^Id=\([A-Za-z0-9@_.-]*\)\$/\1/p" | head -n 2); do
    printf "exposure\t%s\t%s\n" "$unit" \
        "$(systemd-analyze "$@" security --no-pager "$unit" 2>&1 | sed -n "s/.*Overall exposure level for [^ ]* *//p")"
done
exit 0'

# Lines KEY TAB ... of the local user database (no secret of it: of a password only whether it is empty, of a key only its
# kind and size): "unreadable FILE", "group NAME MEMBERS", "primary GROUP USER", "uid0 USER", "empty FILE USER",
# "count FILE N", "service USER UID", "home USER FOLDER"; then "keyfile FILE", "key FILE TYPE BITS", "oddkey FILE",
# "nofile FILE"; then for some users "sudo USER STATUS" and what `sudo -l` says of them as "says LINE"; then "file
# FILE:LINE" of the sudoers files.
probe_accounts() {
    # shellcheck disable=SC2086 # two words, or none
    if is_root; then
        text="root	yes
$($as_root awk -v uids=" ${service_uids# } " "$account_lines" 2>&1)"
    else
        text="root	no
$(awk -v uids=" ${service_uids# } " "$account_lines" 2>&1)"
    fi
    set --
    for home in $(printf '%s\n' "$text" | sed -n 's/^home	[^	]*	//p'); do
        set -- "$@" "$home/.ssh"
    done
    is_root || as_root=''
    # Only these two names: what a user calls a file cannot pass for a line of ours.
    # shellcheck disable=SC2086
    [ $# = 0 ] || text="$text
$($as_root find "$@" -maxdepth 1 \( -name authorized_keys -o -name authorized_keys2 \) \( -type f -size -512k -exec awk "$key_lines" '{}' + -o -exec printf 'nofile\t%s\n' '{}' ';' \) 2>/dev/null)"
    is_root || as_root='sudo -n'
    if has sudo; then
        if is_root; then
            for user in $(printf '%s\n' "$text" | sed -n 's/^ask	//p'); do
                # Root asks: of others, sudo wants our password, though it does not for any command.
                # shellcheck disable=SC2086
                said=$($as_root sudo -l -U "$user" 2>&1)
                text="$text
sudo	$user	$?
$(printf '%s\n' "$said" | sed 's/^/says	/')"
            done
            # shellcheck disable=SC2086
            text="$text
$($as_root grep -rsHv -e '^[[:space:]]*#' -e '^[[:space:]]*$' -e '^[[:space:]]*Defaults' -e '^@' /etc/sudoers /etc/sudoers.d | tr '\t' ' ' | sed 's/^/file	/')"
        else
            text="$text
sudo	$(id -un)	$own_sudo_status
$(printf '%s\n' "$own_sudo" | sed 's/^/says	/')"
        fi
    else
        text="$text
nosudo"
    fi
    section accounts 0 "$text
complete"
}
account_lines='
function ask(user) {
    if (user ~ /^[A-Za-z_][A-Za-z0-9_.-]*$/ && !(user in asked) && user != "root") {
        asked[user] = 1
        if (++asks <= 8) print "ask\t" user
        else print "unasked\t" user
    }
}
function finish(file, status, n) {
    if (status != 0) print "unreadable\t" file
    else print "count\t" file "\t" n
    close(file)
}
BEGIN {
    admins = " sudo admin wheel "
    interesting = admins "docker lxd incus incus-admin disk libvirt "
    file = "/etc/group"
    for (n = 0; (status = (getline line < file)) == 1; n++) {
        if (split(line, f, ":") < 4 || !index(interesting, " " f[1] " ")) continue
        gsub(/[\t ]/, "", f[4])
        print "group\t" f[1] "\t" f[4]
        gid[f[3]] = f[1]
        if (index(admins, " " f[1] " ")) {
            count = split(f[4], member, ",")
            for (i = 1; i <= count; i++) admin[++members] = member[i]
        }
    }
    finish(file, status, n)
    file = "/etc/passwd"
    for (n = 0; (status = (getline line < file)) == 1; n++) {
        gsub(/\t/, " ", line)
        if (split(line, f, ":") < 7) continue
        if (f[4] in gid) {
            print "primary\t" gid[f[4]] "\t" f[1]
            if (index(admins, " " gid[f[4]] " ")) admin[++members] = f[1]
        }
        if (f[3] + 0 == 0) print "uid0\t" f[1]
        if (f[2] == "") print "empty\t" file "\t" f[1]
        service = f[1] == "openclaw" || index(uids, " " f[3] " ")
        if (service) {
            print "service\t" f[1] "\t" f[3]
            ask(f[1])
        }
        if ((service || f[1] == "root") && f[6] ~ /^\/[^ ]*$/) print "home\t" f[1] "\t" f[6]
    }
    finish(file, status, n)
    for (i = 1; i <= members; i++) ask(admin[i])
    file = "/etc/shadow"
    for (n = 0; (status = (getline line < file)) == 1; n++) {
        if (2 < split(line, f, ":") && f[2] == "") print "empty\t" file "\t" f[1]
    }
    finish(file, status, n)
    exit
}'
key_lines='
FNR == 1 { name = FILENAME; gsub(/\t/, " ", name); print "keyfile\t" name }
{ sub(/\r$/, "") }
/^[ \t]*(#|$)/ { next }
{
    for (i = 1; i < NF; i++) {
        if ($i !~ /^(ssh|ecdsa|sk-ssh|sk-ecdsa)-[a-z0-9@.-]*$/ || $(i + 1) !~ /^AAAA[A-Za-z0-9+\/]*=*$/) continue
        size = $(i + 1)
        pads = gsub(/=/, "", size)
        bits = 0
        # RFC 4253: name, exponent (65537, as everybody has it) and modulus, each with its length, in base64.
        if ($i == "ssh-rsa") bits = (int((length(size) + pads) * 3 / 4) - pads - 23) * 8
        print "key\t" name "\t" $i "\t" bits
        next
    }
    print "oddkey\t" name
}'
