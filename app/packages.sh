# SPDX-License-Identifier: MIT
# Sourced by app/run and tests/run: installs what is missing of app/packages.txt. POSIX sh.

# say TEXT: one progress line on standard error.
say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
die() { say "$*"; exit 1; }

# missing_packages LIST SECTION…: the packages of those sections that are not there.
missing_packages() {
    list=$1; shift
    for section in "$@"; do
        sed -n "s/^$section[[:space:]]\{1,\}//p" "$list"
    done | sort -u | while read -r package command; do
        [ -n "$command" ] && command -v "$command" >/dev/null 2>&1 && continue
        case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
        "install ok installed") ;;
        *) printf '%s\n' "$package" ;;
        esac
    done | sort -u
}

# as_root COMMAND…: runs it as root without ever asking a question when there is no terminal.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        sudo -n "$@"
    elif [ -t 0 ] && command -v sudo >/dev/null 2>&1; then
        say "needs root to install packages; sudo will ask for your password"
        sudo "$@"
    else
        return 125
    fi
}

# apt_install PACKAGE…: 0 when installed; explains itself otherwise.
apt_install() {
    command -v apt-get >/dev/null 2>&1 || {
        say "this is not a Debian or Ubuntu machine: install by hand: $*"
        return 1
    }
    say "installing: $(echo "$@")"
    log=$(mktemp)
    if [ -z "${APT_LISTS_FRESH:-}" ]; then
        as_root apt-get update >"$log" 2>&1
        status=$?
        if [ $status = 125 ]; then
            rm -f "$log"
            say "no root and no passwordless sudo. Run this, then try again: apt-get install $*"
            return 1
        fi
        [ $status = 0 ] || say "apt-get update failed ($(tail -n 1 "$log")); going on with the lists that are there"
        APT_LISTS_FRESH=yes
    fi
    if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "$@" >"$log" 2>&1 </dev/null; then
        tail -n 20 "$log" >&2
        rm -f "$log"
        say "apt-get could not install them (see above): check the network and /etc/apt/sources.list, then try again"
        return 1
    fi
    rm -f "$log"
}

# need_packages SECTION…: all of them, or the script ends.
need_packages() {
    packages=$(missing_packages "$top/app/packages.txt" "$@")
    [ -z "$packages" ] && return 0
    # shellcheck disable=SC2086 # a list of package names
    apt_install $packages || exit 1
}

# want_packages SECTION…: each one that can be had; says which cannot. Never ends the script.
want_packages() {
    for package in $(missing_packages "$top/app/packages.txt" "$@"); do
        apt_install "$package" || say "going on without $package"
    done
}

# build PRESET [TARGET…]: configures if needed and builds; quiet unless it fails.
build() {
    cd "$top" || exit 1
    preset=$1; shift
    log=build/$preset.log
    mkdir -p build
    if [ ! -f "build/$preset/build.ninja" ]; then
        say "configuring (preset $preset)"
        cmake --preset "$preset" >"$log" 2>&1 || { cat "$log" >&2; die "cmake failed: see above"; }
    fi
    say "building (preset $preset); the first time takes some minutes"
    cmake --build "build/$preset" ${1:+--target "$@"} >"$log" 2>&1 || {
        grep -E 'error|FAILED|undefined reference' -A 6 "$log" | head -n 80 >&2
        die "the build failed; the whole log is $top/$log"
    }
}
