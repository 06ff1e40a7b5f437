// SPDX-License-Identifier: MIT
#include "models/tasks/FixSurvey.h"

#include <QCoreApplication>
#include <QCryptographicHash>
#include <QStringDecoder>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(FixSurvey)
};

// As resources/scripts/probe.sh does it. A file's section is its SHA-256 and then its bytes: what the shell cannot
// carry (a NUL) does not have that digest any more.
const QLatin1StringView prelude(R"(
nonce=$1
shift
LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
unset POSIXLY_CORRECT SYSTEMD_COLORS
sections=0
section() {
    printf '%s begin %s\n%s\n%s\n%s end %s\n' "$nonce" "$1" "${#3}" "$3" "$nonce" "$2"
    sections=$((sections + 1))
}
run() {
    name=$1
    shift
    text=$("$@" 2>&1)
    section "$name" $? "$text"
}
file() {
    if [ -L "$2" ] || { [ -e "$2" ] && [ ! -f "$2" ]; }; then
        section "$1" 3 ''
    elif [ -e "$2" ]; then
        text=$(sha256sum <"$2" && cat "$2" && echo x)
        text=${text%x}
        section "$1" $? "$text"
    else
        section "$1" absent ''
    fi
}
printf 'HELMCLAW-PROBE 1 %s\n' "$nonce"
)");
const QLatin1StringView ending("\nprintf '%s done %s\\n' \"$nonce\" \"$sections\"\n");

} // namespace

QStringList FixSurvey::argv(const QString &lines, const QString &nonce, const QStringList &values)
{
    return QStringList { u"sh"_s, u"-c"_s, prelude + lines + ending, u"helmclaw"_s, nonce } + values;
}

QString FixSurvey::text(const ProbeReport &report, const char *name)
{
    const ProbeSection *section = report.find(name);
    return section && section->succeeded() ? printable(section->text.trimmed()) : QString();
}

QStringList FixSurvey::lines(const ProbeReport &report, const char *name)
{
    const ProbeSection *section = report.find(name);
    return section && section->succeeded() ? section->lines() : QStringList();
}

Result<FileChange> FixSurvey::change(const ProbeReport &report, const char *name, const QString &path,
                                     const QString &after)
{
    const auto refuse = [&path](const QString &why) {
        return failure(ErrorCode::Unsupported, Text::tr("%1 is not replaced: %2").arg(path, why),
                       Text::tr("Change it by hand."));
    };
    const ProbeSection *section = report.find(name);
    if (section == nullptr)
        return refuse(Text::tr("the server did not tell what is in it"));
    if (section->absent)
        return FileChange { path, false, {}, after };
    if (!section->succeeded())
        return refuse(Text::tr("it is no regular file, or cannot be read"));
    const qsizetype end = section->text.indexOf('\n');
    const QByteArray digest = section->text.first(std::max<qsizetype>(end, 0)).split(' ').constFirst();
    const QByteArray content = section->text.sliced(end + 1);
    QStringDecoder utf8(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString before = utf8(content);
    if (digest != QCryptographicHash::hash(content, QCryptographicHash::Sha256).toHex() || utf8.hasError())
        return refuse(Text::tr("what is in it is not plain text"));
    return FileChange { path, true, before, after };
}

} // namespace Helmclaw
