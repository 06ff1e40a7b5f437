# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2016,SC2012,SC2013,SC2034,SC3013
# ($ in single quotes is awk's or sed's; names in /proc have no blanks; gateway-state.sh uses more variables; dash, bash,
# busybox and mksh have -ef, and POSIX.1-2024 too)
#
# gateway-discover.sh NONCE [state]: where OpenClaw gateways are on this server, as far as this user may see. Run as
# `sh -s -- NONCE` with this text on stdin; POSIX sh. It only reads, makes no connection, and never starts the openclaw
# program (that costs seconds of CPU). No secret is in the output: of a token it says only that there is one. With "state"
# (and gateway-state.sh's text before this one) it also says what state they are in.
#
# Framed as probe.sh frames its sections. Inside, lines KEY=VALUE; the first key of each block is the section's name in
# the singular:
#   user       uid, name, home: who asks; sees-others: whether it sees other users' processes
#   sudo       what `sudo -n -l` says; absent: root asks, or there is no sudo
#   listeners  listener: "PORT UID INODE loopback|any4|any6|other ADDRESS", of this network namespace: what 127.0.0.1
#              reaches; ADDRESS as /proc/net/tcp writes it
#   processes  process (pid), uid, gateway=yes or a helper of one, title, port-flag, token-flag, password-flag, package,
#              group (the service it belongs to), network=other, environment=yes when it could be read, env-*, listens
#   units      unit (file), uid, scope, port-flag, token-flag, password-flag, env-*, package, node
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
    [ "${2-}" != state ] || gateway_state
    printf '%s done %s\n' "$nonce" "$sections"
}

# section NAME STATUS TEXT
section() {
    printf '%s begin %s\n%s\n%s\n%s end %s\n' "$nonce" "$1" "${#3}" "$3" "$nonce" "$2"
    sections=$((sections + 1))
}

has() { command -v "$1" >/dev/null 2>&1; }

# learn UID-OR-NAME...: notes their lines of the user database, all in one go (every program that is run costs 2 ms).
learn() {
    if has getent; then
        accounts=$accounts$newline$(getent passwd "$@")
    elif [ -z "$accounts" ]; then
        accounts=$(cat /etc/passwd)
    fi
}

# account UID-OR-NAME: sets name, owner (uid) and home from what was learned; false: there is no such user.
account() {
    set -f
    IFS=$newline
    for line in $accounts; do
        IFS=:
        # shellcheck disable=SC2086 # fields
        set -- "$1" $line
        if [ "$2" = "$1" ] || [ "$4" = "$1" ]; then
            name=$2 owner=$4 home=$7
            break
        fi
        name=''
    done
    IFS=" 	$newline"
    set +f
    [ -n "$name" ]
}

discover_user() {
    uid=$(id -u)
    accounts='' name='' home=''
    learn "$uid" openclaw
    account "$uid" || :
    # hidepid (proc(5)) hides what other users run.
    text=yes
    [ -r /proc/1/cmdline ] || text=no
    section user 0 "uid=$uid${newline}name=$name${newline}home=$home${newline}sees-others=$text"
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
                print "listener=" port " " $8 " " $10 " " reach " " a[1]
            }' "$@" 2>/dev/null)
        section listeners $? "$listeners"
    else
        section listeners absent ''
    fi
}

# What matters of an environment, one NAME=VALUE a line; of a token only that it is set.
pick_environment() {
    sed -n -e 's/^OPENCLAW_GATEWAY_TOKEN=..*/env-token=yes/p' -e 's/^OPENCLAW_GATEWAY_PASSWORD=..*/env-password=yes/p' \
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
        $0 == "--password" || /^--password=/ { password = 1 }
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
            if (password) print "password-flag=yes"
            if (dev) print "env-profile=dev"
            if (profile ~ /^[A-Za-z0-9_-]+$/) print "env-profile=" profile
            if (package != "") print "package=" package
        }'
}

# note_package FACTS
note_package() {
    case $newline$1 in
    *"${newline}package="*)
        package=${1#*package=}
        package=${package%%"$newline"*}
        case $packages in
        *"$newline$package$newline"*) ;;
        *) packages=$packages$package$newline ;;
        esac
        ;;
    esac
}

# process_owner FOLDER: sets owner to the uid that the process runs as; empty: it has ended.
process_owner() {
    owner=''
    # A process may end at any time; the file is the process's, not a fixed one.
    while read -r key owner rest; do
        case $key in Uid:) return ;; esac
        owner=''
    done <"$1/status"
} 2>/dev/null

# process_unit FOLDER: sets unit to the systemd service in whose control group the process is; empty: none is to be seen.
process_unit() {
    unit=''
    while read -r line; do
        case $line in 0::*/*.service) unit=${line##*/} ;; esac
    done <"$1/cgroup"
} 2>/dev/null

