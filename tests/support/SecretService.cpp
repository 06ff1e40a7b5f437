// SPDX-License-Identifier: MIT
#include "tests/support/SecretService.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusObjectPath>
#include <QDBusReply>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QProcessEnvironment>
#include <QStandardPaths>
#include <QThread>

#include <csignal>

namespace Helmclaw::Test {

namespace {
constexpr int patience = 60000;
}

SecretService::SecretService() = default;

SecretService::~SecretService()
{
    stopService();
    stopBus();
    qunsetenv("DBUS_SESSION_BUS_ADDRESS");
}

QString SecretService::missing()
{
    for (const char *program : { "dbus-daemon", "gnome-keyring-daemon" }) {
        if (QStandardPaths::findExecutable(QString::fromLatin1(program)).isEmpty())
            return QStringLiteral("no %1 on this machine").arg(QLatin1String(program));
    }
    return {};
}

/// Until the service is on the bus and has a keyring.
static bool waitForKeyring(const QString &address)
{
    const QString name = QStringLiteral("secret-service-fixture");
    bool there = false;
    {
        const QDBusConnection bus = QDBusConnection::connectToBus(address, name);
        QDBusMessage ask = QDBusMessage::createMethodCall(
            QStringLiteral("org.freedesktop.secrets"), QStringLiteral("/org/freedesktop/secrets"),
            QStringLiteral("org.freedesktop.Secret.Service"), QStringLiteral("ReadAlias"));
        ask.setArguments({ QStringLiteral("default") });
        QElapsedTimer timer;
        timer.start();
        while (!there && timer.elapsed() < patience) {
            const QDBusReply<QDBusObjectPath> reply = bus.call(ask);
            there = reply.isValid() && reply.value().path() != QStringLiteral("/");
            if (!there)
                QThread::msleep(50);
        }
    }
    QDBusConnection::disconnectFromBus(name);
    return there;
}

bool SecretService::start()
{
    // A configuration of its own: the system's names services of the desktop that the bus would start.
    QFile configuration(m_dir.filePath(QStringLiteral("bus.conf")));
    if (!configuration.open(QIODevice::WriteOnly))
        return false;
    configuration.write("<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" "
                        "\"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\n"
                        "<busconfig><type>session</type><listen>unix:path="
                        + m_dir.filePath(QStringLiteral("bus")).toUtf8()
                        + "</listen><policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>"
                          "<allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>\n");
    configuration.close();
    m_bus.start(QStringLiteral("dbus-daemon"),
                { QStringLiteral("--config-file=") + configuration.fileName(), QStringLiteral("--nofork"),
                  QStringLiteral("--nopidfile"), QStringLiteral("--print-address") });
    QByteArray address;
    while (!address.endsWith('\n') && m_bus.waitForReadyRead(patience))
        address += m_bus.readAllStandardOutput();
    if (address.isEmpty())
        return false;
    qputenv("DBUS_SESSION_BUS_ADDRESS", address.trimmed());

    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    const QString runtime = m_dir.filePath(QStringLiteral("run"));
    QDir().mkpath(runtime);
    QFile::setPermissions(runtime, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    environment.insert(QStringLiteral("HOME"), m_dir.path());
    environment.insert(QStringLiteral("XDG_DATA_HOME"), m_dir.filePath(QStringLiteral("data")));
    environment.insert(QStringLiteral("XDG_RUNTIME_DIR"), runtime);
    environment.remove(QStringLiteral("DISPLAY"));
    m_service.setProcessEnvironment(environment);
    m_service.start(
        QStringLiteral("gnome-keyring-daemon"),
        { QStringLiteral("--foreground"), QStringLiteral("--unlock"), QStringLiteral("--components=secrets") });
    m_service.write("keyring of a test");
    if (!m_service.waitForBytesWritten(patience)) // no event loop runs here
        return false;
    m_service.closeWriteChannel();
    return waitForKeyring(QString::fromUtf8(address.trimmed()));
}

void SecretService::stopBus()
{
    m_bus.kill();
    m_bus.waitForFinished(patience);
}

void SecretService::stopService()
{
    m_service.kill();
    m_service.waitForFinished(patience);
}

void SecretService::pause() const
{
    ::kill(static_cast<pid_t>(m_service.processId()), SIGSTOP);
}

void SecretService::resume() const
{
    ::kill(static_cast<pid_t>(m_service.processId()), SIGCONT);
}

} // namespace Helmclaw::Test
