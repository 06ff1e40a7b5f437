// SPDX-License-Identifier: MIT
#include "models/tasks/GatewayControl.h"

#include "models/tasks/FixSurvey.h"

#include <QCoreApplication>
#include <QRegularExpression>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(GatewayControl)
};

// bash, because it is everywhere on Debian and Ubuntu and can open a TCP connection; curl is not.
const QLatin1StringView health(
    R"sh(timeout 5 bash -c 'exec 3<>/dev/tcp/127.0.0.1/%1 && printf "GET %2 HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n" >&3 && grep -a "%3" <&3' 2>/dev/null)sh");

bool matches(const QString &text, const QString &pattern)
{
    return QRegularExpression(QRegularExpression::anchoredPattern(pattern)).match(text).hasMatch();
}

/// "user|openclaw|999|/home/openclaw|NAME|active|PORT|STATE|CONFIG|755|600|NODE SCRIPT"
std::optional<GatewayControl> unitOf(const QString &line)
{
    const QStringList fields = line.split(u'|');
    const QString path = u"/[A-Za-z0-9._/@+-]*"_s;
    const QString mode = u"[0-7]{0,4}"_s;
    if (fields.size() != 12 || !matches(fields.at(1), u"[a-z_][a-z0-9_-]*"_s) || !matches(fields.at(2), u"[0-9]+"_s)
        || !matches(fields.at(3), path) || !matches(fields.at(4), u"openclaw[A-Za-z0-9@_.-]*\\.service"_s)
        || !matches(fields.at(6), u"[0-9]{1,5}"_s) || !matches(fields.at(7), path) || !matches(fields.at(8), path)
        || !matches(fields.at(9), mode) || !matches(fields.at(10), mode))
        return std::nullopt;
    GatewayControl unit;
    unit.ofUser = fields.at(0) == "user"_L1;
    unit.user = fields.at(1);
    unit.uid = fields.at(2);
    unit.home = fields.at(3);
    unit.name = fields.at(4);
    unit.active = fields.at(5) == "active"_L1;
    unit.port = fields.at(6);
    unit.stateDir = fields.at(7);
    unit.config = fields.at(8);
    unit.stateMode = fields.at(9);
    unit.configMode = fields.at(10);
    unit.program = fields.at(11).split(u' ', Qt::SkipEmptyParts);
    const bool plain = std::all_of(unit.program.begin(), unit.program.end(),
                                   [](const QString &word) { return matches(word, u"[A-Za-z0-9._/@+=-]+"_s); });
    if (!plain || unit.program.isEmpty() || !unit.program.constFirst().startsWith(u'/'))
        unit.program.clear();
    return unit;
}

} // namespace

// A user's files are read as that user: a link in them leads nowhere that the user may not go.
const char *const GatewayControl::survey = R"sh(
number=0
live() {
    timeout 5 bash -c 'exec 3<>/dev/tcp/127.0.0.1/$0 && printf "GET /healthz HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n" >&3 && grep -qa "\"status\":\"live\"" <&3' "$1" 2>/dev/null
}
# unit SCOPE USER UID HOME NAME
unit() {
    as='' control='systemctl'
    if [ "$(id -u)" = 0 ] && [ "$2" != root ]; then as="runuser -u $2 --"; fi
    if [ "$1" = user ]; then control="$as env XDG_RUNTIME_DIR=/run/user/$3 systemctl --user"; fi
    facts=$($control show "$5" -p LoadState -p ActiveState -p ExecStart -p Environment 2>/dev/null)
    case $facts in *LoadState=loaded*) ;; *) return ;; esac
    start=$(printf '%s\n' "$facts" | sed -n 's/^ExecStart=.*argv\[\]=\(.*\) ; ignore_errors=.*/\1/p' | sed 1q)
    case $start in *openclaw*gateway*) ;; *) return ;; esac
    environment=" $(printf '%s\n' "$facts" | sed -n 's/^Environment=//p') "
    value() { printf '%s\n' "$environment" | sed -n "s/.* $1=\([^ ]*\) .*/\1/p"; }
    state=$(value OPENCLAW_STATE_DIR)
    state=${state:-$4/.openclaw}
    config=$(value OPENCLAW_CONFIG_PATH)
    config=${config:-$state/openclaw.json}
    port=''
    for candidate in $(printf '%s\n' "$start" | sed -n 's/.*--port[= ]\([0-9]*\).*/\1/p') $(value OPENCLAW_GATEWAY_PORT) \
        $($as sed -n 's/^[^a-z]*port"\{0,1\}[[:space:]]*:[[:space:]]*\([0-9]*\).*/\1/p' "$config" 2>/dev/null) 18789; do
        port=${port:-$candidate}
        if live "$candidate"; then port=$candidate; break; fi
    done
    number=$((number + 1))
    line="$1|$2|$3|$4|$5|$(printf '%s\n' "$facts" | sed -n 's/^ActiveState=//p')|$port|$state|$config"
    line="$line|$($as stat -L -c %a "$state" 2>/dev/null)|$($as stat -L -c %a "$config" 2>/dev/null)|${start%% gateway*}"
    section "unit$number" 0 "$line"
    if [ "$1" = user ]; then drop=$4/.config/systemd/user/$5.d; else as='' drop=/etc/systemd/system/$5.d; fi
    drop=$drop/helmclaw-hardening.conf
    if ! $as test -e "$drop" && ! $as test -L "$drop"; then
        section "drop$number" absent ''
    elif $as test -L "$drop" || ! $as test -f "$drop"; then
        section "drop$number" 3 ''
    else
        text=$($as sh -c 'sha256sum <"$1" && cat "$1" && echo x' sh "$drop")
        text=${text%x}
        section "drop$number" $? "$text"
    fi
}
run me id -u
for path in /etc/systemd/system/openclaw*.service; do
    [ -f "$path" ] || continue
    user=$(systemctl show "${path##*/}" -p User --value)
    user=${user:-root}
    account=$(getent passwd "$user") || continue
    home=${account%:*}
    unit system "$user" "$(id -u "$user")" "${home##*:}" "${path##*/}"
