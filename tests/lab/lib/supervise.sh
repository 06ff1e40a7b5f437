#!/bin/bash
# SPDX-License-Identifier: MIT
# supervise.sh FOLDER: runs in a server's own network namespace for as long as the server exists, and starts it again
# when it reboots. FOLDER holds upper/ work/ root/ and server.conf (KEY=value, written by prepare_server).
set -euo pipefail
cd /
folder=$1
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
# shellcheck source=/dev/null
. "$folder/server.conf"

echo $$ >"$CGROUP/cgroup.procs"
echo $$ >"$folder/supervisor.pid"
until grep -q eth0 /proc/net/dev; do sleep 0.02; done
ip link set lo up
ip addr add "$ADDRESS4/16" dev eth0
ip -6 addr add "$ADDRESS6/64" dev eth0 nodad 2>/dev/null || true
ip link set eth0 up
ip route add default via "$ROUTER4"

while :; do
    # The server's clocks start at zero, as a machine's do: its uptime is its own. Old kernels have no time namespace.
    since=$(cut -d. -f1 /proc/uptime)
    clocks=(--time --boottime "-$since" --monotonic "-$since")
    [ -e /proc/self/ns/time ] || clocks=()
    code=0
    unshare --mount --pid --uts --ipc --cgroup "${clocks[@]}" --fork "$here/init.sh" "$folder" || code=$?
    # reboot(2) in a pid namespace kills its first process: SIGHUP for a reboot, SIGINT for power off.
    [ "$code" = 129 ] || exit "$code"
done
