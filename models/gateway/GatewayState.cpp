// SPDX-License-Identifier: MIT
#include "models/gateway/GatewayState.h"

#include "models/gateway/ScriptBlocks.h"

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

std::optional<qint64> longNumber(const QString &text)
{
    const bool digits = !text.isEmpty() && text.size() <= 18
        && std::all_of(text.begin(), text.end(), [](QChar c) { return c >= u'0' && c <= u'9'; });
    return digits ? std::optional(text.toLongLong()) : std::nullopt;
}

void readServices(const ProbeReport &report, GatewayState &state)
{
    std::optional<qint64> uptime; // seconds
    for (const ScriptBlock &block : ScriptBlock::read(report, "services", "uptime"_L1))
        uptime = longNumber(block.first().section(u'.', 0, 0));
    for (const ScriptBlock &block : ScriptBlock::read(report, "services", "unit"_L1)) {
        const QString file = ScriptBlock::pathOrEmpty(block.first());
        if (file.isEmpty())
            continue;
        GatewayService service;
        service.loaded = block.value("LoadState"_L1) == "loaded"_L1;
        service.activeState = ScriptBlock::wordOrEmpty(block.value("ActiveState"_L1));
        service.subState = ScriptBlock::wordOrEmpty(block.value("SubState"_L1));
        service.unitFileState = ScriptBlock::wordOrEmpty(block.value("UnitFileState"_L1));
        service.result = ScriptBlock::wordOrEmpty(block.value("Result"_L1));
        service.asked = !service.activeState.isEmpty();
        if (const auto restarts = ScriptBlock::number(block.value("NRestarts"_L1), 0x7FFFFFFF))
            service.restarts = int(*restarts);
        const std::optional<qint64> started = longNumber(block.value("ExecMainStartTimestampMonotonic"_L1));
        if (uptime && started && *started > 0)
            service.startedAgo = std::max<qint64>(0, *uptime - *started / 1000000);
        state.services.insert(file, service);
    }
}

void readFiles(const ProbeReport &report, GatewayState &state)
{
    const ProbeSection *section = report.find("files");
    state.filesRead = section && section->succeeded();
    for (const ScriptBlock &block : ScriptBlock::read(report, "files", "file"_L1)) {
        const QString &line = block.first(); // "41ed 999 /home/openclaw/.openclaw"
        bool ok = false;
        const uint mode = line.section(u' ', 0, 0).toUInt(&ok, 16);
        const std::optional<uint> uid = ScriptBlock::number(line.section(u' ', 1, 1));
        const QString path = ScriptBlock::pathOrEmpty(line.section(u' ', 2));
        if (!ok || !uid || path.isEmpty()) {
            state.filesRead = false;
            continue;
        }
        constexpr uint Kind = 0170000, Folder = 0040000, Link = 0120000; // inode(7)
        state.files.append({ path, *uid, mode & 07777, (mode & Kind) == Folder, (mode & Kind) == Link });
    }
}

/// Two times: a line with a length, so many bytes, a line end. What the script's $( ) cut off the end may be missing.
GatewayHealth healthFrom(const QByteArray &text)
{
    GatewayHealth health;
    qsizetype at = 0;
    for (std::optional<HttpAnswer> *answer : { &health.health, &health.ready }) {
        const qsizetype end = text.indexOf('\n', at);
        if (end < 0)
            break;
        const auto length = ScriptBlock::number(QString::fromLatin1(text.mid(at, end - at)), 65536);
        if (!length || end + 1 + qsizetype(*length) > text.size() + 1)
            break;
        if (const auto parsed = LoopbackRequest::parse(text.mid(end + 1, *length)))
            *answer = *parsed;
        at = end + 1 + *length + 1;
    }
    return health;
}

void readHealth(const ProbeReport &report, GatewayState &state)
{
    for (const QByteArray &name : report.names()) {
        if (!name.startsWith("health-"))
            continue;
        if (const quint16 port = ScriptBlock::portOrZero(QString::fromLatin1(name.mid(7))))
            state.health.insert(port, healthFrom(report.find(name.constData())->text));
    }
}

} // namespace

QString GatewayService::text() const
{
    if (!asked)
        return u"not told"_s;
    QString text = u"%1 (%2), %3"_s.arg(activeState, subState, unitFileState.isEmpty() ? u"-"_s : unitFileState);
    if (restarts)
        text += u", restarted %1 times"_s.arg(*restarts);
    if (!result.isEmpty() && result != "success"_L1)
        text += u", result %1"_s.arg(result);
    return text;
}

QString GatewayFile::mode() const
{
    return QString::number(permissions, 8).rightJustified(4, u'0');
}

Result<GatewayState> GatewayState::parse(const QByteArray &output, const QByteArray &nonce)
{
    const Result<ProbeReport> report = ProbeReport::parse(output, nonce);
    if (!report)
        return tl::unexpected(report.error());
    Result<GatewayFacts> facts = GatewayFacts::parse(*report);
    if (!facts)
        return tl::unexpected(facts.error());
    GatewayState state;
    state.facts = *std::move(facts);
    readServices(*report, state);
    readFiles(*report, state);
    readHealth(*report, state);
    for (const ScriptBlock &block : ScriptBlock::read(*report, "lingering", "user"_L1)) {
        if (const auto user = ScriptBlock::number(block.first()))
            state.lingering.insert(*user, block.says("linger"_L1));
    }
    for (const ScriptBlock &block : ScriptBlock::read(*report, "nodes", "node"_L1))
        state.nodes.insert(ScriptBlock::pathOrEmpty(block.first()),
                           ScriptBlock::wordOrEmpty(block.value("version"_L1)));
    return state;
}

const GatewayFile *GatewayState::file(const QString &path) const
{
    const auto it = std::find_if(files.begin(), files.end(), [&](const GatewayFile &f) { return f.path == path; });
    return it == files.end() ? nullptr : &*it;
}

} // namespace Helmclaw
