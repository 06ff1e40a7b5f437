// SPDX-License-Identifier: MIT
#include "app/ctl/HostKeyCommand.h"

#include "models/fleet/HostKeyDecisions.h"

#include <QJsonArray>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

QJsonObject toJson(const HostKey &key)
{
    return { { u"type"_s, QString::fromLatin1(key.algorithm) },
             { u"bits"_s, keyBits(key) },
             { u"fingerprint"_s, key.fingerprint() },
             { u"randomArt"_s, randomArt(key) } };
}

QJsonArray toJson(const QList<KnownHostsLine> &lines)
{
    QJsonArray array;
    for (const KnownHostsLine &line : lines) {
        QJsonObject object = toJson(line.key);
        object.insert(u"file"_s, line.file);
        object.insert(u"line"_s, line.line);
        array.append(object);
    }
    return array;
}

QString keyText(const QString &title, const HostKey &key)
{
    return u"%1\n  %2 %3\n%4\n"_s.arg(title, QString::fromLatin1(key.algorithm), key.fingerprint(), randomArt(key));
}

} // namespace

void HostKeyCommand::describe(QCommandLineParser &parser) const
{
    parser.setApplicationDescription(
        tr("helmclawctl hostkey show NAME          the key that the server shows and the pinned ones; logs in nowhere\n"
           "helmclawctl hostkey replace NAME --fingerprint SHA256:…\n"
           "                                       makes the key with this fingerprint the pinned one, if the server\n"
           "                                       shows it. Take the fingerprint from the server's own console:\n"
           "                                       ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub\n"
           "helmclawctl hostkey log                every key that was pinned or replaced, when and by whom\n\n"
           "Exit code of show: 0 the shown key is pinned, 1 it is not (unknown, changed, revoked), 3 not reached.\n"
           "Of replace: 0 it is pinned now, 1 refused, 3 not reached."));
    parser.addOption({ u"json"_s, tr("show, log: as JSON.") });
    parser.addOption({ u"fingerprint"_s, tr("replace: the fingerprint of the new key."), u"SHA256:…"_s });
}

void HostKeyCommand::start(Console &console, const QCommandLineParser &parser)
{
    const QStringList words = parser.positionalArguments();
    const QString verb = words.value(0);
    if (verb == "log"_L1 && words.size() == 1)
        return log(console, parser.isSet(u"json"_s));
    const bool replacing = verb == "replace"_L1;
    if (words.size() != 2 || (!replacing && verb != "show"_L1))
        return fail({ ErrorCode::InvalidInput,
                      tr("These words do not fit \"hostkey\""),
                      tr("See: helmclawctl hostkey --help"),
                      {} },
                    ExitUsage);
    const auto selected = select(console.fleet, { words.at(1) });
    if (!selected)
        return fail(selected.error(), ExitUsage);
    const Server server = selected->constFirst();
    const QString fingerprint = parser.value(u"fingerprint"_s);
    if (!replacing)
        return show(console, server, parser.isSet(u"json"_s));
    if (!fingerprint.startsWith("SHA256:"_L1))
        return fail({ ErrorCode::InvalidInput, tr("replace wants the new key's fingerprint"),
                      tr("Read it on the server's own console and give it with --fingerprint SHA256:…"), server.name },
                    ExitUsage);
    replace(console, server, fingerprint);
}

void HostKeyCommand::show(Console &console, const Server &server, bool json)
{
    inspectHostKey(&console.sessions, server.id, this, [this, server, json](const Result<HostKeyReport> &report) {
        if (!report)
            return fail(report.error(), ExitServerFailed);
        if (json) {
            writeJson(QJsonDocument(
                QJsonObject { { u"server"_s, server.name },
                              { u"name"_s, report->name },
                              { u"verdict"_s, hostKeyVerdictName(report->verdict) },
                              { u"otherType"_s, report->isOtherType() },
                              { u"replaceable"_s, report->isReplaceable() },
                              { u"offered"_s, toJson(report->offered) },
                              { u"pinned"_s, toJson(report->pinned) },
                              { u"marked"_s, toJson(report->marked) },
                              { u"removalCommands"_s, QJsonArray::fromStringList(report->removalCommands()) } }));
        } else {
            QString text = tr("%1, known as %2: %3").arg(server.name, report->name, hostKeyVerdictName(report->verdict))
                + u'\n' + keyText(tr("The server shows:"), report->offered);
            for (const KnownHostsLine &line : report->pinned)
                text += keyText(tr("Pinned at %1:%2:").arg(line.file).arg(line.line), line.key);
            for (const KnownHostsLine &line : report->marked)
                text += keyText(tr("Marked at %1:%2:").arg(line.file).arg(line.line), line.key);
            writeOut(text.toUtf8());
        }
        finish(report->verdict == HostKeyVerdict::Match ? ExitOk : ExitCheckFailed);
    });
}

void HostKeyCommand::replace(Console &console, const Server &server, const QString &fingerprint)
{
    inspectHostKey(&console.sessions, server.id, this,
                   [this, &console, server, fingerprint](const Result<HostKeyReport> &report) {
                       if (!report)
                           return fail(report.error(), ExitServerFailed);
                       compared(console, server, *report, fingerprint);
                   });
}

void HostKeyCommand::compared(Console &console, const Server &server, const HostKeyReport &report,
                              const QString &fingerprint)
{
    if (report.offered.fingerprint() != fingerprint)
        return fail({ ErrorCode::HostKeyChanged,
                      tr("the server shows another key: %1 %2")
                          .arg(QString::fromLatin1(report.offered.algorithm), report.offered.fingerprint()),
                      tr("Nothing was changed. Compare again on the server's own console"), server.name },
                    ExitCheckFailed);
    replaceHostKey(&console.sessions, server.id, report.offered, this,
                   [this, server, report](const Result<void> &done) {
                       if (!done)
                           return fail(done.error(), ExitCheckFailed);
                       writeErr(report.verdict == HostKeyVerdict::Match
                                    ? tr("%1: this key is the pinned one already").arg(server.name)
                                    : tr("%1: the key is pinned now, and the decision recorded").arg(server.name));
                       finish(ExitOk);
                   });
}

void HostKeyCommand::log(const Console &console, bool json)
{
    if (json) {
        const auto entries = hostKeyDecisionsAsJson(&console.sessions);
        if (!entries)
            return fail(entries.error(), ExitUsage);
        QJsonArray array;
        for (const QJsonObject &entry : *entries)
            array.append(entry);
        writeJson(QJsonDocument(array));
        return finish(ExitOk);
    }
    const auto decisions = hostKeyDecisions(&console.sessions);
    if (!decisions)
        return fail(decisions.error(), ExitUsage);
    for (const HostKeyDecision &decision : *decisions) {
        if (!decision.unreadable.isEmpty()) {
            writeOut(tr("unreadable: %1\n").arg(decision.unreadable).toUtf8());
            continue;
        }
        writeOut(u"%1\t%2\t%3\t%4\t%5 -> %6\t%7%8\n"_s
                     .arg(decision.timeText, decision.action, decision.server, decision.name,
                          decision.oldKeys.isEmpty() ? u"-"_s : decision.oldKeys.join(u','), decision.newKey,
                          decision.by, decision.problem.isEmpty() ? QString() : u'\t' + decision.problem)
                     .toUtf8());
    }
    finish(ExitOk);
}

} // namespace Helmclaw
