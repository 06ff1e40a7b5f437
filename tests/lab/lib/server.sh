# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The life of the servers: state folder, preparing, starting, entering, waiting, taking down.

LOCK=/run/lock/helmclaw-lab-$LAB_NUMBER
lock_state() {
    exec 9>"$LOCK"
    flock -n 9 || die "another lab command is at work (it holds $LOCK)"
}

# begin_state SERVERS GATEWAYS
begin_state() {
    [ ! -e "$STATE" ] || [ -z "$(ls -A "$STATE")" ] || die "$STATE exists and is not a lab's; set HELMCLAW_LAB_STATE to a folder of its own"
    mkdir -p "$STATE" "$CGROUP"
    printf 'servers=%d\ngateways=%d\n' "$1" "$2" >"$STATE/lab.conf"
    # The servers' own files. Where this folder cannot carry an overlay (it is on one itself), memory does.
    mkdir -p "$STATE/servers/probe"/{upper,work,root}
    if ! unshare --mount mount -t overlay overlay -o "lowerdir=$(base_layer),upperdir=$STATE/servers/probe/upper,workdir=$STATE/servers/probe/work" \
        "$STATE/servers/probe/root" 2>/dev/null; then
        mount -t tmpfs -o mode=755 helmclaw-lab "$STATE/servers"
    fi
    rm -rf "$STATE/servers/probe"
    chmod 700 "$STATE/servers"
    raise_inotify_limit
}

prepare_server() {
    local n=$1 folder=$STATE/servers/lab$1 lower
    mkdir -p "$folder"/{upper/etc/ssh,work,root}
    lower=$(base_layer)
    [ "$(variant_of "$n")" != updates-pending ] || lower=$(updates_layer):$lower
    [ "$n" -gt "$(gateway_count)" ] || lower=$(openclaw_layer):$lower
    {
        printf 'NAME=%q\nNUMBER=%q\nVARIANT=%q\n' "lab$n" "$n" "$(variant_of "$n")"
        printf 'ADDRESS4=%q\nADDRESS6=%q\nROUTER4=%q\n' "$(address4 "$n")" "$(address6 "$n")" "10.$LAB_NUMBER.0.1"
        printf 'LOWER=%q\nCGROUP=%q\nADMIN_KEY=%q\n' "$lower" "$CGROUP/lab$n" "$(cat "$STATE/id_ed25519.pub")"
        printf 'GATEWAY=%q\nGATEWAY_PORT=%q\nGATEWAY_BASE_PATH=%q\n' "$([ "$n" -gt "$(gateway_count)" ] || echo yes)" \
            "$(gateway_port "$n")" "$(gateway_base_path "$n")"
    } >"$folder/server.conf"
    # All the kinds of host keys that Debian's package makes.
    ssh-keygen -q -A -f "$folder/upper" >/dev/null
    mkdir -p "$CGROUP/lab$n"
}

start_server() {
    local n=$1 folder=$STATE/servers/lab$1 pid
    # Nothing of the caller's may be inherited: a pipe on stdout would keep the caller waiting for ever, the lock (9) would stay held.
    setsid unshare --net "$LAB_HOME/lib/supervise.sh" "$folder" </dev/null >"$folder/console.log" 2>&1 8>&- 9>&- &
    pid=$!
    disown "$pid"
    until [ -s "$folder/supervisor.pid" ]; do
        kill -0 "$pid" 2>/dev/null || die "lab$n did not start: $(cat "$folder/console.log")"
        sleep 0.01
    done
    plug "$n" "$pid"
}

# leader NUMBER: process id, as this machine counts, of a server's systemd; fails while there is none.
leader() {
    local pid
    while read -r pid; do
        # NSpid: lists the process's ids from the outermost namespace to its own.
        grep -qsE '^NSpid:.*\b1$' "/proc/$pid/status" && { echo "$pid"; return 0; }
    done < <(cat "$CGROUP/lab$1/init.scope/cgroup.procs" 2>/dev/null)
    return 1
}

# enter NUMBER ARGV...: runs a program as root inside; belongs to the server's cgroup, so it ends with the server.
enter() (
    n=$1
    shift
    pid=$(leader "$n") || die "lab$n is not running"
    exec 8>&- 9>&-
    echo "$BASHPID" >"$CGROUP/lab$n/init.scope/cgroup.procs"
    clocks=(-T)
    [ -e /proc/self/ns/time ] || clocks=()
    exec nsenter -t "$pid" -m -r -u -i -n -p -C "${clocks[@]}" --wdns=/root -- \
        env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root USER=root LOGNAME=root \
        SHELL=/bin/bash LANG=C.UTF-8 TERM="${TERM:-dumb}" "$@"
)

