// SPDX-License-Identifier: MIT
#include "models/keychain/Keychain.h"

#include "ssh/IdentityFile.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QLibrary>
#include <QThread>
#include <QTimer>

#include <qt6keychain/keychain.h>

#include <memory>
#include <utility>

namespace Helmclaw {

struct Keychain::Answer
{
    std::optional<Error> error;
    std::optional<Secret> secret; ///< of a Find; nothing: there is no such entry
};

namespace {

Error unusable(const QString &why)
{
    return { ErrorCode::Unsupported,
             Keychain::tr("this computer's keychain cannot be used: %1").arg(why),
             Keychain::tr("Start or unlock the desktop's keychain (gnome-keyring, KWallet, KeePassXC …)"),
             {} };
}

/// GLib ends a program (SIGTERM) whose session bus goes away, unless told otherwise. QtKeychain's libsecret uses that
/// connection; tunnels must not die with a bus. By name, because GLib's headers would be one more thing to build with.
void outliveTheBus()
{
    QLibrary gio(QStringLiteral("gio-2.0"), 0);
    const auto get = reinterpret_cast<void *(*)(int, void *, void **)>(gio.resolve("g_bus_get_sync"));
    const auto setExit = reinterpret_cast<void (*)(void *, int)>(gio.resolve("g_dbus_connection_set_exit_on_close"));
    constexpr int sessionBus = 2; // G_BUS_TYPE_SESSION
    if (get == nullptr || setExit == nullptr)
        return;
    if (void *connection = get(sessionBus, nullptr, nullptr)) // kept: everybody gets the same one
        setExit(connection, 0);
}

QThread *s_thread = nullptr;

/// Lives in the one thread that all jobs of the process run in: QtKeychain's queue belongs to the thread that first
/// used it. The thread ends with the application.
QObject *worker()
{
    static QObject *const object = [] {
        s_thread = new QThread;
        s_thread->setObjectName(QStringLiteral("keychain"));
        auto *made = new QObject;
        made->moveToThread(s_thread);
        s_thread->start();
        QMetaObject::invokeMethod(made, outliveTheBus);
        qAddPostRoutine([] {
            s_thread->quit();
            s_thread->wait(2000); // one that hangs in a bus call ends with the process
        });
        return made;
    }();
    return object;
}

std::optional<Error> errorOf(const QKeychain::Job &job)
{
    switch (job.error()) {
    case QKeychain::NoError:
    case QKeychain::EntryNotFound:
        return std::nullopt;
    case QKeychain::AccessDenied:
    case QKeychain::AccessDeniedByUser:
        return unusable(Keychain::tr("it is locked, or access was denied"));
    default:
        return unusable(job.errorString().isEmpty() ? Keychain::tr("no keychain service answers")
                                                    : printable(job.errorString().toUtf8(), 300));
    }
}

} // namespace

Keychain::Keychain(std::chrono::milliseconds deadline, QObject *parent)
    : QObject(parent)
    , m_deadline(deadline)
{
}

Keychain::~Keychain() = default;

QString Keychain::entryForKeyFile(const QString &keyFile)
{
    // However it is spelt; where it leads is not looked at: that may change, and a slow disk is not for this thread.
    const QString path = keyFile.startsWith(QLatin1String("~/")) ? QDir::homePath() + keyFile.mid(1) : keyFile;
    return QStringLiteral("passphrase of ") + IdentityFile::shown(QDir::cleanPath(path));
}

bool Keychain::hasBus()
{
    if (!qEnvironmentVariableIsEmpty("DBUS_SESSION_BUS_ADDRESS"))
        return true;
    const QString runtime = qEnvironmentVariable("XDG_RUNTIME_DIR");
    return !runtime.isEmpty() && QFile::exists(runtime + QStringLiteral("/bus"));
}

void Keychain::find(const QString &entry, QObject *context, Found done)
{
    start(Job::Find, entry, {}, context, [done = std::move(done)](Answer &answer) {
        if (answer.error)
            done(tl::unexpected(*answer.error));
        else
            done(std::move(answer.secret));
    });
}

void Keychain::store(const QString &entry, Secret secret, QObject *context, Done done)
{
    start(Job::Store, entry, std::move(secret), context, [done = std::move(done)](Answer &answer) {
        done(answer.error ? Result<void>(tl::unexpected(*answer.error)) : Result<void>());
    });
}

void Keychain::remove(const QString &entry, QObject *context, Done done)
{
    start(Job::Remove, entry, {}, context, [done = std::move(done)](Answer &answer) {
        done(answer.error ? Result<void>(tl::unexpected(*answer.error)) : Result<void>());
    });
}

void Keychain::start(Job job, const QString &entry, Secret secret, QObject *context, std::function<void(Answer &)> done)
{
    const quint64 id = ++m_lastId;
    m_waiting.emplace(id, Waiting { context, std::move(done) });
    const auto refuse = [this, id](const QString &why) {
        QTimer::singleShot(0, this, [this, id, why] {
            Answer answer { unusable(why), {} };
            settle(id, answer);
        });
    };
    if (!hasBus()) // QtKeychain would try to start one
        return refuse(tr("there is no D-Bus session bus"));
    if (m_overdue > 0) // QtKeychain does one job after the other
        return refuse(tr("it does not answer"));
    QTimer::singleShot(m_deadline, this, [this, id] {
        if (m_waiting.count(id) == 0)
            return;
        ++m_overdue;
        Answer answer { unusable(tr("it does not answer")), {} };
        answer.error->code = ErrorCode::DeadlineExceeded;
        settle(id, answer);
    });
    const auto text = std::make_shared<QByteArray>(secret.copyOutOfSecureMemory());
    const QPointer<Keychain> self(this);
    QMetaObject::invokeMethod(worker(), [self, id, job, entry, text] {
        const QString service = QStringLiteral("helmclaw");
        QKeychain::Job *asked = nullptr;
        if (job == Job::Find) {
            asked = new QKeychain::ReadPasswordJob(service);
        } else if (job == Job::Remove) {
            asked = new QKeychain::DeletePasswordJob(service);
        } else {
            auto *write = new QKeychain::WritePasswordJob(service);
            write->setBinaryData(*text);
            asked = write;
        }
        asked->setKey(entry);
        asked->setInsecureFallback(false);
        QObject::connect(asked, &QKeychain::Job::finished, asked, [self, id, text](QKeychain::Job *finished) {
            wipe(*text);
            const auto answer = std::make_shared<Answer>();
            answer->error = errorOf(*finished);
            const auto *read = qobject_cast<QKeychain::ReadPasswordJob *>(finished);
            if (read != nullptr && read->error() == QKeychain::NoError) {
                QByteArray bytes = read->binaryData();
                answer->secret = Secret::takeFrom(bytes);
            }
            QMetaObject::invokeMethod(qApp, [self, id, answer] {
                if (self)
                    self->settle(id, *answer);
            });
        });
        asked->start();
    });
}

void Keychain::settle(quint64 id, Answer &answer)
{
    const auto found = m_waiting.find(id);
    if (found == m_waiting.end()) { // given up meanwhile: it answers again
        --m_overdue;
        return;
    }
    const Waiting waiting = std::move(found->second);
    m_waiting.erase(found);
    if (waiting.context)
        waiting.done(answer);
}

} // namespace Helmclaw
