// SPDX-License-Identifier: MIT
#include "SshdFixture.h"

#include "tests/support/Files.h"
#include "tests/support/SourceDir.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <QThread>

#include <csignal>

#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __SANITIZE_THREAD__
// QProcess uses vfork(2), which ThreadSanitizer takes for a fork: it would refuse new threads in the parent afterwards.
extern "C" const char *__tsan_default_options();
extern "C" const char *__tsan_default_options()
{
    return "die_after_fork=0";
}
#endif

#ifdef __SANITIZE_ADDRESS__
// libssh 0.10.6 forgets the old list when it asks an agent for its keys a second time on one session
// (ssh_agent_get_ident_count: reinit where free is meant): some 150 bytes of public keys for every refused agent key.
// Its frames cannot be told apart further without its debug symbols.
extern "C" const char *__lsan_default_suppressions();
extern "C" const char *__lsan_default_suppressions()
{
    return "leak:ssh_buffer_new";
}
#endif

namespace Helmclaw::Test {

namespace {

const auto sshdPath = QStringLiteral("/usr/sbin/sshd");

QByteArray readAll(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Every process whose ancestor is @p parent, children before theirs.
QList<qint64> descendants(qint64 parent)
{
    QList<qint64> result;
    const QByteArray children =
        readAll(QStringLiteral("/proc/%1/task/%1/children").arg(parent)); // CONFIG_PROC_CHILDREN, as Debian has it
    for (const QByteArray &child : children.simplified().split(' ')) {
        const qint64 pid = child.toLongLong();
        if (pid > 0)
            result << pid << descendants(pid);
    }
    return result;
}

} // namespace

void endWithUs()
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
}

SshdFixture::SshdFixture()
    : m_dir(QDir::tempPath() + QStringLiteral("/helmclaw-sshd-XXXXXX"))
{
    const QByteArray publicKey = readAll(makeKey(QStringLiteral("user_key")) + QStringLiteral(".pub"));
    std::ignore = writeFile(path(QStringLiteral("authorized_keys")), publicKey);
    std::ignore = makeKey(QStringLiteral("host_key"));
    QDir().mkpath(path(QStringLiteral("home")));
}

SshdFixture::~SshdFixture()
{
    kill();
}

QString SshdFixture::missing()
{
    for (const QString &program : { sshdPath, QStringLiteral("/usr/bin/ssh-keygen") }) {
        if (!QFileInfo(program).isExecutable())
            return program + QStringLiteral(" is missing (Debian: openssh-server)");
    }
    // sshd started by root wants its empty privilege separation folder; Debian's unit makes it.
    if (::geteuid() == 0 && !QDir().mkpath(QStringLiteral("/run/sshd")))
        return QStringLiteral("/run/sshd cannot be created");
    return {};
}

QString SshdFixture::missingPam()
{
    if (::geteuid() != 0)
        return QStringLiteral("an sshd with PAM needs root");
    if (!run(QStringLiteral("/usr/bin/unshare"), { QStringLiteral("-m"), QStringLiteral("true") }))
        return QStringLiteral("no mount namespace can be made (unshare -m)");
    return {};
}

QString SshdFixture::newestInstallation(QString *why)
{
    QProcess process;
    process.start(sourcePath("tests/support/newest-sshd"), { QStringLiteral("--cached") });
    const bool there = process.waitForFinished(30000) && process.exitCode() == 0;
    if (!there && why != nullptr)
        *why = QString::fromLocal8Bit(process.readAllStandardError()).trimmed();
    return there ? QString::fromLocal8Bit(process.readAllStandardOutput()).trimmed() : QString();
}

void SshdFixture::setPamScript(const QByteArray &script, bool passwordMethod)
{
    std::ignore = writeFile(path(QStringLiteral("pam_script")), script);
    if (m_pam)
        return;
    m_pam = true;
    const QString module = QStringLiteral(HELMCLAW_SCRIPTED_PAM);
    std::ignore = writeFile(
        path(QStringLiteral("pam_service")),
        QStringLiteral("auth required %1 %2\naccount required pam_permit.so\nsession required pam_permit.so\n")
            .arg(module, path(QStringLiteral("pam_script")))
            .toUtf8());
    m_config += QStringLiteral("UsePAM yes\n%1 yes")
                    .arg(passwordMethod ? QStringLiteral("PasswordAuthentication")
                                        : QStringLiteral("KbdInteractiveAuthentication"));
}

std::optional<QByteArray> SshdFixture::run(const QString &program, const QStringList &arguments)
{
    QProcess process;
    process.start(program, arguments);
    if (!process.waitForFinished(30000) || process.exitStatus() != QProcess::NormalExit || process.exitCode() != 0)
        return std::nullopt;
    return process.readAllStandardOutput();
}

QString SshdFixture::makeKey(const QString &name, const QString &passphrase, const QString &type) const
{
    const QString file = path(name);
    QFile::remove(file);
    QFile::remove(file + QStringLiteral(".pub"));
    const auto made = run(QStringLiteral("/usr/bin/ssh-keygen"),
                          { QStringLiteral("-q"), QStringLiteral("-t"), type, QStringLiteral("-N"), passphrase,
                            QStringLiteral("-C"), QStringLiteral("test"), QStringLiteral("-f"), file });
    return made ? file : QString();
}

quint16 SshdFixture::freePort()
{
    QTcpServer server;
    return server.listen(QHostAddress::LocalHost) ? server.serverPort() : quint16 { 0 };
}

QString SshdFixture::user() const
{
    const passwd *entry = ::getpwuid(::geteuid());
    return entry != nullptr ? QString::fromLocal8Bit(entry->pw_name) : QString();
}

bool SshdFixture::start()
{
    kill();
    if (m_port == 0)
        m_port = freePort();
    QString config = m_config.join(QLatin1Char('\n'));
    config += QStringLiteral("\nListenAddress 127.0.0.1:%1\nHostKey %2\nAuthorizedKeysFile %3\nPidFile none\n"
                             "UsePAM no\nStrictModes no\nPermitRootLogin yes\nPasswordAuthentication no\n"
                             "KbdInteractiveAuthentication no\nUseDNS no\nPrintMotd no\nPrintLastLog no\n"
                             "MaxStartups 100\nLogLevel DEBUG1\nSetEnv HOME=%4\n")
                  .arg(m_port)
                  .arg(path(QStringLiteral("host_key")), path(QStringLiteral("authorized_keys")),
                       path(QStringLiteral("home")));
    if (m_subsystem)
        config += QStringLiteral("Subsystem sftp internal-sftp\n");
    if (!m_installation.isEmpty())
        config += QStringLiteral("SshdSessionPath %1/sshd-session\nSshdAuthPath %1/sshd-auth\n").arg(m_installation);
    const QString program = m_installation.isEmpty() ? sshdPath : m_installation + QStringLiteral("/sshd");
    if (!writeFile(path(QStringLiteral("sshd_config")), config.toUtf8()))
        return false;
    QFile::remove(path(QStringLiteral("sshd.log")));
    m_process = std::make_unique<QProcess>();
    m_process->setChildProcessModifier(endWithUs);
    const QStringList arguments { QStringLiteral("-D"), QStringLiteral("-f"), path(QStringLiteral("sshd_config")),
                                  QStringLiteral("-E"), path(QStringLiteral("sshd.log")) };
    if (m_pam) {
        m_process->start(QStringLiteral("/usr/bin/unshare"),
                         QStringList { QStringLiteral("-m"), QStringLiteral("sh"), QStringLiteral("-c"),
                                       QStringLiteral("mount --bind \"$0\" /etc/pam.d/sshd && exec \"$@\""),
                                       path(QStringLiteral("pam_service")), program }
                             + arguments);
    } else {
        m_process->start(program, arguments);
    }
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < 15000 && m_process->state() != QProcess::NotRunning) {
        if (log().contains("Server listening on"))
            return true;
        m_process->waitForFinished(20);
    }
    qWarning("sshd did not start: %s", log().constData());
    return false;
}

