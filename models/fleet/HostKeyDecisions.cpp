// SPDX-License-Identifier: MIT
#include "models/fleet/HostKeyDecisions.h"

#include "models/fleet/ServerSessions.h"
#include "ssh/HostKeyLog.h"
#include "ssh/SshPool.h"

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

Result<QList<QJsonObject>> hostKeyDecisions(const ServerSessions *sessions)
{
    return HostKeyLog::read(HostKeyLog::fileFor(sessions->pool()->ownKnownHostsFile()));
}

} // namespace Helmclaw
