# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2016,SC2154 # $ in single quotes is bash's or sed's; the variables are gateway-discover.sh's
#
# gateway-state.sh: functions only, put before gateway-discover.sh's text. What state the gateways are in that it found: it
# reads, and asks each gateway on 127.0.0.1 for its health, as anybody on the server may. Sections, framed alike:
#   services    uptime; unit (file), then what `systemctl show` says of it, or asked=no when its manager could not be asked
#   lingering   user (uid), linger: yes|no
#   files       file: "RAW-MODE UID PATH" (stat -c '%f %u %n') of state folders and what in them must be private
#   health-PORT the whole HTTP answers to GET /healthz and GET /readyz, each after a line with its length
#   nodes       node (its path), version; only where no gateway runs, which proves that its node will do

gateway_state() {
    state_services
    state_lingering
    state_files
    state_health
    case $newline$processes in *"${newline}gateway=yes"*) ;; *) state_nodes ;; esac
}

state_services() {
    if ! has systemctl; then
        section services absent ''
        return
    fi
    text=''
    if [ -r /proc/uptime ]; then
        read -r line </proc/uptime
        text=uptime=${line%% *}
    fi
    # Paths may have blanks: three lines a unit.
    set -f
    IFS=$newline
    # shellcheck disable=SC2086 # lines
    set -- $unit_list
    IFS=" 	$newline"
    set +f
    while [ $# -ge 3 ]; do
        show_unit "$1" "$2" "${3##*/}"
        text=$text${text:+$newline}unit=$3$newline$facts
        shift 3
    done
    section services 0 "$text"
}

# show_unit SCOPE UID NAME: sets facts.
show_unit() {
    scope=$1 owner=$2
    set -- show --no-pager -p LoadState -p ActiveState -p SubState -p UnitFileState -p NRestarts -p Result \
        -p ExecMainStartTimestampMonotonic -- "$3"
    if [ "$scope" = system ]; then
        facts=$(systemctl "$@" 2>/dev/null)
    elif [ "$uid" = "$owner" ]; then
        facts=$(XDG_RUNTIME_DIR=/run/user/$owner systemctl --user "$@" 2>/dev/null)
    elif [ "$uid" = 0 ] && has setpriv; then
        # The user's own systemd. setpriv leaves no log-in behind, which su and runuser do.
        facts=$(XDG_RUNTIME_DIR=/run/user/$owner setpriv --reuid="$owner" --regid="$owner" --clear-groups \
            systemctl --user "$@" 2>/dev/null)
    else
        facts=''
    fi
    [ -n "$facts" ] || facts=asked=no
}

state_lingering() {
    text=''
    for user in $users; do
        account "$user" || continue
        linger=no
        [ ! -e "/var/lib/systemd/linger/$name" ] || linger=yes
        text=$text${text:+$newline}user=$owner${newline}linger=$linger
    done
    section lingering 0 "$text"
}

# Who may read them; never what is in them.
state_files() {
    set --
    for user in $users; do
        account "$user" || continue
        for state in "$home/.openclaw" "$home"/.openclaw-*; do
            [ ! -e "$state" ] || set -- "$@" "$state"
        done
    done
    set -f
    IFS=$newline
    for line in $processes $units; do
        case $line in
        env-state-dir=/* | env-config-path=/*)
            line=${line#*=}
            [ ! -e "$line" ] || set -- "$@" "$line"
            ;;
        esac
    done
    IFS=" 	$newline"
    set +f
    for state in "$@"; do
        for file in "$state/openclaw.json" "$state"/openclaw.json.* "$state/.env" "$state/secrets.json" \
            "$state/credentials" "$state/state" "$state/state/openclaw.sqlite"; do
            [ ! -e "$file" ] || set -- "$@" "$file"
        done
    done
    if [ $# -gt 0 ]; then
        text=$(stat -c 'file=%f %u %n' -- "$@" 2>/dev/null)
        section files $? "$text"
    else
        section files absent ''
    fi
}

# bash opens the connection itself, and its read has a deadline. A program would be another 10 ms.
state_questions='
for path in /healthz /readyz; do
    exec 3<>"/dev/tcp/127.0.0.1/$1" || exit
    printf "GET %s HTTP/1.0\r\nHost: 127.0.0.1:%s\r\nUser-Agent: Helmclaw\r\nConnection: close\r\n\r\n" "$path" "$1" >&3
    IFS= read -r -t 2 -N 65536 -u 3 answer
    printf "%s\n%s\n" "${#answer}" "$answer"
done'

state_health() {
    { has timeout && has bash; } || return 0
    # The ports that a gateway's process listens on; where that is not to be seen, the one that it was given, if its own
    # user listens there.
    for port in $(printf '%s\n%s\n' "$listeners" "$processes" | awk '
        function asked(port) { if (port && !seen[port]++ && ++n <= 4) print port }
        function flush() { if (gateway && !own) asked((uid " " given) in listens ? given : 0) }
        /^listener=/ { split(substr($0, 10), a, " "); if (a[4] != "other") listens[a[2] " " a[1]] = 1 }
        /^process=/ { flush(); gateway = own = 0; given = 18789 }
        /^uid=/ { uid = substr($0, 5) }
        /^gateway=yes/ { gateway = 1 }
        /^port-flag=/ { given = substr($0, 11) }
        /^network=other/ { gateway = 0 }
        /^listens=/ { own = 1; if (gateway && (uid " " substr($0, 9)) in listens) asked(substr($0, 9)) }
        END { flush() }'); do
        text=$(timeout 6 bash -c "$state_questions" bash "$port" 2>/dev/null)
        section "health-$port" $? "$text"
    done
}

state_nodes() {
    text=''
    set -f
    IFS=$newline
    set --
    for line in $units; do
        case $line in node=*) set -- "$@" "${line#node=}" ;; esac
    done
    IFS=" 	$newline"
    set +f
    for file in "$@" /usr/bin/node; do
        [ -x "$file" ] || continue
        prefix=${file%/bin/node}
        version=''
        if [ -r "$prefix/include/node/node_version.h" ]; then
            version=$(sed -n 's/^#define NODE_MAJOR_VERSION  *\([0-9][0-9]*\)$/\1/p' "$prefix/include/node/node_version.h")
        elif [ -r "$prefix/package.json" ]; then
            version=$(sed -n '/^ *"version": *"\([0-9.]*\)".*/{s//\1/p;q;}' "$prefix/package.json")
        fi
        [ -z "$version" ] || text=$text${text:+$newline}node=$file${newline}version=$version
    done
    section nodes 0 "$text"
}