exec_in_server() {
    [ $# -ge 2 ] || bad_usage 'exec NAME -- ARGV...'
    local n
    n=$(server_number "$1")
    shift
    [ "$1" != -- ] || shift
    [ $# -ge 1 ] || bad_usage 'exec NAME -- ARGV...'
    enter "$n" "$@"
}

# keep_waiting NUMBER DEADLINE: no more when the server is taken down meanwhile (by `down` after this command was killed, say).
keep_waiting() { [ "$SECONDS" -lt "$2" ] && [ -d "$CGROUP/lab$1" ]; }

# wait_server NUMBER SECONDS: until it has booted and lets ops in over SSH.
wait_server() {
    local n=$1 deadline=$((SECONDS + $2)) state
    until state=$(enter "$n" systemctl is-system-running --wait 2>/dev/null) || [ "$state" = degraded ]; do
        keep_waiting "$n" "$deadline" || { warn "lab$n has not booted: ${state:-no systemd}"; return 1; }
        sleep 0.2
    done
    [ "$state" = running ] || warn "lab$n is degraded; failed units: $(enter "$n" systemctl --failed --plain --no-legend list-units | awk '{ print $1 }' | xargs)"
    until ssh -F "$STATE/ssh_config" -o ConnectTimeout=5 "lab$n" true </dev/null 2>"$STATE/servers/lab$n/ssh.log"; do
        keep_waiting "$n" "$deadline" || { warn "lab$n does not let ops in: $(cat "$STATE/servers/lab$n/ssh.log")"; return 1; }
        sleep 0.2
    done
    say "lab$n booted ($(variant_of "$n"))"
}

# wait_gateway NUMBER SECONDS: until it takes connections, if the server has one.
wait_gateway() {
    local n=$1 deadline=$((SECONDS + $2))
    [ "$n" -le "$(gateway_count)" ] || return 0
    until gateway_answers "$n" readyz '"ready":true'; do
        keep_waiting "$n" "$deadline" || { warn "lab$n: the gateway is not ready: $(gateway_log "$n")"; return 1; }
        sleep 0.5
    done
    say "lab$n gateway ready"
}

# gateway_answers NUMBER PATH TEXT: /healthz says that it lives, /readyz that it also takes connections.
gateway_answers() {
    enter "$1" curl -sS --max-time 5 "http://127.0.0.1:$(gateway_port "$1")/$2" 2>/dev/null | grep -qF "$3"
}

gateway_log() { enter "$1" journalctl -q -n 15 _SYSTEMD_USER_UNIT=openclaw-gateway.service 2>&1; }

# A kernel update was installed since the server started: Debian's own hook says so, and a reboot makes it untrue.
announce_kernel_update() {
    enter "$1" env DPKG_MAINTSCRIPT_PACKAGE=linux-image-6.1.0-99-amd64 DPKG_MAINTSCRIPT_NAME=postinst \
        /etc/kernel/postinst.d/unattended-upgrades
}

# wait_all_servers FUNCTION SECONDS
wait_all_servers() {
    local n count
    is_number "$2" 1 9999 || bad_usage "not a number of seconds: $2"
    count=$(server_count)
    for ((n = 1; n <= count; n++)); do "$1" "$n" "$2" 9>&- & done
    wait_all 'waiting for the servers'
}

show_consoles() {
    local log
    for log in "$STATE"/servers/lab*/console.log; do
        [ ! -s "$log" ] || { echo "--- ${log}:"; tail -n 20 "$log"; }
    done
}

# Works from whatever is left, also when `up` was killed half way.
tear_down() {
    local tries=0
    if ! lab_exists; then
        rm -f "$LOCK"
        say 'nothing is up'
        return 0
    fi
    if [ -d "$CGROUP" ]; then
        echo 1 >"$CGROUP/cgroup.kill"
        while grep -q 'populated 1' "$CGROUP/cgroup.events"; do
            [ $((tries++)) -lt 500 ] || die "processes of the lab do not end; see $CGROUP"
            sleep 0.02
        done
        find "$CGROUP" -depth -type d -exec rmdir {} +
        rmdir "$CGROUPS" 2>/dev/null || true # another lab's may be left in it
    fi
    net_down
    if [ -e "$STATE/lab.conf" ]; then
        ! grep -q " $STATE/servers tmpfs " /proc/self/mounts || umount "$STATE/servers"
        rm -rf --one-file-system "$STATE"
    fi
    restore_inotify_limit
    rm -f "$LOCK"
    say 'down'
}
