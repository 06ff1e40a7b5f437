// SPDX-License-Identifier: MIT
#include "models/fleet/HostKeyDecisions.h"

#include "models/fleet/ServerSessions.h"
#include "ssh/HostKeyLog.h"
#include "ssh/SshPool.h"

#include <QFutureWatcher>
#include <QJsonArray>
#include <QPromise>
#include <QThreadPool>

#include <memory>

namespace Helmclaw {

namespace {

/// prepare(), then @p start, then @p finish with its reply; the reply goes with @p context.
void withReply(ServerSessions *sessions, const QString &serverId, QObject *context,
               const std::function<HostKeyReply *()> &start, const std::function<void(Result<HostKeyReport>)> &finish)
{
    sessions->prepare(serverId, context, [context, start, finish](const Result<void> &ready) {
        if (!ready) {
            finish(tl::unexpected(ready.error()));
            return;
        }
        HostKeyReply *reply = start();
        reply->setParent(context);
        QObject::connect(reply, &SshReply::finished, context, [reply, finish] {
            reply->deleteLater();
            if (reply->error())
                finish(tl::unexpected(*reply->error()));
            else
                finish(reply->report());
        });
    });
}

} // namespace

void inspectHostKey(ServerSessions *sessions, const QString &serverId, QObject *context,
                    std::function<void(Result<HostKeyReport>)> done)
{
    withReply(
        sessions, serverId, context, [sessions, serverId] { return sessions->pool()->inspectHostKey(serverId); }, done);
}

void replaceHostKey(ServerSessions *sessions, const QString &serverId, const HostKey &key, QObject *context,
                    std::function<void(Result<void>)> done)
{
    withReply(
        sessions, serverId, context,
        [sessions, serverId, key] { return sessions->pool()->replaceHostKey(serverId, key); },
        [done = std::move(done)](const Result<HostKeyReport> &outcome) {
            done(outcome ? Result<void>() : tl::unexpected(outcome.error()));
        });
}

HostKeyDecision HostKeyDecision::fromJson(const QJsonObject &entry)
{
    const auto text = [](const QJsonValue &value, int most = 400) {
        return printable(value.toString().toUtf8(), most);
    };
    HostKeyDecision decision;
    if (entry.contains(QLatin1String("unreadable"))) {
        decision.unreadable = text(entry.value(QLatin1String("unreadable")));
        return decision;
    }
    decision.timeText = text(entry.value(QLatin1String("time")), 100);
    decision.time = QDateTime::fromString(decision.timeText, Qt::ISODate).toUTC();
    decision.action = text(entry.value(QLatin1String("action")), 100);
    decision.server = text(entry.value(QLatin1String("server")));
    decision.name = text(entry.value(QLatin1String("name")));
    for (const auto &line : entry.value(QLatin1String("old")).toArray())
        decision.oldKeys += text(line.toObject().value(QLatin1String("fingerprint")), 100);
    decision.newKey = text(entry.value(QLatin1String("new")).toObject().value(QLatin1String("fingerprint")), 100);
    decision.by = text(entry.value(QLatin1String("by")), 100);
    decision.problem = text(entry.value(QLatin1String("problem")));
    return decision;
}

Result<QList<HostKeyDecision>> hostKeyDecisions(const ServerSessions *sessions)
{
    const auto entries = hostKeyDecisionsAsJson(sessions);
    if (!entries)
        return tl::unexpected(entries.error());
    QList<HostKeyDecision> decisions;
    for (const QJsonObject &entry : *entries)
        decisions.append(HostKeyDecision::fromJson(entry));
    return decisions;
}

Result<QList<QJsonObject>> hostKeyDecisionsAsJson(const ServerSessions *sessions)
{
    return HostKeyLog::read(hostKeyLogFile(sessions));
}

void readHostKeyDecisions(const ServerSessions *sessions, qsizetype most, QObject *context,
                          std::function<void(const Result<HostKeyRecord> &)> done)
{
    // A watcher, not QFuture::then(context): in Qt 6.4 that one can lose the race against the context's end.
    auto *watcher = new QFutureWatcher<Result<HostKeyRecord>>(context);
    QObject::connect(watcher, &QFutureWatcherBase::finished, context, [watcher, done = std::move(done)] {
        watcher->deleteLater();
        done(watcher->result());
    });
    auto promise = std::make_shared<QPromise<Result<HostKeyRecord>>>();
    watcher->setFuture(promise->future());
    QThreadPool::globalInstance()->start([promise, most, file = hostKeyLogFile(sessions)] {
        promise->start();
        promise->addResult([&]() -> Result<HostKeyRecord> {
            const auto read = HostKeyLog::readNewest(file, most);
            if (!read)
                return tl::unexpected(read.error());
            HostKeyRecord record;
            record.older = read->older;
            for (const QJsonObject &entry : read->entries)
                record.newest.append(HostKeyDecision::fromJson(entry));
            return record;
        }());
        promise->finish();
    });
}

QString hostKeyLogFile(const ServerSessions *sessions)
{
    return HostKeyLog::fileFor(sessions->pool()->ownKnownHostsFile());
}

QString sshdKeyFile(const QByteArray &algorithm)
{
    if (algorithm.startsWith("ecdsa"))
        return QStringLiteral("/etc/ssh/ssh_host_ecdsa_key.pub");
    if (algorithm == "ssh-rsa" || algorithm.startsWith("rsa-"))
        return QStringLiteral("/etc/ssh/ssh_host_rsa_key.pub");
    return QStringLiteral("/etc/ssh/ssh_host_ed25519_key.pub");
}

} // namespace Helmclaw
