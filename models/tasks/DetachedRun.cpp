// SPDX-License-Identifier: MIT
#include "models/tasks/DetachedRun.h"

#include "models/tasks/FixSteps.h"

#include <QCoreApplication>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(DetachedRun)
};

// In files, not arguments, because systemd-run expands "$" in those. The status is there when they have ended, and only
// then; a second start while they run is none.
const QLatin1StringView begin(R"sh(set -eu
umask 077
mkdir -p /var/log/helmclaw
l=/var/log/helmclaw/$1
if [ -s "$l.pid" ] && [ ! -s "$l.status" ] && kill -0 "$(cat "$l.pid")" 2>/dev/null; then
    echo "it runs already"
    exit 0
fi
rm -f "$l.pid" "$l.status"
: >"$l.log"
printf '%s\n' "$2" >"$l.run"
printf '%s\n' 'l=$1; exec </dev/null >>"$l.log" 2>&1; echo $$ >"$l.pid"; sh "$l.run"; echo $? >"$l.new"; mv -f "$l.new" "$l.status"' >"$l.sh"
if [ -d /run/systemd/system ]; then
    systemd-run --quiet --collect --unit="$1" sh "$l.sh" "$l"
else
    setsid nohup sh "$l.sh" "$l" >/dev/null 2>&1 &
fi)sh");
const QLatin1StringView follow(R"sh(l=/var/log/helmclaw/$1 n=0
until [ -s "$l.pid" ] || [ $n -ge 30 ]; do n=$((n+1)); sleep 1; done
[ -s "$l.pid" ] || { echo "it was never begun" >&2; exit 1; }
if [ -s "$l.status" ]; then cat "$l.log"; else tail -n +1 -f --pid="$(cat "$l.pid")" "$l.log"; fi
[ -s "$l.status" ] || { echo "it ended without saying how" >&2; exit 1; }
exit "$(cat "$l.status")")sh");

} // namespace

QList<TaskStep> DetachedRun::steps(const QString &title, const QString &name, const QString &lines, int seconds)
{
    const TaskStep started =
        FixSteps::step(TaskStep::Kind::Change,
                       Text::tr("%1; it cannot be cancelled, and goes on by itself whatever happens here").arg(title),
                       { u"sh"_s, u"-c"_s, begin, u"helmclaw"_s, name, lines });
    TaskStep ended =
        FixSteps::lasting(FixSteps::step(TaskStep::Kind::Proof, Text::tr("Show what it prints, and wait for its end"),
                                         { u"sh"_s, u"-c"_s, follow, u"helmclaw"_s, name },
                                         Text::tr("See /var/log/helmclaw/%1.log on the server").arg(name)),
                          seconds);
    ended.goesOn = true;
    return { started, ended };
}

} // namespace Helmclaw
