#!/bin/bash
# SPDX-License-Identifier: MIT
# base.sh ROOT: makes a fresh Debian root what openclaw-ansible would make of it, and fit for running without hardware.
set -euo pipefail
root=$1
here=$(dirname -- "$(readlink -f -- "${BASH_SOURCE[0]}")")
umask 022

# Identity comes with each server, from provision.sh.
rm -f "$root"/etc/ssh/ssh_host_* "$root/etc/resolv.conf" "$root/var/lib/dbus/machine-id"
: >"$root/etc/resolv.conf"
: >"$root/etc/machine-id"
: >"$root/etc/fstab"
ln -s /etc/machine-id "$root/var/lib/dbus/machine-id"

# There is no hardware, no console and no kernel of its own here.
for unit in getty.target console-getty.service getty@tty1.service systemd-udevd.service systemd-udevd-kernel.socket \
    systemd-udevd-control.socket systemd-udev-trigger.service systemd-modules-load.service kmod-static-nodes.service \
    sys-kernel-config.mount sys-kernel-debug.mount sys-kernel-tracing.mount dev-hugepages.mount \
    proc-sys-fs-binfmt_misc.automount systemd-journald-audit.socket systemd-firstboot.service e2scrub_reap.service \
    e2scrub_all.timer fstrim.timer; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
ln -sf /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"

# Users: the service, and an administrator (sudo without a password is what cloud images give theirs).
chroot "$root" groupadd --system docker
chroot "$root" useradd --system --create-home --shell /bin/bash --comment 'OpenClaw Service User' --groups docker openclaw
chmod 755 "$root/home/openclaw"
chroot "$root" useradd --create-home --shell /bin/bash --comment 'Lab administrator' --groups sudo,adm ops
install -d -m 755 "$root/var/lib/systemd/linger"
: >"$root/var/lib/systemd/linger/openclaw"

cp -rT --no-preserve=ownership,mode "$here/files" "$root"
chmod 440 "$root/etc/sudoers.d/openclaw" "$root/etc/sudoers.d/90-ops"
chroot "$root" visudo -cq

home=$root/home/openclaw
cat "$here/openclaw.bashrc" >>"$home/.bashrc"
cat >"$home/.bash_profile" <<'X'
if [ -f ~/.bashrc ]; then
    . ~/.bashrc
fi
X
install -d -m 700 "$home/.ssh" "$home/.openclaw/credentials" "$home/.openclaw/agents/main/agent"
install -d -m 755 "$home"/.openclaw "$home"/.openclaw/{sessions,data,logs,agents,agents/main} "$home"/.local/{bin,share,share/pnpm}
chmod 755 "$home"/.openclaw "$home"/.openclaw/agents{,/main}
chroot "$root" chown -R openclaw:openclaw /home/openclaw

# The firewall. `ufw enable` would load rules into this machine's kernel, so the file is told what it would have said.
chroot "$root" ufw default deny incoming
chroot "$root" ufw default allow outgoing
chroot "$root" ufw default deny routed
chroot "$root" ufw allow 22/tcp comment SSH
sed -i 's/^ENABLED=.*/ENABLED=yes/' "$root/etc/ufw/ufw.conf"
sed -i '/^COMMIT$/{
e cat '"'$here/docker-user.rules'"'
}' "$root/etc/ufw/after.rules"
grep -q '^-A DOCKER-USER -i eth0 -j DROP' "$root/etc/ufw/after.rules"

chroot "$root" systemctl enable ssh ufw fail2ban unattended-upgrades docker

# The package lists and their cache stay, as on a machine that looked for updates a moment ago; the packages go.
chroot "$root" apt-get clean
chroot "$root" apt-get check