done
getent passwd >/dev/null || exit 1
for account in $(getent passwd | awk -F: '$3 >= 100 && $6 ~ "^/" { print $1 ":" $3 ":" $6 }'); do
    user=${account%%:*} home=${account##*:}
    uid=${account#*:}
    uid=${uid%%:*}
    [ "$(id -u)" = 0 ] || [ "$(id -u)" = "$uid" ] || continue
    for path in "$home"/.config/systemd/user/openclaw-gateway*.service; do
        [ ! -f "$path" ] || unit user "$user" "$uid" "$home" "${path##*/}"
    done
done
)sh";

Result<GatewayControl> GatewayControl::of(const FixContext &context)
{
    QList<GatewayControl> units;
    for (int number = 1; context.survey.find(("unit" + QByteArray::number(number)).constData()) != nullptr; ++number) {
        auto unit = unitOf(FixSurvey::text(context.survey, ("unit" + QByteArray::number(number)).constData()));
        if (!unit)
            return failure(ErrorCode::Unsupported, Text::tr("a gateway's unit has names that are not understood here"),
                           Text::tr("Do it by hand."), context.server.name);
        unit->number = number;
        unit->asRoot = FixSurvey::text(context.survey, "me") == "0"_L1;
        units += *unit;
    }
    // One that was installed once and never runs is in nobody's way.
    QList<GatewayControl> active;
    std::copy_if(units.begin(), units.end(), std::back_inserter(active), [](const auto &unit) { return unit.active; });
    const QList<GatewayControl> &some = active.isEmpty() ? units : active;
    if (some.isEmpty())
        return failure(ErrorCode::Unsupported, Text::tr("no unit was found that runs an OpenClaw gateway"),
                       Text::tr("Log in as the user whom it belongs to, or as one who may become root."),
                       context.server.name);
    if (some.size() > 1) {
        QStringList names;
        for (const GatewayControl &unit : some)
            names += Text::tr("%1 of %2").arg(unit.name, unit.user);
        return failure(ErrorCode::Unsupported, Text::tr("there are several gateways: %1").arg(names.join(u", "_s)),
                       Text::tr("Do it by hand."), context.server.name);
    }
    if (!some.constFirst().asRoot && !some.constFirst().ofUser)
        return failure(ErrorCode::PermissionDenied,
                       Text::tr("%1 is the system's, and the login may not become root").arg(some.constFirst().name),
                       Text::tr("Log in as another user."), context.server.name);
    return some.constFirst();
}

QString GatewayControl::dropIn() const
{
    return (ofUser ? home + u"/.config/systemd/user/"_s : u"/etc/systemd/system/"_s) + name
        + u".d/helmclaw-hardening.conf"_s;
}

QString GatewayControl::keptIn() const
{
    return ofUser ? home + u"/.local/state/helmclaw"_s : u"/var/backups/helmclaw"_s;
}

QStringList GatewayControl::asUser(const QStringList &argv) const
{
    QStringList line { u"env"_s, u"HOME="_s + home, u"XDG_RUNTIME_DIR=/run/user/"_s + uid };
    if (stateDir != home + "/.openclaw"_L1)
        line += u"OPENCLAW_STATE_DIR="_s + stateDir;
    if (config != stateDir + "/openclaw.json"_L1)
        line += u"OPENCLAW_CONFIG_PATH="_s + config;
    line += argv;
    return asRoot ? QStringList { u"runuser"_s, u"-u"_s, user, u"--"_s } + line : line;
}

QStringList GatewayControl::systemctl(const QStringList &verb) const
{
    return ofUser ? asUser(QStringList { u"systemctl"_s, u"--user"_s } + verb) : QStringList { u"systemctl"_s } + verb;
}

TaskStep GatewayControl::step(TaskStep::Kind kind, const QString &title, const QStringList &argv,
                              const QString &remedy) const
{
    TaskStep step = FixSteps::step(kind, title, argv, remedy);
    step.asRoot = asRoot;
    return step;
}

QString GatewayControl::liveLine() const
{
    return QString(health).arg(port, u"/healthz"_s, u"\\\"status\\\":\\\"live\\\""_s);
}

QString GatewayControl::readyLine() const
{
    return QString(health).arg(port, u"/readyz"_s, u"\\\"ready\\\":true"_s);
}

} // namespace Helmclaw
