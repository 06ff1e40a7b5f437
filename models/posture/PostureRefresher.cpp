// SPDX-License-Identifier: MIT
#include "models/posture/PostureRefresher.h"

#include "models/fleet/ServerSessions.h"
#include "models/posture/Judge.h"
#include "models/posture/NewestRelease.h"
#include "models/posture/OpenClawConfigReader.h"
#include "models/posture/PostureStore.h"
#include "models/posture/ProbeScript.h"
#include "models/posture/ServerFacts.h"
#include "ssh/SshPool.h"

#include <QFutureWatcher>
#include <QPointer>
#include <QPromise>
#include <QQueue>
#include <QThreadPool>

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

namespace Helmclaw {

namespace {
constexpr std::chrono::seconds probeDeadline { 60 };
using Outcome = Result<ProbeOutcome>;

/// What a judging thread ends with: an outcome, or what is still to be read for one.
struct Judged
{
    Outcome outcome;
    std::shared_ptr<ServerFacts> facts; ///< null: the outcome stands
    QList<ConfigToRead> wanted;
};

Judged judgeFirst(const QByteArray &output, const QByteArray &nonce)
{
    Result<ServerFacts> facts = understandProbe(output, nonce);
    if (!facts)
        return { tl::unexpected(facts.error()), {}, {} };
    const QList<ConfigToRead> wanted = facts->openClaw.configsToRead(facts->user, facts->canBecomeRoot());
    if (facts->openClaw.gateways.isEmpty())
        return { outcomeOf(*facts), {}, {} };
    return { {}, std::make_shared<ServerFacts>(*std::move(facts)), wanted };
}

Judged judgeAgain(ServerFacts &facts, OpenClawConfigReader::Contents contents)
{
    for (const OpenClawConfigReader::Content &content : contents)
        facts.openClaw.setConfig(content.gateway, content.text, content.error);
    contents.clear(); // wiped before anything is judged
    return { outcomeOf(facts), {}, {} };
}
} // namespace

class PostureRefresher::Private : public QObject
{
    Q_OBJECT
public:
    Private(PostureRefresher *owner, ServerSessions *sessions, PostureStore *store);
    ~Private() override;

    void refresh(const QStringList &serverIds);
    void cancel();
    void startNext();

    PostureRefresher *q;
    ServerSessions *sessions;
    PostureStore *store;
    QPointer<NewestRelease> newestRelease;
    int maxConcurrent = 64;
    int done = 0;
    int total = 0;
    bool announcing = false;

    /// One server's refresh under way. Child of Private; deleting it ends what it waits for.
    struct Run : QObject
    {
        using QObject::QObject;
        QByteArray nonce;
        QPointer<ExecReply> reply;
    };
    QQueue<QString> waiting;
    QHash<QString, Run *> runs;

private:
    void start(const QString &serverId);
    void prepared(const QString &serverId, Run *run, const Result<void> &ready);
    void answered(const QString &serverId, Run *run);
    void judgeAside(const QString &serverId, Run *run, std::function<Judged()> work);
    void judged(const QString &serverId, Run *run, const Judged &judged);
    void judgeWithVersion(const QString &serverId, Run *run, const std::shared_ptr<ServerFacts> &facts,
                          const std::shared_ptr<OpenClawConfigReader::Contents> &contents);
    void finish(const QString &serverId, Run *run, const Outcome &outcome);
    void record(const QString &serverId, const Outcome &outcome);
    void end(const QString &serverId);
    void serverRemoved(const QString &serverId);
    [[nodiscard]] Error named(Error error, const QString &serverId) const;

