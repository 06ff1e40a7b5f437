#!/bin/bash
# SPDX-License-Identifier: MIT
# init.sh FOLDER: process 1 of a server, in namespaces of its own. Makes the server's view of the world, then becomes systemd.
set -euo pipefail
folder=$1
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
# shellcheck source=/dev/null
. "$folder/server.conf"
root=$folder/root

mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$folder/upper,workdir=$folder/work" "$root"
hostname "$NAME"

if [ ! -e "$folder/provisioned" ]; then
    "$here/../recipe/provision.sh" "$root" "$folder/server.conf"
    : >"$folder/provisioned"
fi

mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$root/sys"
mount -t cgroup2 -o nosuid,nodev,noexec cgroup2 "$root/sys/fs/cgroup"

dev=$root/dev
mount -t tmpfs -o mode=755,nosuid,size=64k,nr_inodes=200 tmpfs "$dev"
# Made where that is allowed, else borrowed from this machine (user namespaces).
device() {
    mknod -m "$1" "$dev/$2" c "$3" "$4" 2>/dev/null || { : >"$dev/$2" && mount --bind "/dev/$5" "$dev/$2"; }
}
mkdir "$dev/net" "$dev/pts" "$dev/shm" "$dev/mqueue"
device 666 null 1 3 null
device 666 zero 1 5 zero
device 666 full 1 7 full
device 666 random 1 8 random
device 666 urandom 1 9 urandom
device 666 tty 5 0 tty
device 600 console 1 3 null
[ ! -e /dev/net/tun ] || device 666 net/tun 10 200 net/tun
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$dev/pts"
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$dev/shm"
ln -s pts/ptmx "$dev/ptmx"
ln -s /proc/self/fd "$dev/fd"
ln -s /proc/self/fd/0 "$dev/stdin"
ln -s /proc/self/fd/1 "$dev/stdout"
ln -s /proc/self/fd/2 "$dev/stderr"

# This machine's kernel settings are not the server's to change; those of its own network are.
mount --bind "$root/proc/sys" "$root/proc/sys"
mount --bind "$root/proc/sys/net" "$root/proc/sys/net"
cat /proc/sys/kernel/random/uuid >"$dev/.boot_id"
chmod 444 "$dev/.boot_id"
mount --bind "$dev/.boot_id" "$root/proc/sys/kernel/random/boot_id"
mount -o remount,bind,ro "$root/proc/sys"
mount --bind "$dev/null" "$root/proc/kmsg"
if [ -e "$root/proc/sysrq-trigger" ]; then
    mount --bind "$root/proc/sysrq-trigger" "$root/proc/sysrq-trigger"
    mount -o remount,bind,ro "$root/proc/sysrq-trigger"
fi

cd "$root"
mkdir -p .old
pivot_root . .old
umount -l /.old
rmdir /.old
exec env -i container=lab TERM=dumb PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    setpriv --bounding-set=-sys_time,-sys_module,-sys_rawio,-mknod,-syslog \
    /sbin/init --log-target=journal </dev/null
