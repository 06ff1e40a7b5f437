// SPDX-License-Identifier: MIT
#include "ssh/SshPool.h"

#include "ssh/RemoteCommand.h"
#include "ssh/SshPoolPrivate.h"

#include <QCoreApplication>
#include <QMetaMethod>
#include <QStandardPaths>

#include <algorithm>

#include <libssh/callbacks.h>
#include <sys/resource.h>

namespace Helmclaw {

namespace {

/// Two descriptors a session (one that ssh carries has more): 1,000 servers do not fit into the usual soft limit of
/// 1,024.
void raiseFileLimit()
{
    rlimit limit {};
    constexpr rlim_t wanted = 16384;
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = std::min(wanted, limit.rlim_max);
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

} // namespace

SshPool::Private::Private(SshPool *pool, const SshPoolOptions &wanted)
    : q(pool)
    , options(wanted)
    , ownKnownHosts(wanted.ownKnownHostsFile)
    , handle(std::make_shared<PoolHandle>(this))
{
    static const int initialised = ssh_init(); // never finalised: other pools may live
    Q_UNUSED(initialised)
    raiseFileLimit();
    if (ownKnownHosts.isEmpty()) {
        ownKnownHosts =
            QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + QStringLiteral("/known_hosts");
    }
    mailbox.setAfterBatch([this] { announceOutput(); });
    jumps = std::make_unique<JumpHosts>(
        [this](const SshTarget &hop, JumpHosts::Task task) { shardOf(hop.serverId).withTarget(hop, std::move(task)); });
    dials = std::make_unique<DialLane>(options, ownKnownHosts, *jumps, makePromptSink());
    for (int i = 0; i < std::clamp(options.ioThreads, 1, 4); ++i)
        shards.push_back(std::make_unique<IoShard>([this](EventLoop &loop) { return makeContext(loop); }));
    EventLoop &loop = shards.front()->loop();
    loop.post(
        [this, &loop] { changes = std::make_unique<ChangeWatch>(loop, options.changes, [this] { checkSessions(); }); });
}

void SshPool::Private::checkSessions()
{
    for (const auto &shard : shards)
        shard->withEveryLink([](ServerLink &link) { link.checkSession(); });
}

SshPool::Private::~Private()
{
    handle->m_pool = nullptr;
    mailbox.close();
    jumps->close();
    shards.front()->loop().post([this] { changes.reset(); });
    for (const auto &shard : shards) // while all are there: the watch may be telling them
        shard->stop();
    dials->stop(); // its callbacks post to the shards' loops
    shards.clear();
    dials.reset();
}

PoolContext SshPool::Private::makeContext(EventLoop &loop)
{
    const auto reportStatus = [this](const QString &serverId, const SessionStatus &status) {
        mailbox.post([this, serverId, status] {
            if (!targets.contains(serverId))
                return;
            statuses.insert(serverId, status);
            Q_EMIT q->sessionStatusChanged(serverId, status);
        });
    };
    const auto ask = [this](const HostKeyQuestion &question) {
        mailbox.post([this, question] {
            // With nobody to ask, waiting would only hide the reason.
            if (!q->isSignalConnected(QMetaMethod::fromSignal(&SshPool::hostKeyUnknown)))
                q->answerHostKey(question.id, false);
            else
                Q_EMIT q->hostKeyUnknown(question);
        });
    };
    const auto closeQuestion = [this](quint64 questionId) {
        mailbox.post([this, questionId] { Q_EMIT q->hostKeyQuestionClosed(questionId); });
    };
    const auto reportTunnel = [this](quint64 tunnelId, const TunnelStatus &status) {
        mailbox.post([this, tunnelId, status] {
            if (PooledTunnel *tunnel = tunnels.value(tunnelId))
                tunnel->apply(status);
        });
    };
    return {
        loop, *dials, *jumps, counters, options, lastQuestion, reportStatus, ask, closeQuestion, reportTunnel, bans
    };
}

IoShard &SshPool::Private::shardOf(const QString &serverId)
{
    return *shards[qHash(serverId) % shards.size()];
}

Error SshPool::Private::unknownServer(const QString &serverId) const
{
    return { ErrorCode::InvalidInput,
             QCoreApplication::translate("SshPool", "no server with the id %1").arg(serverId),
             QCoreApplication::translate("SshPool", "It may have been removed from the fleet."),
             {} };
}

void SshPool::Private::submit(const QString &serverId, std::shared_ptr<Operation> operation)
{
    const quint64 id = operation->id;
    updateMayAsk();
    operation->deadline = EventLoop::Clock::now() + operation->allowed;
    operation->onOutput = [this, id](QByteArray out, QByteArray err) {
        mailbox.post([this, id, out = std::move(out), err = std::move(err)] {
            if (PooledExecReply *reply = execs.value(id)) {
                reply->addOutput(out, err);
                withNews += id;
            } else if (PooledFileReply *file = files.value(id)) {
                file->add(out);
                withNews += id;
            }
        });
    };
    operation->onOpened = [this, id](const FileFacts &facts) {
        mailbox.post([this, id, facts] {
            if (PooledFileReply *file = files.value(id))
                file->opened(facts);
        });
    };
    operation->onProgress = [this, id](quint64 written) {
        mailbox.post([this, id, written] {
            if (PooledFileReply *file = files.value(id)) {
                file->written(written);
                withNews += id;
            }
        });
    };
    operation->onFinished = [this, id](OperationResult result) {
        mailbox.post([this, id, result = std::move(result)] { applyResult(id, result); });
    };
    shardOf(serverId).withLink(serverId, [operation](ServerLink &link) { link.submit(operation); });
}

void SshPool::Private::applyResult(quint64 id, OperationResult result)
{
    // Taken out first: the receiver of finished() may delete the reply, or the pool.
    if (PooledExecReply *exec = execs.take(id))
        exec->complete(std::move(result));
    else if (PooledReadFileReply *read = reads.take(id))
        read->complete(std::move(result));
    else if (PooledFileReply *file = files.take(id))
        file->complete(std::move(result));
}

void SshPool::Private::postFailure(quint64 id, const Error &error)
{
    OperationResult result;
    result.error = error;
    mailbox.post([this, id, result] { applyResult(id, result); });
}

void SshPool::Private::abortOperation(const QString &serverId, quint64 id)
{
    shardOf(serverId).withLink(serverId, [id](ServerLink &link) { link.abort(id); });
}

void SshPool::Private::forget(quint64 id)
{
    execs.remove(id);
    reads.remove(id);
    files.remove(id);
}

void SshPool::Private::announceOutput()
{
    const QList<quint64> ids = std::exchange(withNews, {});
    const auto alive = handle;
    for (const quint64 id : ids) {
        if (alive->m_pool == nullptr)
            return;
        if (PooledExecReply *reply = execs.value(id))
            reply->announceOutput();
        else if (PooledFileReply *file = files.value(id))
            file->announce();
    }
}

SshPool::SshPool(const SshPoolOptions &options, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this, options))
{
    qRegisterMetaType<Helmclaw::SessionStatus>();
    qRegisterMetaType<Helmclaw::HostKeyQuestion>();
    qRegisterMetaType<Helmclaw::Prompt>();
}

SshPool::~SshPool()
{
    const auto execs = std::exchange(d->execs, {});
    const auto reads = std::exchange(d->reads, {});
    const auto hostKeys = std::exchange(d->hostKeys, {});
    const auto files = std::exchange(d->files, {});
    const auto tunnels = std::exchange(d->tunnels, {});
    d.reset();
    // Replies outlive the pool when their owners want that; they still finish, from the event loop.
    OperationResult cancelled;
    cancelled.error = Error { ErrorCode::Cancelled, tr("cancelled: the program is ending"), {}, {} };
    for (PooledExecReply *reply : execs)
        QMetaObject::invokeMethod(
            reply, [reply, cancelled] { reply->complete(cancelled); }, Qt::QueuedConnection);
    for (PooledReadFileReply *reply : reads)
        QMetaObject::invokeMethod(
            reply, [reply, cancelled] { reply->complete(cancelled); }, Qt::QueuedConnection);
    for (PooledHostKeyReply *reply : hostKeys)
        QMetaObject::invokeMethod(
            reply, [reply, cancelled] { reply->complete(cancelled.error); }, Qt::QueuedConnection);
    for (PooledFileReply *file : files)
        QMetaObject::invokeMethod(
            file->reply(), [file, cancelled] { file->complete(cancelled); }, Qt::QueuedConnection);
    for (PooledTunnel *tunnel : tunnels)
        QMetaObject::invokeMethod(
            tunnel, [tunnel] { tunnel->apply({}); }, Qt::QueuedConnection);
}

void SshPool::setTarget(const SshTarget &target)
{
    d->targets.insert(target.serverId, target);
    d->shardOf(target.serverId).setTarget(target);
}

void SshPool::removeTarget(const QString &serverId)
{
    if (d->targets.remove(serverId) == 0)
        return;
    d->statuses.remove(serverId);
    d->shardOf(serverId).removeTarget(serverId);
}

bool SshPool::hasTarget(const QString &serverId) const
{
    return d->targets.contains(serverId);
}

void SshPool::connectSession(const QString &serverId)
{
    d->updateMayAsk();
    d->shardOf(serverId).withLink(serverId, [](ServerLink &link) { link.connectSession(); });
}

void SshPool::checkSessions()
{
    d->checkSessions();
}

void SshPool::closeSession(const QString &serverId)
{
    d->shardOf(serverId).withLink(serverId, [](ServerLink &link) { link.close(); });
}

SessionStatus SshPool::sessionStatus(const QString &serverId) const
{
    return d->statuses.value(serverId);
}

ExecReply *SshPool::exec(const QString &serverId, const CommandLine &command, const ExecOptions &options)
{
    if (options.asRoot && !options.standardInput.isEmpty()) {
        return d->startExec(serverId,
                            failure(ErrorCode::InvalidInput, tr("a command that runs as root takes no input here"),
                                    tr("Put the data into a file on the server first.")),
                            options);
    }
    return d->startExec(serverId,
                        options.asRoot
                            ? RemoteCommand::asRoot(command)
                            : RemoteCommand::command(command, options.standardInput, options.endRemoteOnAbort),
                        options);
}

ExecReply *SshPool::runScript(const QString &serverId, const QByteArray &script, const QStringList &arguments,
                              const ExecOptions &options)
{
    if (!options.standardInput.isEmpty()) {
        return d->startExec(serverId,
                            failure(ErrorCode::InvalidInput, tr("a script takes no other input than itself"),
                                    tr("Give it arguments, or run a command with the input.")),
                            options);
    }
    return d->startExec(serverId, RemoteCommand::script(script, arguments, options.endRemoteOnAbort), options);
}

ExecReply *SshPool::Private::startExec(const QString &serverId, Result<ExecSpec> spec, const ExecOptions &execOptions)
{
    const quint64 id = ++lastId;
    auto *reply = new PooledExecReply(serverId, id, handle);
    execs.insert(id, reply);
    if (!targets.contains(serverId)) {
        postFailure(id, unknownServer(serverId));
        return reply;
    }
    if (!spec) {
        Error error = spec.error();
        error.server = targets.value(serverId).name;
        postFailure(id, error);
        return reply;
    }
    auto operation = std::make_shared<Operation>();
    operation->id = id;
    operation->allowed = execOptions.deadline;
    operation->sensitive = execOptions.sensitive;
    reply->setSensitive(execOptions.sensitive);
    operation->exec = std::move(*spec);
    operation->exec->outputCap = std::max<qsizetype>(0, execOptions.outputCap);
    submit(serverId, std::move(operation));
    return reply;
}

ReadFileReply *SshPool::readFile(const QString &serverId, const QString &path, const ReadFileOptions &options)
{
    const quint64 id = ++d->lastId;
    auto *reply = new PooledReadFileReply(serverId, id, d->handle);
    d->reads.insert(id, reply);
    if (!d->checkFile(id, serverId, path))
        return reply;
    auto operation = std::make_shared<Operation>();
    operation->id = id;
    operation->allowed = options.deadline;
    operation->sensitive = options.sensitive;
    operation->readFile = ReadFileSpec { path.toUtf8(), std::max<qsizetype>(0, options.maxBytes) };
    d->submit(serverId, std::move(operation));
    return reply;
}

Tunnel *SshPool::openTunnel(const QString &serverId, const TunnelOptions &options)
{
    const quint64 id = ++d->lastId;
    auto *tunnel = new PooledTunnel(serverId, id, d->handle);
    d->tunnels.insert(id, tunnel);
    if (!d->targets.contains(serverId)) {
        TunnelStatus status;
        status.state = TunnelState::Failed;
        status.error = d->unknownServer(serverId);
        d->mailbox.post([pool = d.get(), id, status] {
            if (PooledTunnel *known = pool->tunnels.value(id))
                known->apply(status);
        });
        return tunnel;
    }
    d->updateMayAsk();
    d->shardOf(serverId).withLink(serverId, [id, options](ServerLink &link) { link.openTunnel(id, options); });
    return tunnel;
}

void SshPool::answerHostKey(quint64 questionId, bool accept)
{
    for (const auto &shard : d->shards)
        shard->withEveryLink([questionId, accept](ServerLink &link) { link.answer(questionId, accept); });
}

SshPool::Statistics SshPool::statistics() const
{
    return { d->counters.ready, d->dials->inFlight(), d->counters.tunnelConnections };
}

} // namespace Helmclaw
