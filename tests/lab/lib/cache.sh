# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# The read-only layers that all servers share, built once: the Debian root (base), the pending updates on top of it
# (updates) and OpenClaw with its Node (openclaw). A layer's name carries a hash of its recipe: a changed recipe is built anew.

. /etc/os-release
SUITE=${VERSION_CODENAME-}

# layer NAME RECIPE-FILE...: the folder of a layer.
layer() (
    name=$1
    shift
    cd "$RECIPE" || exit
    key=$({
        echo "$SUITE $(uname -m)"
        [ "$name" = openclaw ] || declare -f make_base build_on_base
        find "$@" -type f | LC_ALL=C sort | xargs sha256sum
    } | sha256sum)
    echo "$CACHE/$name-${key:0:12}"
)
BASE_RECIPE=(packages.txt base.sh docker-user.rules openclaw.bashrc files)
base_layer() { layer base "${BASE_RECIPE[@]}"; }
updates_layer() { layer updates "${BASE_RECIPE[@]}" updates.sh; }
openclaw_layer() { layer openclaw openclaw.sh; }

# build_cache GATEWAYS: builds what is missing.
build_cache() {
    mkdir -p "$CACHE"
    exec 8>"$CACHE/lock"
    flock 8
    # What an interrupted build left.
    rm -rf --one-file-system "$CACHE"/*.part* "$CACHE"/mmdebstrap.*
    build base "$(base_layer)" "Debian $SUITE"
    build updates "$(updates_layer)" 'pending updates'
    [ "$1" = 0 ] || build openclaw "$(openclaw_layer)" 'OpenClaw and Node'
    flock -u 8
    exec 8>&-
}

# build NAME FOLDER TITLE: runs make_NAME on FOLDER.part and gives it its final name when it is whole.
build() {
    local name=$1 folder=$2 title=$3 log
    [ ! -d "$folder" ] || return 0
    log=$CACHE/$name.log
    say "building $title into $folder (log: $log)"
    "make_$name" "$folder.part" >"$log" 2>&1 || {
        tail -n 20 "$log" >&2
        die "building $title failed; the whole log is $log"
    }
    remove_old_layers "$name"
    mv "$folder.part" "$folder"
    say "built $title, $(du -sm "$folder" | cut -f1) MB"
}

# in_use PATH: does a running server stand on it?
in_use() { grep -qsF "$1" /proc/[0-9]*/mountinfo; }

remove_old_layers() {
    local old
    for old in "$CACHE/$1"-*; do
        [[ $old = *.part ]] || [ ! -d "$old" ] || in_use "$old" || rm -rf --one-file-system "$old"
    done
}

# The machine's own Debian sources, in either format; sources of third parties are left out.
debian_sources() {
    local file
    for file in /etc/apt/sources.list.d/*.sources; do
        [ -e "$file" ] || continue
        awk -v suite="$SUITE" 'BEGIN { RS = ""; ORS = "\n\n" } /debian-archive-keyring/ && $0 ~ "Suites:[^\n]*" suite && !/Enabled: *no/' "$file"
    done
}
debian_list() {
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
        awk -v suite="$SUITE" '$1 == "deb" && $0 ~ suite && (/debian-archive-keyring/ || !/signed-by/)' || true
}

have_debian() { [ -n "$SUITE" ] && [ -n "$(debian_sources)$(debian_list)" ]; }

make_base() {
    local work=$1.work
    mkdir -p "$work"
    debian_sources >"$work/debian.sources"
    debian_list >"$work/debian.list"
    find "$work" -empty -delete
    # A list without signed-by is trusted only as far as Debian's own keys go.
    TMPDIR=$CACHE mmdebstrap --mode=root --variant=apt --format=directory \
        --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
        --include="$(sed 's/#.*//' "$RECIPE/packages.txt" | xargs | tr ' ' ',')" \
        --aptopt='Acquire::Languages "none"' --aptopt='APT::Install-Recommends "false"' \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' \
        --skip=cleanup/apt \
        --customize-hook="'$RECIPE/base.sh' \"\$1\"" \
        "$SUITE" "$1" "$work"/debian.* || return 1
    rm -rf "$work"
}

make_updates() { build_on_base "$1" "$RECIPE/updates.sh"; }

# build_on_base FOLDER SCRIPT: what SCRIPT changes in a copy of base, as an overlay layer. All mounts are private. The work is done
# in a tmpfs because the cache may itself stand on overlayfs, which cannot carry another one's upper folder.
build_on_base() {
    unshare --mount --fork bash -euxc '
        work=$1/.build lower=$2 script=$3
        mkdir -p "$work"
        mount -t tmpfs -o mode=755 tmpfs "$work"
        mkdir "$work/upper" "$work/work" "$work/root"
        mount -t overlay overlay -o "lowerdir=$lower,upperdir=$work/upper,workdir=$work/work" "$work/root"
        mount -t proc proc "$work/root/proc"
        mount --rbind /dev "$work/root/dev"
        cp "$script" "$work/root/run/recipe.sh"
        chroot "$work/root" /bin/bash /run/recipe.sh
        rm "$work/root/run/recipe.sh"
        umount "$work/root/proc"
        umount -l "$work/root/dev"
        umount "$work/root"
        cp -a "$work/upper/." "$1/"
        umount "$work"
        rmdir "$work"
    ' build "$1" "$(base_layer)" "$2"
}

make_openclaw() { "$RECIPE/openclaw.sh" "$1"; }

clean_cache() {
    [ -d "$CACHE" ] || return 0
    ! in_use "$CACHE/" || die 'a lab is up and stands on the cache; first: lab down'
    rm -rf --one-file-system "$CACHE"/{base,updates,openclaw}-* "$CACHE"/mmdebstrap.* "$CACHE"/{base,updates,openclaw}.log "$CACHE/lock"
    rmdir -p --ignore-fail-on-non-empty "$CACHE"
    say "removed the cache in $CACHE"
}
