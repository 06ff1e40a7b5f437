// SPDX-License-Identifier: MIT
#include "app/ctl/ReportCommand.h"

#include "models/posture/PostureReport.h"

#include <QSaveFile>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

constexpr const char *formats[] = { "html", "csv", "json" };

QByteArray render(const PostureReport &report, const QString &format)
{
    return format == "html"_L1 ? report.toHtml() : format == "csv"_L1 ? report.toCsv() : report.toJson();
}

} // namespace

void ReportCommand::describe(QCommandLineParser &parser) const
{
    parser.setApplicationDescription(tr(
        "helmclawctl report [NAME…] --html FILE: probes the servers (all without a name) and writes their posture,\n"
        "with findings, evidence and remedies, to files to keep and to pass on. FILE may be - for standard output.\n"
        "Exit code: 0 no check failed, 1 a check failed, 3 a server could not be reached or understood, 2 usage, or\n"
        "a file could not be written."));
    parser.addOption({ u"html"_s, tr("One page that stands for itself."), u"file"_s });
    parser.addOption({ u"csv"_s, tr("A line per server and check."), u"file"_s });
    parser.addOption({ u"json"_s, tr("Everything, for scripts."), u"file"_s });
    parser.addOption({ u"group"_s, tr("Only servers with this tag."), u"tag"_s });
}

void ReportCommand::start(Console &console, const QCommandLineParser &parser)
{
    for (const char *format : formats) {
        const QString name = QLatin1StringView(format);
        if (parser.isSet(name))
            m_files.append({ name, parser.value(name) });
    }
    if (m_files.isEmpty())
        return fail({ ErrorCode::InvalidInput,
                      tr("report wants at least one of --html, --csv and --json"),
                      tr("See: helmclawctl report --help"),
                      {} },
                    ExitUsage);
    auto servers = select(console.fleet, parser.positionalArguments());
    if (!servers)
        return fail(servers.error(), ExitUsage);
    QString title = parser.positionalArguments().isEmpty() ? tr("All servers") : tr("Selected servers");
    if (const QString group = parser.value(u"group"_s); !group.isEmpty()) {
        servers->removeIf([&group](const Server &server) { return !server.tags.contains(group); });
        title = group;
        if (servers->isEmpty())
            return fail({ ErrorCode::InvalidInput,
                          tr("no server has the tag \"%1\"").arg(printable(group.toUtf8(), 60)),
                          tr("List the servers with: helmclawctl servers"),
                          {} },
                        ExitUsage);
    }
    if (servers->isEmpty())
        return write(console, {}, title);
    QStringList ids;
    for (const Server &server : std::as_const(*servers))
        ids += server.id;
    connect(
        &console.refresher, &PostureRefresher::idle, this,
        [this, &console, list = *servers, title] { write(console, list, title); }, Qt::SingleShotConnection);
    console.refresher.refresh(ids);
}

void ReportCommand::write(const Console &console, const QList<Server> &servers, const QString &title)
{
    PostureReport report { title, QDateTime::currentDateTimeUtc(), {} };
    bool failedCheck = false;
    bool failedServer = false;
    for (const Server &server : servers) {
        const ServerPosture posture = console.posture.posture(server.id);
        failedServer |= posture.lastError.has_value() || posture.results.isEmpty();
        for (const CheckResult &result : posture.results)
            failedCheck |= result.verdict == Verdict::Fail;
        if (posture.lastError)
            writeErr(posture.lastError->toString());
        report.entries += PostureReport::Entry { server, posture };
    }
    for (const auto &[format, file] : std::as_const(m_files)) {
        const QByteArray bytes = render(report, format);
        if (file == u"-") {
            writeOut(bytes);
            continue;
        }
        QSaveFile out(file);
        if (!out.open(QIODevice::WriteOnly) || out.write(bytes) != bytes.size() || !out.commit())
            return fail({ ErrorCode::PermissionDenied,
                          tr("%1 cannot be written: %2").arg(file, out.errorString()),
                          tr("Give another file."),
                          {} },
                        ExitUsage);
    }
    finish(failedServer ? ExitServerFailed : failedCheck ? ExitCheckFailed : ExitOk);
}

} // namespace Helmclaw
