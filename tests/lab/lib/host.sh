# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Can the lab run on this machine? And what it changes on it: one sysctl, put back by the last `down`.

INOTIFY=/proc/sys/fs/inotify/max_user_instances
INOTIFY_BEFORE=/run/helmclaw-lab.inotify

# require_host GATEWAYS: ends with 77 and a reason where the lab cannot run.
require_host() {
    require_root
    local need missing=''
    # program:package
    for need in mmdebstrap:mmdebstrap mmtarfilter:mmdebstrap ip:iproute2 unshare:util-linux nsenter:util-linux setpriv:util-linux \
        flock:util-linux ssh:openssh-client ssh-keygen:openssh-client npm:npm; do
        [ "$need" != npm:npm ] || [ "$1" -gt 0 ] || continue
        command -v "${need%:*}" >/dev/null || [[ " $missing " = *" ${need#*:} "* ]] || missing+=" ${need#*:}"
    done
    [ -z "$missing" ] || cannot_run "missing tools; install with: apt-get install$missing"
    [ -d "$(base_layer)" ] || have_debian || cannot_run "no Debian archive of this machine's release (${SUITE:-unknown}) in its apt sources"
    [ -n "$CGROUP_ROOT" ] || cannot_run 'no cgroup2 file system is mounted'
    [ -w "$CGROUP_ROOT/cgroup.procs" ] || cannot_run "$CGROUP_ROOT is read-only"
    grep -qw overlay /proc/filesystems || modprobe overlay 2>/dev/null || cannot_run 'the kernel has no overlayfs'
    unshare --mount --pid --uts --ipc --net --cgroup --fork true 2>/dev/null || cannot_run 'namespaces may not be made here (a container without CAP_SYS_ADMIN, or a chroot into a folder that is no mount point?)'
    unshare --net ip link add helm0 type veth peer name helm1 2>/dev/null || cannot_run 'the kernel has no veth network devices'
}

# Every systemd holds 8 inotify instances of user 0; the default of 128 ends at the 16th server.
raise_inotify_limit() {
    local now
    now=$(cat $INOTIFY)
    [ "$now" -lt 8192 ] || return 0
    [ -e $INOTIFY_BEFORE ] || echo "$now" >$INOTIFY_BEFORE
    echo 8192 2>/dev/null >$INOTIFY || warn "could not raise fs.inotify.max_user_instances ($now): no more than 15 servers will boot"
}

restore_inotify_limit() {
    [ ! -d "$CGROUPS" ] || return 0 # another lab still needs it
    [ -e $INOTIFY_BEFORE ] || return 0
    cat $INOTIFY_BEFORE >$INOTIFY && rm -f $INOTIFY_BEFORE
}
