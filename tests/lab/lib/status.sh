# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What runs, asked of the servers themselves. No token is ever shown. All values are the lab's own words, so JSON needs no escaping
# except for the two paths, which are checked.

print_status() {
    local json='' n count gateways state live variant well=0 separator=''
    case ${1-} in
    '') ;;
    --json) json=1 ;;
    *) bad_usage "unknown option: $1" ;;
    esac
    require_root
    count=$(server_count)
    gateways=$(gateway_count)
    [[ $STATE != *[\"\\]* ]] || die "no quotes or backslashes in the state folder's name, please: $STATE"
    if [ "$json" ]; then
        printf '{"number":%d,"bridge":"%s","state":"%s","user":"ops","identityFile":"%s/id_ed25519","sshConfig":"%s/ssh_config","servers":[' \
            "$LAB_NUMBER" "$BRIDGE" "$STATE" "$STATE" "$STATE"
    else
        printf '%-7s %-13s %-9s %-17s %-10s %s\n' NAME ADDRESS IPV6 VARIANT SYSTEM GATEWAY
    fi
    for ((n = 1; n <= count; n++)); do
        state=$(enter "$n" systemctl is-system-running 2>/dev/null) || state=${state:-stopped}
        variant=$(variant_of "$n")
        live=''
        [ "$n" -gt "$gateways" ] || { gateway_answers "$n" healthz '"ok":true' && live=true || live=false; }
        [ "$state" = running ] && [ "$live" != false ] || well=1
        if [ "$json" ]; then
            printf '%s{"name":"lab%d","address":"%s","address6":"%s","port":22,"variant":"%s","system":"%s","gateway":' \
                "$separator" "$n" "$(address4 "$n")" "$(address6 "$n")" "$variant" "$state"
            [ "$live" ] && printf '{"port":%d,"basePath":"%s","live":%s}}' "$(gateway_port "$n")" "$(gateway_base_path "$n")" "$live" || printf 'null}'
            separator=,
        else
            case $live in
            true) live="127.0.0.1:$(gateway_port "$n")$(gateway_base_path "$n") live" ;;
            false) live="127.0.0.1:$(gateway_port "$n")$(gateway_base_path "$n") NOT answering" ;;
            *) live=- ;;
            esac
            printf '%-7s %-13s %-9s %-17s %-10s %s\n' "lab$n" "$(address4 "$n")" "$(address6 "$n")" "$variant" "$state" "$live"
        fi
    done
    [ -z "$json" ] || printf ']}\n'
    return "$well"
}
