# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Names, messages and small helpers that every part of the lab uses.

LAB_NUMBER=${HELMCLAW_LAB_NUMBER:-77}
if [[ ! $LAB_NUMBER =~ ^[1-9][0-9]$ ]]; then
    echo "lab: HELMCLAW_LAB_NUMBER must be 10..99, not '$LAB_NUMBER'" >&2
    exit 2
fi
STATE=/run/helmclaw-lab
[ "$LAB_NUMBER" = 77 ] || STATE+=-$LAB_NUMBER
STATE=${HELMCLAW_LAB_STATE:-$STATE}
CACHE=${HELMCLAW_LAB_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/helmclaw/lab}
BRIDGE=hclab$LAB_NUMBER
RECIPE=$LAB_HOME/recipe

# The supervisor of every server lives below this cgroup, so that one write to cgroup.kill ends all of it.
CGROUP_ROOT=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/self/mounts)
CGROUPS=$CGROUP_ROOT/helmclaw-lab
CGROUP=$CGROUPS/$LAB_NUMBER

VARIANTS=(documented ufw-inactive fail2ban-stopped updates-pending no-sudo)

START_TIME=$EPOCHREALTIME
# Seconds since the command began, with tenths.
elapsed() {
    local now=$EPOCHREALTIME
    local ms=$(((${now/[.,]/} - ${START_TIME/[.,]/}) / 1000))
    printf '%d.%d' $((ms / 1000)) $((ms % 1000 / 100))
}

say() { printf 'lab: [%6s s] %s\n' "$(elapsed)" "$*" >&2; }
warn() { printf 'lab: %s\n' "$*" >&2; }
die() { warn "$*"; exit 1; }
bad_usage() { warn "$*"; warn 'see: lab --help'; exit 2; }
cannot_run() { warn "cannot run here: $*"; exit 77; }

# is_number TEXT LOWEST HIGHEST
is_number() { [[ $1 =~ ^(0|[1-9][0-9]{0,3})$ ]] && [ "$1" -ge "$2" ] && [ "$1" -le "$3" ]; }

# Waits for every background job; dies if one failed.
wait_all() {
    local job failed=0
    for job in $(jobs -p); do wait "$job" || failed=1; done
    [ "$failed" = 0 ] || die "$1 failed"
}

lab_exists() { [ -e "$STATE/lab.conf" ] || [ -d "$CGROUP" ] || [ -e "/sys/class/net/$BRIDGE" ]; }
require_up() { [ -e "$STATE/lab.conf" ] || { warn "not up; start it with: lab up N"; exit 3; }; }
require_root() { [ "$(id -u)" = 0 ] || cannot_run 'it needs root (try: sudo)'; }

server_count() { sed -n 's/^servers=//p' "$STATE/lab.conf"; }
gateway_count() { sed -n 's/^gateways=//p' "$STATE/lab.conf"; }

# server_number NAME: the number, or dies.
server_number() {
    local n=${1#lab}
    if [ "lab$n" != "$1" ] || ! is_number "$n" 1 "$(server_count)"; then
        die "no server '$1'; there are lab1..lab$(server_count)"
    fi
    echo "$n"
}

address4() { echo "10.$LAB_NUMBER.0.$((10 + $1))"; }
# The decimal digits are taken as hexadecimal ones: lab7 is .17 and ::17, which is easy to read.
address6() { echo "fd$LAB_NUMBER::$((10 + $1))"; }
variant_of() { echo "${VARIANTS[($1 - 1) % ${#VARIANTS[@]}]}"; }
gateway_port() { [ "$1" = 2 ] && echo 18900 || echo 18789; }
gateway_base_path() { [ "$1" = 2 ] && echo /openclaw || echo ''; }
