# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The administrator's key pair, made anew for every lab, and the client configuration with the servers' host keys.

# With sudo, the files belong to the person who called it: the program under test does not run as root.
hand_over() { [ -z "${SUDO_UID-}" ] || chown "$SUDO_UID:${SUDO_GID:-$SUDO_UID}" "$@"; }

make_admin_key() {
    ssh-keygen -q -t ed25519 -N '' -C ops@helmclaw-lab -f "$STATE/id_ed25519"
    hand_over "$STATE/id_ed25519" "$STATE/id_ed25519.pub"
}

write_ssh_config() {
    local n count key
    count=$(server_count)
    for ((n = 1; n <= count; n++)); do
        cat <<X
Host lab$n
    HostName $(address4 "$n")
    User ops
    Port 22
    IdentityFile $STATE/id_ed25519
    IdentitiesOnly yes
    UserKnownHostsFile $STATE/known_hosts
    GlobalKnownHostsFile /dev/null
    StrictHostKeyChecking yes

X
        for key in "$STATE/servers/lab$n"/upper/etc/ssh/ssh_host_*_key.pub; do
            echo "$(address4 "$n"),$(address6 "$n"),lab$n $(cut -d' ' -f1,2 "$key")"
        done >>"$STATE/known_hosts"
    done >"$STATE/ssh_config"
    hand_over "$STATE/ssh_config" "$STATE/known_hosts"
}

print_ssh_config() {
    case ${1-} in
    '') cat "$STATE/ssh_config" ;;
    --path) echo "$STATE/ssh_config" ;;
    *) bad_usage "unknown option: $1" ;;
    esac
}