void SshdFixture::kill()
{
    for (const int orphan : std::exchange(m_orphans, {})) {
        ::syscall(SYS_pidfd_send_signal, orphan, SIGKILL, nullptr, 0);
        ::close(orphan);
    }
    if (m_process == nullptr)
        return;
    if (m_process->state() != QProcess::NotRunning) {
        const qint64 listener = m_process->processId();
        // The listener is stopped first, or it would make new sessions while the old ones are counted.
        ::kill(static_cast<pid_t>(listener), SIGSTOP);
        for (const qint64 pid : descendants(listener))
            ::kill(static_cast<pid_t>(pid), SIGKILL);
        m_process->kill();
        m_process->waitForFinished(5000);
    }
    m_process.reset();
}

void SshdFixture::stopListening()
{
    if (m_process == nullptr)
        return;
    const qint64 listener = m_process->processId();
    ::kill(static_cast<pid_t>(listener), SIGSTOP);
    for (const qint64 pid : descendants(listener)) { // not by number later: numbers are given again
        const int orphan = static_cast<int>(::syscall(SYS_pidfd_open, static_cast<pid_t>(pid), 0));
        if (orphan >= 0)
            m_orphans.push_back(orphan);
    }
    m_process->kill();
    m_process->waitForFinished(5000);
}

