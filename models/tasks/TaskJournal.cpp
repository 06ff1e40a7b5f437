// SPDX-License-Identifier: MIT
#include "models/tasks/TaskJournal.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonDocument>
#include <QPointer>
#include <QRegularExpression>
#include <QStandardPaths>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(TaskJournal)
};

constexpr int version = 1;
constexpr qint64 largest = 64 * 1024 * 1024;

QString fileOf(const QString &folder, const QString &id)
{
    return folder + u'/' + id + ".jsonl"_L1;
}

} // namespace

/// Its half in the disk's thread.
class TaskJournal::Writer
{
public:
    Writer(QString file, TaskPlan plan)
        : m_file(std::move(file))
        , m_plan(std::move(plan))
        , m_journal(m_file)
    {
    }

    Result<void> write(const QJsonObject &event)
    {
        if (m_problem)
            return tl::unexpected(*m_problem);
        if (!m_journal.isOpen())
            open();
        if (!m_problem)
            writeLine(event);
        if (!m_problem && ::fdatasync(m_journal.handle()) != 0)
            fail(errno);
        return m_problem ? Result<void>(tl::unexpected(*m_problem)) : Result<void>();
    }

private:
    void open()
    {
        const QString folder = QFileInfo(m_file).path();
        if (!QDir().mkpath(folder)) {
            fail(EACCES);
            return;
        }
        // What runs on servers is nobody else's business.
        QFile::setPermissions(folder, QFileDevice::ReadOwner | QFileDevice::WriteOwner | QFileDevice::ExeOwner);
        constexpr auto mode = QIODevice::WriteOnly | QIODevice::NewOnly | QIODevice::Append | QIODevice::Unbuffered;
        if (!m_journal.open(mode, QFileDevice::ReadOwner | QFileDevice::WriteOwner)
            || ::flock(m_journal.handle(), LOCK_EX | LOCK_NB) != 0) {
            fail(errno);
            return;
        }
        writeLine({ { u"helmclaw-task"_s, version }, { u"plan"_s, m_plan.toJson() } });
        const int parent = ::open(QFile::encodeName(folder).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (!m_problem && (parent < 0 || ::fsync(parent) != 0)) // the file's name, too, outlives a power cut
            fail(errno);
        if (parent >= 0)
            ::close(parent);
    }

    void writeLine(const QJsonObject &line)
    {
        const QByteArray bytes = QJsonDocument(line).toJson(QJsonDocument::Compact) + '\n';
        if (m_journal.write(bytes) != bytes.size())
            fail(errno);
    }

    void fail(int number)
    {
        m_problem =
            Error { number == ENOSPC ? ErrorCode::DiskFull : ErrorCode::PermissionDenied,
                    Text::tr("the task's journal %1 cannot be written: %2")
                        .arg(m_file, QString::fromLocal8Bit(std::strerror(number))),
                    Text::tr("Nothing is changed on a server without a record of it. Put the folder right, then "
                             "start the task again."),
                    {} };
    }

    QString m_file;
    TaskPlan m_plan;
    QFile m_journal;
    std::optional<Error> m_problem;
};

TaskJournal::TaskJournal(const QString &folder, const TaskPlan &plan)
    : m_file(fileOf(folder, plan.id))
    , m_writer(std::make_shared<Writer>(m_file, plan))
{
    m_disk.setMaxThreadCount(1);
}

TaskJournal::~TaskJournal()
{
    m_disk.waitForDone();
}

QString TaskJournal::defaultFolder()
{
    return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation) + "/tasks"_L1;
}

void TaskJournal::append(const QJsonObject &event, QObject *context, std::function<void(Result<void>)> written)
{
    m_disk.start([writer = m_writer, event, context = QPointer<QObject>(context), written = std::move(written)] {
        const auto outcome = writer->write(event);
        // The owner waits for this thread before the context can die.
        if (context)
            QMetaObject::invokeMethod(
                context, [written, outcome] { written(outcome); }, Qt::QueuedConnection);
    });
}

static Result<TaskRun> readFile(const QString &path)
{
    const auto bad = [&path](const QString &why) {
        return failure(ErrorCode::InvalidInput, Text::tr("%1 is not the journal of a task: %2").arg(path, why));
    };
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return failure(ErrorCode::FileNotFound, Text::tr("%1 cannot be read: %2").arg(path, file.errorString()));
    if (file.size() > largest)
        return bad(Text::tr("it is too large"));
    // Held by the program that writes it; before the reading, or it may end between the two.
    const bool alive = ::flock(file.handle(), LOCK_SH | LOCK_NB) != 0;
    QList<QByteArray> lines = file.readAll().split('\n');
    lines.removeLast(); // empty, or half a line that was being written
    if (lines.isEmpty())
        return bad(Text::tr("it has no beginning"));
    const QJsonObject head = QJsonDocument::fromJson(lines.takeFirst()).object();
    if (head[u"helmclaw-task"].toInt() != version)
        return bad(Text::tr("it has another format"));
    auto plan = TaskPlan::fromJson(head[u"plan"].toObject());
    if (!plan)
        return tl::unexpected(plan.error());
    TaskRun run(*std::move(plan));
    for (const QByteArray &line : std::as_const(lines)) {
        if (!run.apply(QJsonDocument::fromJson(line).object()))
            return bad(Text::tr("line %1 does not fit").arg(lines.indexOf(line) + 2));
    }
    if (!alive && !isFinal(run.state))
        run.interrupt();
    return run;
}

QList<TaskRun> TaskJournal::read(const QString &folder, int limit, QStringList *unreadable, const QSet<QString> &known)
{
    QList<TaskRun> runs;
    const auto files = QDir(folder).entryInfoList({ u"*.jsonl"_s }, QDir::Files, QDir::Time);
    int left = limit;
    for (const QFileInfo &file : files) {
        if (left-- <= 0)
            break;
        if (known.contains(file.completeBaseName()))
            continue;
        auto run = readFile(file.filePath());
        if (run) {
            runs += *std::move(run);
            continue;
        }
        ++left;
        if (unreadable != nullptr)
            *unreadable += run.error().what;
    }
    std::stable_sort(runs.begin(), runs.end(),
                     [](const TaskRun &a, const TaskRun &b) { return a.started > b.started; });
    return runs;
}

Result<TaskRun> TaskJournal::readOne(const QString &folder, const QString &id)
{
    const QStringList found = QDir(folder).entryList({ id + u"*.jsonl"_s }, QDir::Files);
    static const QRegularExpression hex(u"^[0-9a-f-]{4,36}$"_s);
    if (!hex.match(id).hasMatch() || found.isEmpty())
        return failure(ErrorCode::InvalidInput,
                       Text::tr("there is no task %1 in %2").arg(printable(id.toUtf8(), 40), folder),
                       Text::tr("List them with: helmclawctl tasks"));
    if (found.size() > 1)
        return failure(ErrorCode::InvalidInput, Text::tr("%1 tasks begin with %2").arg(found.size()).arg(id),
                       Text::tr("Give more of the id."));
    return readFile(folder + u'/' + found.constFirst());
}

} // namespace Helmclaw