discover_processes() {
    users=" $uid "
    text='' processes=''
    # The brackets: so that grep does not find itself.
    for file in $(grep -la 'opencla[w]' /proc/[0-9]*/cmdline 2>/dev/null); do
        process=${file%/cmdline}
        facts=$(tr '\0\n' '\n?' 2>/dev/null <"$file" | pick_arguments)
        note_package "$facts"
        # Helpers of a gateway are of use for the package's path, which the gateway itself writes its title over.
        case $facts in gateway=yes*) ;; package=*) ;; *) continue ;; esac
        process_owner "$process"
        [ -n "$owner" ] || continue
        text=$text${text:+$newline}process=${process#/proc/}${newline}uid=$owner$newline$facts
        case $facts in gateway=yes*) ;; *) continue ;; esac
        if [ -e "$process/ns/net" ] && ! [ "$process/ns/net" -ef /proc/self/ns/net ]; then
            text=$text${newline}network=other
            continue
        fi
        case $users in *" $owner "*) ;; *) users="$users$owner " ;; esac
        process_unit "$process"
        [ -z "$unit" ] || text=$text${newline}group=$unit
        [ -r "$process/environ" ] || continue
        facts=$(tr '\0\n' '\n?' 2>/dev/null <"$process/environ" | pick_environment)
        [ -z "$facts" ] || text=$text${newline}environment=yes$newline$facts
        # Which of the listeners are its own.
        sockets=$(ls -l "$process/fd" 2>/dev/null)
        set -f
        for line in $listeners; do
            # Words in turn: listener=PORT UID INODE REACH ADDRESS
            case $line in
            listener=*) port=${line#listener=} word=1 ;;
            *) word=$((word + 1)) ;;
            esac
            [ $word = 3 ] || continue
            case $sockets in
            *"socket:[$line]"*)
                case $text$newline in
                *"process=${process#/proc/}$newline"*"listens=$port$newline"*) ;;
                *) text=$text${newline}listens=$port ;;
                esac
                ;;
            esac
        done
        set +f
    done
    processes=$text
    section processes 0 "$text"
}

discover_homes() {
    # shellcheck disable=SC2086 # a word each
    [ "$users" = " $uid " ] || learn $users
    if account openclaw; then
        case $users in *" $owner "*) ;; *) users="$users$owner " ;; esac
    fi
    text='' units='' unit_list=''
    for user in $users; do
        account "$user" || continue
        text=$text${text:+$newline}home=$home${newline}uid=$owner${newline}user=$name
        if [ ! -x "$home" ]; then
            text=$text${newline}config="hidden unreadable $home/.openclaw/openclaw.json"
            continue
        fi
        for state in "$home/.openclaw" "$home"/.openclaw-*; do
            [ -e "$state" ] || continue
            config_state "$state/openclaw.json"
            text=$text${newline}config=$config
        done
        for file in "$home"/.config/systemd/user/openclaw-gateway*.service; do
            read_unit "$file" "$owner" user
        done
    done
    for file in /etc/systemd/system/openclaw*.service; do
        read_unit "$file" '' system
    done
    section homes 0 "$text"
    section units 0 "$units"
}

# config_state FILE: sets config to "yes|no|hidden readable|unreadable FILE"
config_state() {
    if [ ! -x "${1%/*}" ]; then
        config="hidden unreadable $1"
    elif [ ! -e "$1" ]; then
        config="no unreadable $1"
    elif [ -r "$1" ]; then
        config="yes readable $1"
    else
        config="yes unreadable $1"
    fi
}

# read_unit FILE UID SCOPE
read_unit() {
    { [ -f "$1" ] && [ -r "$1" ]; } || return 0
    start='' facts='' runs_as=root
    set -f
    IFS=$newline
    for line in $(sed -n '/^ExecStart=/p; /^User=/p; /^Environment=/p' "$1"); do
        case $line in
        ExecStart=*) start=$start$newline${line#ExecStart=} ;;
        User=*) runs_as=${line#User=} ;;
        # systemd.exec(5): several assignments on a line, each perhaps in quotes.
        Environment=*) facts=$facts$newline${line#Environment=} ;;
        esac
    done
    IFS=" 	$newline"
    set +f
    case $start in *openclaw*) ;; *) return 0 ;; esac
    owner=$2
    [ -n "$owner" ] || owner=$(id -u "${runs_as:-root}" 2>/dev/null)
    [ -n "$owner" ] || return 0
    start=${start#"$newline"}
    start=${start#"${start%%[!-@:+!]*}"}
    environment=$(printf '%s\n' "$facts" | tr -d '"' | tr ' ' '\n' | pick_environment)
    facts=$(printf '%s\n' "$start" | tr -d '"' | tr ' ' '\n' | pick_arguments | sed '/^gateway=/d; /^title=/d')
    note_package "$facts"
    case ${start%% *} in /*/node) facts=$facts${facts:+$newline}node=${start%% *} ;; esac
    units=$units${units:+$newline}unit=$1${newline}uid=$owner${newline}scope=$3${facts:+$newline}$facts
    units=$units${environment:+$newline}$environment
    unit_list=$unit_list$newline$3$newline$owner$newline$1
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
        version=$(sed -n '/^  "version": *"\([0-9A-Za-z.+-]*\)".*/{s//\1/p;q;}' "$package/package.json")
        [ -z "$version" ] || text=$text${text:+$newline}package=$package${newline}version=$version
    done
    section versions 0 "$text"
}

helmclaw_discover "$@" </dev/null
