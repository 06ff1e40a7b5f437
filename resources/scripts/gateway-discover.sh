# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2016,SC2012,SC2013 # $ in single quotes is awk's or sed's; names in /proc have no blanks
#
# gateway-discover.sh NONCE: where OpenClaw gateways are on this server, as far as this user may see. Run as
# `sh -s -- NONCE` with this text on stdin; POSIX sh. It only reads, makes no connection, and never starts the openclaw
# program (that costs seconds of CPU). No secret is in the output: of a token it says only that there is one.
#
# Framed as probe.sh frames its sections. Inside, lines KEY=VALUE; the first key of each block is the section's name in
# the singular:
#   user       uid, name, home: who asks; sees-others: whether it sees other users' processes
#   sudo       what `sudo -n -l` says; absent: root asks, or there is no sudo
#   listeners  listener: "PORT UID INODE loopback|any4|any6|other", of this network namespace: what 127.0.0.1 reaches,
#              the most specific address first
#   processes  process (pid), uid, gateway=yes or a helper of one, title, port-flag, token-flag, package, network=other,
#              environment=yes when it could be read, env-*, listens
#   units      unit (file), uid, scope, port-flag, token-flag, env-*, package
#   homes      home, uid, user, config (one a state folder): "yes|no|hidden readable|unreadable FILE"
#   versions   package, version

helmclaw_discover() {
    nonce=$1
    case $nonce in
    '' | *[!0-9a-f]*) echo 'gateway-discover: needs a hexadecimal nonce' >&2; return 2 ;;
    esac
    LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
    export LC_ALL PATH
    newline='
'
    IFS=" 	$newline"
    unset POSIXLY_CORRECT
    sections=0
    packages=$newline

    printf 'HELMCLAW-PROBE 1 %s\n' "$nonce"
    discover_user
    discover_listeners
    discover_processes
    discover_homes
    discover_versions
    printf '%s done %s\n' "$nonce" "$sections"
}

# section NAME STATUS TEXT
section() {
    printf '%s begin %s\n%s\n%s\n%s end %s\n' "$nonce" "$1" "${#3}" "$3" "$nonce" "$2"
    sections=$((sections + 1))
}

has() { command -v "$1" >/dev/null 2>&1; }

# account UID-OR-NAME: its line of the user database.
account() {
    if has getent; then
        getent passwd "$1"
    else
        awk -F: -v who="$1" '$1 == who || $3 == who { print; exit }' /etc/passwd
    fi
}

discover_user() {
    uid=$(id -u)
    line=$(account "$uid")
    home=${line%:*}
    # hidepid (proc(5)) hides what other users run.
    text=yes
    [ -r /proc/1/cmdline ] || text=no
    section user 0 "uid=$uid${newline}name=${line%%:*}${newline}home=${home##*:}${newline}sees-others=$text"
    # Listing is not recorded as a failed attempt, which a refused command is.
    if [ "$uid" != 0 ] && has sudo; then
        text=$(sudo -n -l 2>&1)
        section sudo $? "$text"
    else
        section sudo absent ''
    fi
}