bool SshdFixture::waitForEnd() const
{
    const auto ended = [this] {
        return connections() > 0 && (m_process == nullptr || descendants(m_process->processId()).isEmpty());
    };
    if (QTest::qWaitFor(ended, 60000))
        return true;
    qWarning("sshd has sessions yet, or never had one: %s", log().constData());
    return false;
}

bool SshdFixture::replaceHostKey()
{
    return !makeKey(QStringLiteral("host_key")).isEmpty();
}

QByteArray SshdFixture::hostKeyLine() const
{
    const QList<QByteArray> words = readAll(path(QStringLiteral("host_key.pub"))).simplified().split(' ');
    return words.mid(0, 2).join(' ');
}

QString SshdFixture::knownHostsFile() const
{
    const QString file = path(QStringLiteral("known_hosts"));
    const QByteArray line = QStringLiteral("[127.0.0.1]:%1 ").arg(m_port).toLatin1() + hostKeyLine() + '\n';
    if (readAll(file) != line) // somebody may be reading it
        std::ignore = writeFile(file, line);
    return file;
}

SshTarget SshdFixture::target(const QString &serverId) const
{
    SshTarget target;
    target.serverId = serverId;
    target.name = serverId;
    target.host = QStringLiteral("127.0.0.1");
    target.port = m_port;
    target.user = user();
    target.identityFiles = { identityFile() };
    target.identitiesOnly = true;
    target.identityAgent = QStringLiteral("none");
    target.userKnownHostsFiles = { knownHostsFile() };
    // The same tests run with either backend.
    target.backend = sshBackendFromName(qEnvironmentVariable("HELMCLAW_TEST_SSH_BACKEND")).value_or(SshBackend::Auto);
    return target;
}

SshTarget SshdFixture::targetAt(quint16 port, const QString &serverId) const
{
    SshTarget result = target(serverId);
    result.hostKeyAlias = result.knownHostsName();
    result.port = port;
    return result;
}

SshTarget SshdFixture::targetWithKey(const QString &file, const QString &serverId) const
{
    SshTarget result = target(serverId);
    result.identityFiles = { file };
    return result;
}

bool SshdFixture::authorise(const QByteArray &lines) const
{
    return writeFile(path(QStringLiteral("authorized_keys")), lines);
}

bool SshdFixture::authoriseKey(const QString &keyFile) const
{
    const QByteArray line = readAll(keyFile + QStringLiteral(".pub"));
    return !line.isEmpty() && authorise(line);
}

QString SshdFixture::pin(const QString &publicKeyFile, quint16 port) const
{
    const QString file = path(QStringLiteral("pinned"));
    const QByteArray key = readAll(publicKeyFile).split(' ').mid(0, 2).join(' ');
    const QByteArray line = "[127.0.0.1]:" + QByteArray::number(port) + ' ' + key + '\n';
    return !key.isEmpty() && writeFile(file, line) ? file : QString();
}

QByteArray SshdFixture::log() const
{
    return readAll(path(QStringLiteral("sshd.log")));
}

SshAgentFixture::SshAgentFixture()
    : m_dir(QDir::tempPath() + QStringLiteral("/helmclaw-agent-XXXXXX"))
{
    m_process.setChildProcessModifier(endWithUs);
    m_process.start(QStringLiteral("/usr/bin/ssh-agent"), { QStringLiteral("-D"), QStringLiteral("-a"), socket() });
    for (int i = 0; i < 250 && !QFileInfo::exists(socket()); ++i)
        QThread::msleep(20);
}

SshAgentFixture::~SshAgentFixture()
{
    m_process.kill();
    m_process.waitForFinished(5000);
}

bool SshAgentFixture::add(const QString &keyFile) const
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("SSH_AUTH_SOCK"), socket());
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral("/usr/bin/ssh-add"), { QStringLiteral("-q"), keyFile });
    return process.waitForFinished(30000) && process.exitCode() == 0;
}

void SshAgentFixture::pause() const
{
    ::kill(static_cast<pid_t>(m_process.processId()), SIGSTOP);
}

} // namespace Helmclaw::Test
