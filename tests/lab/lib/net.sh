# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# One bridge with this machine on it. A server's network namespace belongs to its supervisor process: no name under
# /run/netns and no mount is needed, and the veth pair goes when the processes go.

net_up() {
    ! ip -4 route show "10.$LAB_NUMBER.0.0/16" | grep -q . || die "10.$LAB_NUMBER.0.0/16 is in use here; choose another HELMCLAW_LAB_NUMBER"
    ip link add "$BRIDGE" type bridge
    # No IPv6 on this machine is no reason to fail: the servers still have IPv4.
    ip link set "$BRIDGE" up
    ip addr add "10.$LAB_NUMBER.0.1/16" dev "$BRIDGE"
    ip -6 addr add "fd$LAB_NUMBER::1/64" dev "$BRIDGE" nodad 2>/dev/null || warn 'no IPv6 on this machine'
}

# plug SERVER PID: a cable from the bridge to eth0 in the network namespace of PID.
plug() {
    ip link add "$BRIDGE-$1" type veth peer name eth0 netns "$2"
    ip link set "$BRIDGE-$1" master "$BRIDGE" up
}

net_down() {
    local port
    for port in /sys/class/net/"$BRIDGE"-*; do
        [ ! -e "$port" ] || ip link del "${port##*/}" 2>/dev/null || true
    done
    [ ! -e "/sys/class/net/$BRIDGE" ] || ip link del "$BRIDGE"
}
