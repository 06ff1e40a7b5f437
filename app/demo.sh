# SPDX-License-Identifier: MIT
# Sourced by app/run: the demo fleet. Real servers of the lab where they can run (root), else this machine itself over a
# private sshd on loopback. Sets demo_dir (fleet.json, ssh_config, known_hosts) and demo_gateway (a server with a web UI).

demo_dir=${XDG_RUNTIME_DIR:-${TMPDIR:-/tmp}}/helmclaw-demo-$(id -u)
demo_gateway=
demo_kind=
demo_lab=$top/tests/lab/lab

demo_up() {
    rm -rf "$demo_dir"
    mkdir -m 700 "$demo_dir" || return 1
    if [ "$(id -u)" = 0 ]; then
        want_packages lab
        say "starting five real Debian servers, one with an OpenClaw gateway (the first time takes some minutes)"
        if "$demo_lab" up 5 --with-gateway 1 >"$demo_dir/lab.log" 2>&1; then
            demo_kind=lab
            "$demo_lab" ssh-config >"$demo_dir/ssh_config" && demo_fleet lab 1 2 3 4 5 && demo_gateway=lab1 && return 0
        fi
        say "the lab did not come up, showing this machine instead; its last words:"
        tail -n 4 "$demo_dir/lab.log" >&2
    else
        say "the demo servers need root; showing this machine instead"
    fi
    demo_this_machine
}

# demo_fleet PREFIX N…: writes the fleet file through the program itself.
demo_fleet() {
    prefix=$1; shift
    for n in "$@"; do
        "$bin/helmclawctl" servers add "$prefix$n" "$prefix$n" --tag demo --fleet "$demo_dir/fleet.json" || return 1
    done
}

# A private sshd on loopback: own keys, own port, only this user, gone at the end.
demo_this_machine() {
    sshd=$(command -v sshd || echo /usr/sbin/sshd)
    [ -x "$sshd" ] || { say "sshd is missing (package openssh-server): no demo fleet. Use app/run --own"; return 1; }
    [ "$(id -u)" = 0 ] && mkdir -p /run/sshd
    ssh-keygen -q -t ed25519 -N '' -f "$demo_dir/host_key" && ssh-keygen -q -t ed25519 -N '' -f "$demo_dir/user_key" || return 1
    cp "$demo_dir/user_key.pub" "$demo_dir/authorized_keys"
    for port in 22401 22402 22403 22404 22405; do
        "$sshd" -D -f /dev/null -o ListenAddress=127.0.0.1 -o Port=$port -o HostKey="$demo_dir/host_key" -o PidFile=none \
            -o UsePAM=no -o StrictModes=no -o AuthorizedKeysFile="$demo_dir/authorized_keys" -o PasswordAuthentication=no \
            -o KbdInteractiveAuthentication=no -o Subsystem="sftp internal-sftp" -E "$demo_dir/sshd.log" &
        demo_sshd=$!
        sleep 0.3
        kill -0 $demo_sshd 2>/dev/null && break
        demo_sshd=
    done
    [ -n "$demo_sshd" ] || { say "the private sshd did not start: $(tail -n 1 "$demo_dir/sshd.log")"; return 1; }
    demo_kind=machine
    printf '[127.0.0.1]:%s %s\n' "$port" "$(cut -d' ' -f1,2 "$demo_dir/host_key.pub")" >"$demo_dir/pinned"
    cat >"$demo_dir/ssh_config" <<CONFIG
Host this-machine
    HostName 127.0.0.1
    Port $port
    User $(id -un)
    IdentityFile $demo_dir/user_key
    IdentitiesOnly yes
    UserKnownHostsFile $demo_dir/pinned
CONFIG
    "$bin/helmclawctl" servers add this-machine this-machine --tag demo --fleet "$demo_dir/fleet.json"
}

demo_down() {
    [ -n "${demo_sshd:-}" ] && kill "$demo_sshd" 2>/dev/null
    if [ "$demo_kind" = lab ] && [ "$keep" = no ]; then
        "$demo_lab" down >/dev/null 2>&1 || say "the demo servers did not all stop; try: $demo_lab down"
    fi
    [ "$keep" = yes ] && [ "$demo_kind" = lab ] && { say "the demo fleet stays: app/run --fleet $demo_dir/fleet.json --ssh-config $demo_dir/ssh_config"; return; }
    rm -rf "$demo_dir"
}
