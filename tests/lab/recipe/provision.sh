#!/bin/bash
# SPDX-License-Identifier: MIT
# provision.sh ROOT CONF: what makes one server different from the others, before its first boot.
set -euo pipefail
umask 022
root=$1
# shellcheck source=/dev/null
. "$2"
: "${NAME:?}" "${VARIANT:?}" "${ADMIN_KEY:?}"

tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
echo "$NAME" >"$root/etc/hostname"
printf '127.0.0.1\tlocalhost\n127.0.1.1\t%s\n::1\tlocalhost ip6-localhost\n' "$NAME" >"$root/etc/hosts"

install -d -m 700 "$root/home/ops/.ssh"
echo "$ADMIN_KEY" >"$root/home/ops/.ssh/authorized_keys"
chmod 600 "$root/home/ops/.ssh/authorized_keys"
chroot "$root" chown -R ops:ops /home/ops/.ssh

case $VARIANT in
documented | updates-pending) ;; # the updates are a layer of their own
ufw-inactive) sed -i 's/^ENABLED=.*/ENABLED=no/' "$root/etc/ufw/ufw.conf" ;;
fail2ban-stopped) chroot "$root" systemctl --quiet disable fail2ban ;;
no-sudo)
    rm "$root/etc/sudoers.d/90-ops"
    chroot "$root" usermod --groups '' ops
    ;;
*) echo "unknown variant: $VARIANT" >&2; exit 1 ;;
esac

[ "$GATEWAY" = yes ] || exit 0

home=$root/home/openclaw
ln -s /opt/openclaw/node_modules/openclaw/openclaw.mjs "$home/.local/bin/openclaw"
version=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' "$root/opt/openclaw/node_modules/openclaw/package.json")
unit=$home/.config/systemd/user/openclaw-gateway.service
mkdir -p "${unit%/*}/default.target.wants"
# As `openclaw gateway install` writes it (2026.9.6), but for the heap, which it takes from the machine's memory.
sed "s|@PORT@|$GATEWAY_PORT|; s|@VERSION@|$version|" "${0%/*}/openclaw-gateway.service" >"$unit"
chmod 600 "$unit"
ln -s "../${unit##*/}" "${unit%/*}/default.target.wants/"

token=$(od -An -N24 -v -tx1 /dev/urandom | tr -d ' \n')
control_ui=''
[ -z "$GATEWAY_BASE_PATH" ] || control_ui=", \"controlUi\": { \"basePath\": \"$GATEWAY_BASE_PATH\" }"
(
    umask 077
    cat >"$home/.openclaw/openclaw.json" <<X
{
  "gateway": {
    "mode": "local",
    "port": $GATEWAY_PORT,
    "bind": "loopback",
    "auth": { "mode": "token", "token": "$token" }$control_ui
  }
}
X
)
chroot "$root" chown -R openclaw:openclaw /home/openclaw
