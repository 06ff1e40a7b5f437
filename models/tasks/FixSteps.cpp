// SPDX-License-Identifier: MIT
#include "models/tasks/FixSteps.h"

#include <QCoreApplication>
#include <QCryptographicHash>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(FixSteps)
};

const QLatin1StringView sameAs(R"(p=$1 was=$2 now=none
if [ -L "$p" ]; then now=link; elif [ -e "$p" ]; then now=$(sha256sum <"$p"); fi
[ "${now%% *}" = "$was" ] || { echo "$p is no longer what was shown" >&2; exit 1; })");

// What the temporary file is called keeps fail2ban, apt and systemd from reading it.
const QLatin1StringView write(R"(
set -eu
text=$3 check=$4 keep=$5
mkdir -p "${p%/*}"
new=$(mktemp "${p%/*}/.helmclaw.XXXXXX")
trap 'rm -f "$new"' EXIT
printf %s "$text" >"$new"
chmod 644 "$new"
if [ "$was" != none ]; then
    mkdir -p -m 700 "$keep"
    cp -p --backup=numbered "$p" "$keep/"
    chmod --reference="$p" "$new"
    chown --reference="$p" "$new"
fi
sync "$new"
mv -f "$new" "$p"
if ! sh -c "$check"; then
    if [ "$was" = none ]; then rm -f "$p"; else cp -p "$keep/${p##*/}" "$new"; mv -f "$new" "$p"; fi
    echo "that is not accepted: put back as it was" >&2
    exit 1
fi)");

} // namespace

TaskStep FixSteps::step(TaskStep::Kind kind, const QString &title, const QStringList &argv, const QString &remedy)
{
    TaskStep step;
    step.kind = kind;
    step.title = title;
    step.argv = argv;
    step.asRoot = true;
    step.remedy = remedy;
    return step;
}

TaskStep FixSteps::shell(TaskStep::Kind kind, const QString &title, const QString &lines, const QString &remedy)
{
    return step(kind, title, { u"sh"_s, u"-c"_s, lines }, remedy);
}

TaskStep FixSteps::expecting(TaskStep step, const QString &pattern)
{
    step.expected = pattern;
    return step;
}

TaskStep FixSteps::lasting(TaskStep step, int seconds)
{
    step.timeout = seconds;
    return step;
}

QList<TaskStep> FixSteps::replace(const FileChange &change, const QString &test, const QString &keep)
{
    const QByteArray digest = QCryptographicHash::hash(change.before.toUtf8(), QCryptographicHash::Sha256).toHex();
    const QString was = change.existed ? QString::fromLatin1(digest) : u"none"_s;
    const QString remedy = Text::tr("Somebody has changed it meanwhile: begin anew");
    const TaskStep same =
        step(TaskStep::Kind::Precondition, Text::tr("%1 is still what is shown here").arg(change.path),
             { u"sh"_s, u"-c"_s, sameAs, u"helmclaw"_s, change.path, was }, remedy);
    TaskStep its =
        step(TaskStep::Kind::Change,
             change.existed ? Text::tr("Change %1; the present one is kept in %2").arg(change.path, keep)
                            : Text::tr("Make %1").arg(change.path),
             { u"sh"_s, u"-c"_s, sameAs + write, u"helmclaw"_s, change.path, was, change.after, test, keep });
    its.file = change;
    return { same, its };
}

} // namespace Helmclaw
