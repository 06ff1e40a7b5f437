# SPDX-License-Identifier: MIT
# shellcheck shell=sh disable=SC2016,SC2154 # $ in single quotes is awk's; $sudo and $as_root are probe.sh's
#
# probe-host.sh: the probe's questions about sshd, accounts and the gateway's service. Functions only; Helmclaw sends this
# text before probe.sh, whose rules hold here too.

# is_root: whether what $as_root runs is root's.
is_root() { [ "$sudo" = root ] || [ "$sudo" = full ]; }

# Lines KEY TAB ...: "config FILE TAB MATCH TAB LINE", of the settings that are judged and of Include (Match blocks end with
# their file); "unreadable FILE"; as root also "status N" and "effective KEYWORD VALUE", what `sshd -T` says (its own words
# when it failed).
probe_sshd() {
    if ! has sshd; then
        section sshd absent ''
        return
    fi
    set -- /etc/ssh/sshd_config
    # Unquoted on purpose: words and patterns, relative to /etc/ssh (sshd_config(5)).
    # shellcheck disable=SC2013
    for pattern in $(sed -n 's/^[[:space:]]*[Ii][Nn][Cc][Ll][Uu][Dd][Ee][[:space:]=]*//p' /etc/ssh/sshd_config 2>/dev/null); do
        case $pattern in
        /*) ;;
        *) pattern=/etc/ssh/$pattern ;;
        esac
        for file in $pattern; do
            [ ! -e "$file" ] || set -- "$@" "$file"
        done
    done
    hidden=''
    for file in "$@"; do
        [ -r "$file" ] || hidden=1
    done
    # shellcheck disable=SC2086 # two words, or none
    if [ -n "$hidden" ] && is_root; then set -- $as_root awk "$sshd_lines" "$@"; else set -- awk "$sshd_lines" "$@"; fi
    text=$("$@" 2>&1)
    if is_root; then
        # shellcheck disable=SC2086
        said=$($as_root sshd -T 2>&1)
        text="$text
status	$?
$(printf '%s\n' "$said" | sed 's/^/effective	/')"
    fi
    section sshd 0 "$text
complete"
}
sshd_lines='
BEGIN {
    words = " passwordauthentication kbdinteractiveauthentication challengeresponseauthentication usepam permitrootlogin" \
        " maxauthtries permitemptypasswords x11forwarding allowtcpforwarding disableforwarding permitopen" \
        " authenticationmethods ciphers macs kexalgorithms hostkeyalgorithms pubkeyacceptedalgorithms" \
        " pubkeyacceptedkeytypes include "
    for (i = 1; i < ARGC; i++) {
        block = ""
        while ((status = (getline line < ARGV[i])) == 1) {
            sub(/^[ \t]+/, "", line)
            gsub(/[\t\r]/, " ", line)
            word = tolower(line)
            sub(/[ =].*/, "", word)
            if (word == "match") block = line
            else if (index(words, " " word " ") && word != "") print "config\t" ARGV[i] "\t" block "\t" line
        }
        if (status != 0) print "unreadable\t" ARGV[i]
        close(ARGV[i])
    }
    exit
}'