discover_listeners() {
    listeners=''
    set --
    for file in /proc/net/tcp /proc/net/tcp6; do
        [ ! -r "$file" ] || set -- "$@" "$file"
    done
    if [ $# -gt 0 ]; then
        # Columns: local address, state (0A: listens), uid, inode. Addresses are in the machine's own byte order.
        listeners=$(awk '
            function digit(c) { return index("0123456789ABCDEF", c) - 1 }
            $4 == "0A" && split($2, a, ":") == 2 {
                port = 0
                for (i = 1; i <= length(a[2]); i++) port = port * 16 + digit(substr(a[2], i, 1))
                reach = "other"
                if (a[1] ~ /^(0100007F|7F000001|0+FFFF0000(0100007F|7F000001))$/) reach = "loopback"
                else if (a[1] == "00000000") reach = "any4"
                else if (a[1] ~ /^0+$/) reach = "any6"
                print "listener=" port " " $8 " " $10 " " reach
            }' "$@" 2>/dev/null)
        section listeners $? "$listeners"
    else
        section listeners absent ''
    fi
}

# What matters of an environment, one NAME=VALUE a line; of a token only that it is set.
pick_environment() {
    sed -n -e 's/^OPENCLAW_GATEWAY_TOKEN=..*/env-token=yes/p' \
        -e 's/^HOME=/env-home=/p' -e 's/^OPENCLAW_HOME=/env-openclaw-home=/p' \
        -e 's/^OPENCLAW_STATE_DIR=/env-state-dir=/p' -e 's/^OPENCLAW_CONFIG_PATH=/env-config-path=/p' \
        -e 's/^OPENCLAW_GATEWAY_PORT=/env-port=/p' -e 's/^OPENCLAW_PROFILE=/env-profile=/p'
}

# pick_arguments: arguments, one a line, on stdin. Says "gateway=yes" when they start one, and its flags.
pick_arguments() {
    awk '
        NR == 1 && /^openclaw-gateway *$/ { gateway = 1; title = "openclaw-gateway" }
        NR == 1 && /^openclaw *$/ { gateway = 1; title = "openclaw" }
        /(^|\/)openclaw(\.mjs)?$|\/openclaw\/dist\/(index|entry)\.m?js$/ { program = 1; path = $0; next }
        program && $0 == "gateway" && !command { command = 1; next }
        command == 1 { command = 2; if ($0 == "" || $0 == "run" || $0 ~ /^-/) gateway = 1 }
        want { if ($0 ~ /^[0-9][0-9]?[0-9]?[0-9]?[0-9]?$/) port = $0; want = 0 }
        $0 == "--port" { want = 1 }
        /^--port=[0-9]+$/ { port = substr($0, 8) }
        $0 == "--token" || /^--token=/ { token = 1 }
        $0 == "--dev" { dev = 1 }
        wantprofile { profile = $0; wantprofile = 0 }
        $0 == "--profile" { wantprofile = 1 }
        /^--profile=/ { profile = substr($0, 11) }
        /\/node_modules\/openclaw\// { package = $0; sub(/\/node_modules\/openclaw\/.*/, "/node_modules/openclaw", package) }
        END {
            if (command == 1) gateway = 1
            if (gateway) print "gateway=yes"
            if (title != "") print "title=" title
            if (port != "") print "port-flag=" port
            if (token) print "token-flag=yes"
            if (dev) print "env-profile=dev"
            if (profile ~ /^[A-Za-z0-9_-]+$/) print "env-profile=" profile
            if (package != "") print "package=" package
        }'
}

note_package() {
    package=$(printf '%s\n' "$1" | sed -n 's/^package=//p')
    case $packages in
    *"$newline$package$newline"*) ;;
    *) packages=$packages$package$newline ;;
    esac
}

discover_processes() {
    users=" $uid "
    text=''
    network=$(readlink /proc/self/ns/net 2>/dev/null)
    # The brackets: so that grep does not find itself.
    for file in $(grep -la 'opencla[w]' /proc/[0-9]*/cmdline 2>/dev/null); do
        process=${file%/cmdline}
        facts=$(tr '\0\n' '\n?' <"$file" 2>/dev/null | pick_arguments)
        note_package "$facts"
        # Helpers of a gateway are of use for the package's path, which the gateway itself writes its title over.
        case $facts in gateway=yes*) ;; package=*) ;; *) continue ;; esac
        owner=$(sed -n 's/^Uid:[[:space:]]*\([0-9]*\).*/\1/p' "$process/status" 2>/dev/null)
        [ -n "$owner" ] || continue
        text=$text${text:+$newline}process=${process#/proc/}${newline}uid=$owner$newline$facts
        case $facts in gateway=yes*) ;; *) continue ;; esac
        other=$(readlink "$process/ns/net" 2>/dev/null)
        if [ -n "$other" ] && [ "$other" != "$network" ]; then
            text=$text${newline}network=other
            continue
        fi
        case $users in *" $owner "*) ;; *) users="$users$owner " ;; esac
        [ -r "$process/environ" ] || continue
        facts=$(tr '\0\n' '\n?' <"$process/environ" 2>/dev/null | pick_environment)
        [ -z "$facts" ] || text=$text${newline}environment=yes$newline$facts
        # Which of the listeners are its own.
        sockets=" $(ls -l "$process/fd" 2>/dev/null | sed -n 's/.*socket:\[\([0-9]*\)\].*/\1/p' | tr '\n' ' ')"
        facts=$(printf '%s\n' "$listeners" | awk -v sockets="$sockets" '
            sub(/^listener=/, "") && index(sockets, " " $3 " ") && !seen[$1]++ { print "listens=" $1 }')
        [ -z "$facts" ] || text=$text$newline$facts
    done
    section processes 0 "$text"
}

