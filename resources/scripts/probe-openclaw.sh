# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2154 # the variables are probe.sh's
#
# probe-openclaw.sh: a part of probe.sh, put before its text. Functions only.

# Where gateways are and what state they are in: gateway-discover.sh with gateway-state.sh, which Helmclaw puts before this
# text as $helmclaw_gateway. What they say, frames and all, is one section. Other users' sockets and folders are root's to
# see.
probe_openclaw() {
    if [ -z "${helmclaw_gateway-}" ] || ! [ -r /proc/self/status ]; then
        section openclaw absent ''
        return
    fi
    case $sudo in
    full) text=$(printf '%s\n' "$helmclaw_gateway" | sudo -n sh -s -- "$nonce" state 2>/dev/null) ;;
    *) text=$(printf '%s\n' "$helmclaw_gateway" | sh -s -- "$nonce" state 2>/dev/null) ;;
    esac
    section openclaw $? "$text"
}