    QByteArray m_script = probeScript();
    QThreadPool m_judges;
};

PostureRefresher::Private::Private(PostureRefresher *owner, ServerSessions *theSessions, PostureStore *theStore)
    : q(owner)
    , sessions(theSessions)
    , store(theStore)
{
    // Two threads: judging is a few milliseconds a server, and the machine has a window to draw.
    m_judges.setMaxThreadCount(2);
    connect(sessions->fleet(), &Fleet::removed, this,
            [this](int, const QString &serverId) { serverRemoved(serverId); });
}

PostureRefresher::Private::~Private()
{
    for (Run *run : std::as_const(runs))
        delete run->reply;
    m_judges.clear();
    m_judges.waitForDone();
}

void PostureRefresher::Private::refresh(const QStringList &serverIds)
{
    for (const QString &serverId : serverIds) {
        if (runs.contains(serverId) || waiting.contains(serverId) || !sessions->fleet()->byId(serverId))
            continue;
        if (runs.isEmpty() && waiting.isEmpty()) {
            done = 0;
            total = 0;
        }
        ++total;
        waiting.enqueue(serverId);
        store->setRefreshing(serverId, true);
    }
    Q_EMIT q->progressChanged();
    startNext();
}

void PostureRefresher::Private::startNext()
{
    while (!waiting.isEmpty() && runs.size() < maxConcurrent)
        start(waiting.dequeue());
}

void PostureRefresher::Private::start(const QString &serverId)
{
    auto *run = new Run(this);
    run->nonce = newProbeNonce();
    runs.insert(serverId, run);
    sessions->prepare(serverId, run,
                      [this, serverId, run](const Result<void> &ready) { prepared(serverId, run, ready); });
}

void PostureRefresher::Private::prepared(const QString &serverId, Run *run, const Result<void> &ready)
{
    if (runs.value(serverId) != run)
        return;
    if (!ready) {
        finish(serverId, run, tl::unexpected(ready.error()));
        return;
    }
    ExecOptions options;
    options.deadline = probeDeadline;
    run->reply = sessions->pool()->runScript(serverId, m_script, { QString::fromLatin1(run->nonce) }, options);
    connect(run->reply, &SshReply::finished, run, [this, serverId, run] { answered(serverId, run); });
}

void PostureRefresher::Private::answered(const QString &serverId, Run *run)
{
    ExecReply *reply = run->reply;
    run->reply.clear();
    reply->deleteLater();
    if (reply->error()) {
        finish(serverId, run, tl::unexpected(*reply->error()));
        return;
    }
    if (reply->isTruncated()) {
        finish(serverId, run,
               failure(ErrorCode::OutputTooLarge, tr("the probe's answer was longer than 4 MiB"),
                       tr("Something on the server prints without end; look at \"ssh HOST true\" and at the output of "
                          "apt-cache policy")));
        return;
    }
    if (reply->exitStatus() != 0) {
        const QString said = printable(reply->standardError().trimmed(), 300);
        finish(serverId, run,
               failure(ErrorCode::CommandFailed,
                       tr("the probe ended with status %1%2")
                           .arg(reply->exitStatus())
                           .arg(said.isEmpty() ? QString() : QStringLiteral(": ") + said),
                       tr("The server needs a POSIX shell as sh, and must let this user run commands (no forced "
                          "command, no restricted shell)")));
        return;
    }
    judgeAside(serverId, run,
               [output = reply->standardOutput(), nonce = run->nonce] { return judgeFirst(output, nonce); });
}

void PostureRefresher::Private::judgeAside(const QString &serverId, Run *run, std::function<Judged()> work)
{
    // A watcher, not QFuture::then(context): in Qt 6.4 that one can lose the race against the context's end.
    auto *watcher = new QFutureWatcher<Judged>(run);
    connect(watcher, &QFutureWatcherBase::finished, run, [this, serverId, run, watcher] {
        watcher->deleteLater();
        judged(serverId, run, watcher->result());
    });
    QPromise<Judged> promise;
    watcher->setFuture(promise.future());
    m_judges.start([promise = std::make_shared<QPromise<Judged>>(std::move(promise)), work = std::move(work)] {
        promise->start();
        promise->addResult(work());
        promise->finish();
    });
}

void PostureRefresher::Private::judged(const QString &serverId, Run *run, const Judged &judged)
{
    if (runs.value(serverId) != run)
        return;
    if (!judged.facts)
        return finish(serverId, run, judged.outcome);
    auto *reader = new OpenClawConfigReader(sessions->pool(), serverId, judged.wanted, run);
    connect(reader, &OpenClawConfigReader::finished, run, [this, serverId, run, reader, facts = judged.facts] {
        reader->deleteLater();
        // std::function wants to be copyable, and secrets are not.
        judgeWithVersion(serverId, run, facts,
                         std::make_shared<OpenClawConfigReader::Contents>(reader->takeContents()));
    });
    if (newestRelease)
        newestRelease->freshen();
    reader->start();
}

void PostureRefresher::Private::judgeWithVersion(const QString &serverId, Run *run,
                                                 const std::shared_ptr<ServerFacts> &facts,
                                                 const std::shared_ptr<OpenClawConfigReader::Contents> &contents)
{
    if (newestRelease && newestRelease->isAsking()) {
        connect(
            newestRelease, &NewestRelease::settled, run,
            [this, serverId, run, facts, contents] { judgeWithVersion(serverId, run, facts, contents); },
            Qt::SingleShotConnection);
        return;
    }
    facts->openClaw.newest = newestRelease ? newestRelease->version() : QString();
    facts->openClaw.newestProblem = newestRelease ? newestRelease->problem() : tr("the registry has not been asked");
    judgeAside(serverId, run, [facts, contents] { return judgeAgain(*facts, std::move(*contents)); });
}

void PostureRefresher::Private::finish(const QString &serverId, Run *run, const Outcome &outcome)
{
    // A late answer to a run that was cancelled, or whose server went away.
    if (runs.value(serverId) != run)
        return;
    record(serverId, outcome);
    end(serverId);
}

void PostureRefresher::Private::record(const QString &serverId, const Outcome &outcome)
{
    if (outcome)
        store->setResults(serverId, outcome->results, outcome->withSudo, QDateTime::currentDateTimeUtc(),
                          outcome->sshPort, outcome->exposure);
    else
        store->setError(serverId, named(outcome.error(), serverId));
}

/// The server's refresh is over, whether it ran or waited; its outcome is already in the store.
void PostureRefresher::Private::end(const QString &serverId)
{
    if (Run *run = runs.take(serverId)) {
        // Silent: deleting an unfinished reply aborts it without a signal.
        delete run->reply;
        run->deleteLater();
    }
    ++done;
    const QPointer<PostureRefresher> alive(q);
    Q_EMIT q->serverFinished(serverId);
    if (!alive)
        return;
    startNext();
    Q_EMIT q->progressChanged();
    if (alive && runs.isEmpty() && waiting.isEmpty())
        Q_EMIT q->idle();
}

void PostureRefresher::Private::cancel()
{
    // No new one may start while the old ones end.
    QStringList ids = waiting;
    waiting.clear();
    ids += runs.keys();
    const QPointer<PostureRefresher> alive(q);
    for (const QString &serverId : std::as_const(ids)) {
        if (!alive)
            return;
        record(serverId, failure(ErrorCode::Cancelled, tr("the refresh was cancelled")));
        end(serverId);
    }
}

void PostureRefresher::Private::serverRemoved(const QString &serverId)
{
    const bool active = waiting.removeOne(serverId) || runs.contains(serverId);
    store->remove(serverId);
    if (active)
        end(serverId);
}

Error PostureRefresher::Private::named(Error error, const QString &serverId) const
{
    if (error.server.isEmpty()) {
        const std::optional<Server> server = sessions->fleet()->byId(serverId);
        error.server = server ? server->name : QString();
    }
    return error;
}

PostureRefresher::PostureRefresher(ServerSessions *sessions, PostureStore *store, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this, sessions, store))
{
}

PostureRefresher::~PostureRefresher() = default;

void PostureRefresher::refresh(const QStringList &serverIds)
{
    d->refresh(serverIds);
}

void PostureRefresher::cancel()
{
    d->cancel();
}

bool PostureRefresher::isRunning() const
{
    return !d->runs.isEmpty() || !d->waiting.isEmpty();
}

int PostureRefresher::done() const
{
    return d->done;
}

int PostureRefresher::total() const
{
    return d->total;
}

void PostureRefresher::setNewestRelease(NewestRelease *release)
{
    d->newestRelease = release;
}

void PostureRefresher::setMaxConcurrent(int servers)
{
    d->maxConcurrent = std::max(1, servers);
    d->startNext();
}

} // namespace Helmclaw

#include "PostureRefresher.moc"