discover_homes() {
    line=$(account openclaw)
    if [ -n "$line" ]; then
        line=${line#*:*:}
        case $users in *" ${line%%:*} "*) ;; *) users="$users${line%%:*} " ;; esac
    fi
    text='' units=''
    for owner in $users; do
        line=$(account "$owner")
        [ -n "$line" ] || continue
        home=${line%:*}
        home=${home##*:}
        text=$text${text:+$newline}home=$home${newline}uid=$owner${newline}user=${line%%:*}
        if [ ! -x "$home" ]; then
            text=$text${newline}config="hidden unreadable $home/.openclaw/openclaw.json"
            continue
        fi
        for state in "$home/.openclaw" "$home"/.openclaw-*; do
            [ -e "$state" ] || continue
            text=$text${newline}config="$(config_state "$state/openclaw.json")"
        done
        for unit in "$home"/.config/systemd/user/openclaw-gateway*.service; do
            read_unit "$unit" "$owner" user
        done
    done
    for unit in /etc/systemd/system/openclaw*.service; do
        read_unit "$unit" '' system
    done
    section homes 0 "$text"
    section units 0 "$units"
}

# config_state FILE: "yes|no|hidden readable|unreadable FILE"
config_state() {
    if [ ! -x "${1%/*}" ]; then
        echo "hidden unreadable $1"
    elif [ ! -e "$1" ]; then
        echo "no unreadable $1"
    elif [ -r "$1" ]; then
        echo "yes readable $1"
    else
        echo "yes unreadable $1"
    fi
}

# read_unit FILE UID SCOPE
read_unit() {
    { [ -f "$1" ] && [ -r "$1" ]; } || return 0
    start=$(sed -n 's/^ExecStart=[-@:+!]*//p' "$1")
    case $start in *openclaw*) ;; *) return 0 ;; esac
    owner=$2
    if [ -z "$owner" ]; then
        owner=$(sed -n 's/^User=//p' "$1")
        owner=$(id -u "${owner:-root}" 2>/dev/null)
    fi
    [ -n "$owner" ] || return 0
    facts=$(printf '%s\n' "$start" | tr -d '"' | tr ' ' '\n' | pick_arguments)
    note_package "$facts"
    facts=$(printf '%s\n' "$facts" | sed '/^gateway=/d; /^title=/d')
    units=$units${units:+$newline}unit=$1${newline}uid=$owner${newline}scope=$3${facts:+$newline}$facts
    # systemd.exec(5): several assignments on a line, each perhaps in quotes.
    facts=$(sed -n 's/^Environment=//p' "$1" | tr -d '"' | tr ' ' '\n' | pick_environment)
    units=$units${facts:+$newline}$facts
    facts=$(sed -n 's/^EnvironmentFile=-*/environment-file=/p' "$1")
    units=$units${facts:+$newline}$facts
}

discover_versions() {
    text=''
    for package in /usr/lib/node_modules/openclaw /usr/local/lib/node_modules/openclaw /opt/openclaw/node_modules/openclaw; do
        case $packages in *"$newline$package$newline"*) ;; *) packages=$packages$package$newline ;; esac
    done
    IFS=$newline
    set -f
    for package in $packages; do
        { [ -f "$package/package.json" ] && [ -r "$package/package.json" ]; } || continue
        version=$(sed -n 's/^  "version": *"\([0-9A-Za-z.+-]*\)".*/\1/p' "$package/package.json" | sed 1q)
        [ -z "$version" ] || text=$text${text:+$newline}package=$package${newline}version=$version
    done
    section versions 0 "$text"
}

helmclaw_discover "$@" </dev/null
