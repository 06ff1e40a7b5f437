#!/bin/bash
# SPDX-License-Identifier: MIT
# updates.sh: runs in a copy of the base root. Makes two local archives that call themselves what Debian's call themselves, with
# newer versions of three installed packages: two security updates (one of them kernel-like) and one ordinary update.
set -euo pipefail
. /etc/os-release
suite=$VERSION_CODENAME
work=$(mktemp -d)

# package NAME VERSION ARCHIVE: builds a package into /srv/ARCHIVE.
package() {
    local tree=$work/$1_$2
    mkdir -p "$tree/DEBIAN" "$tree/usr/share/$1" "/srv/$3"
    echo "$2" >"$tree/usr/share/$1/version"
    printf '%s: %s\n' Package "$1" Version "$2" Architecture all Maintainer 'Helmclaw lab <lab@example.invalid>' \
        Section misc Priority optional Description "package of the Helmclaw test lab" >"$tree/DEBIAN/control"
    dpkg-deb --build --root-owner-group "$tree" "/srv/$3/$1_$2_all.deb"
}

# The suite's present name (stable, oldstable, ...) as the real archive states it.
real_suite() { sed -n 's/^Suite: //p' /var/lib/apt/lists/*_"$1"_*Release 2>/dev/null | head -n 1; }

# archive NAME LABEL CODENAME
archive() {
    cd "/srv/$1"
    apt-ftparchive packages . >Packages
    apt-ftparchive -o APT::FTPArchive::Release::Origin=Debian -o "APT::FTPArchive::Release::Label=$2" \
        -o "APT::FTPArchive::Release::Suite=$(real_suite "$3" | grep . || echo "$3")" \
        -o "APT::FTPArchive::Release::Codename=$3" release . >"$work/Release"
    mv "$work/Release" Release
    echo "deb [trusted=yes] file:/srv/$1 ./" >"/etc/apt/sources.list.d/$1.list"
    apt-get update -o Dir::Etc::sourcelist="sources.list.d/$1.list" -o Dir::Etc::sourceparts=- -o APT::Get::List-Cleanup=0
}

package lab-library 1.0-1 installed
package lab-image 6.1.1-1 installed
package lab-tool 2.0-1 installed
dpkg -i /srv/installed/*.deb
rm -r /srv/installed
package lab-library 1.0-1+deb12u1 lab-security
package lab-image 6.1.2-1 lab-security
package lab-tool 2.0-1+deb12u1 lab-updates
archive lab-security Debian-Security "$suite-security"
archive lab-updates Debian "$suite-updates"

apt-get -s upgrade | tee "$work/pending"
[ "$(grep -c "^Inst lab-.*Debian-Security:" "$work/pending")" = 2 ]
[ "$(grep -c "^Inst lab-" "$work/pending")" = 3 ]
rm -rf "$work"
