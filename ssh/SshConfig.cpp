// SPDX-License-Identifier: MIT
#include "ssh/SshConfig.h"

#include "ssh/SshConfigFiles.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QProcess>
#include <QSysInfo>
#include <QTimer>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include <pwd.h>
#include <unistd.h>

namespace Helmclaw {

using namespace std::chrono_literals;

namespace {
constexpr auto QueryDeadline = 10s;
constexpr qint64 MaxOutput = 1024 * 1024;

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(SshConfig)
};

QString sshFolder()
{
    return SshConfigFiles::homeFolder() + QStringLiteral("/.ssh");
}

/// ssh_config(5) TOKENS and "${VARIABLE}" of file names; nothing when @p text holds one that is not known here.
std::optional<QString> expandTokens(const QString &text, const SshHostConfig &config, const QString &originalHost)
{
    QString out;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text.at(i) == QLatin1Char('$') && text.mid(i + 1, 1) == QLatin1String("{")) {
            const qsizetype end = text.indexOf(QLatin1Char('}'), i);
            if (end < 0)
                return std::nullopt;
            const QByteArray variable = text.mid(i + 2, end - i - 2).toLocal8Bit();
            if (!qEnvironmentVariableIsSet(variable.constData()))
                return std::nullopt;
            out += qEnvironmentVariable(variable.constData());
            i = end;
            continue;
        }
        if (text.at(i) != QLatin1Char('%')) {
            out += text.at(i);
            continue;
        }
        const char16_t token = ++i < text.size() ? text.at(i).unicode() : u'\0';
        switch (token) {
        case u'%':
            out += QLatin1Char('%');
            break;
        case u'd':
            out += SshConfigFiles::homeFolder();
            break;
        case u'h':
            out += config.hostName;
            break;
        case u'i':
            out += QString::number(::getuid());
            break;
        case u'k':
            out += config.hostKeyAlias.isEmpty() ? originalHost : config.hostKeyAlias;
            break;
        case u'L':
            out += QSysInfo::machineHostName().section(QLatin1Char('.'), 0, 0);
            break;
        case u'l':
            out += QSysInfo::machineHostName();
            break;
        case u'n':
            out += originalHost;
            break;
        case u'p':
            out += QString::number(config.port);
            break;
        case u'r':
            out += config.user;
            break;
        case u'u':
            if (const passwd *user = ::getpwuid(::getuid()))
                out += QString::fromLocal8Bit(user->pw_name);
            break;
        default:
            return std::nullopt;
        }
    }
    return out;
}

/// "ssh -G" joins several files with blanks and without quotes: a part that is no path on its own belongs to the last.
QStringList splitFiles(const QString &value)
{
    QStringList files;
    for (const QString &part : value.split(QLatin1Char(' '))) {
        const bool begins = part.startsWith(QLatin1Char('/')) || part.startsWith(QLatin1Char('~'))
            || part.startsWith(QLatin1Char('%')) || part.startsWith(QLatin1Char('$'));
        if (files.isEmpty() || begins)
            files.append(part);
        else
            files.last() += QLatin1Char(' ') + part;
    }
    return files;
}

/// Settings that change where a connection goes or what is trusted, by the values that mean "not used".
struct Unsupported
{
    const char *keyword; // as "ssh -G" prints it
    const char *name; // as ssh_config(5) spells it
    const char *unused; // the value without effect
};
constexpr std::array<Unsupported, 8> unsupportedSettings { {
    { "proxyjump", "ProxyJump", "none" },
    { "proxycommand", "ProxyCommand", "none" },
    { "revokedhostkeys", "RevokedHostKeys", "none" },
    { "knownhostscommand", "KnownHostsCommand", "none" },
    { "pkcs11provider", "PKCS11Provider", "none" },
    { "bindaddress", "BindAddress", "" },
    { "bindinterface", "BindInterface", "" },
    { "addressfamily", "AddressFamily", "any" },
} };
} // namespace

QString SshConfig::defaultFile()
{
    return sshFolder() + QStringLiteral("/config");
}

Result<QStringList> SshConfig::hostAliases(const QString &configFile)
{
    SshConfigFiles files(sshFolder());
    if (auto read = files.read(configFile); !read)
        return tl::unexpected(read.error());
    return files.aliases();
}

QStringList SshConfig::inputs(const QString &configFile)
{
    // Errors do not matter here: "ssh -G" reports them, and what was seen until then is what a correction changes.
    SshConfigFiles user(sshFolder());
    const auto userRead = user.read(configFile.isEmpty() ? defaultFile() : configFile);
    if (!configFile.isEmpty())
        return user.inputs();
    SshConfigFiles system(QStringLiteral("/etc/ssh"));
    const auto systemRead = system.read(QStringLiteral("/etc/ssh/ssh_config"));
    static_cast<void>(userRead);
    static_cast<void>(systemRead);
    return user.inputs() + system.inputs();
}

Result<SshHostConfig> SshConfig::parseEffective(const QByteArray &output)
{
    SshHostConfig config;
    QString originalHost;
    QStringList identityFiles;
    QStringList certificateFiles;
    QStringList knownHostsFiles;
    QStringList globalKnownHostsFiles;
    bool hasPort = false;
    for (const QByteArray &line : output.split('\n')) {
        const qsizetype blank = line.indexOf(' ');
        if (blank <= 0)
            continue;
        if (line.contains('\0')) // no such path or name can be
            continue;
        const QByteArray keyword = line.first(blank).toLower();
        const QString value = QString::fromLocal8Bit(line.sliced(blank + 1)).trimmed();
        if (keyword == "host") {
            originalHost = value;
        } else if (keyword == "hostname") {
            config.hostName = value;
        } else if (keyword == "user") {
            config.user = value;
        } else if (keyword == "port") {
            config.port = value.toUShort(&hasPort);
            hasPort = hasPort && config.port != 0;
        } else if (keyword == "identityfile") {
            identityFiles.append(value);
        } else if (keyword == "certificatefile") {
            certificateFiles.append(value);
        } else if (keyword == "pubkeyauthentication") {
            if (value == QLatin1String("false") || value == QLatin1String("no"))
                config.unsupported.append(QStringLiteral("PubkeyAuthentication"));
        } else if (keyword == "identitiesonly") {
            config.identitiesOnly = value == QLatin1String("yes") || value == QLatin1String("true");
        } else if (keyword == "identityagent") {
            config.identityAgent = value;
        } else if (keyword == "hostkeyalias") {
            config.hostKeyAlias = value;
        } else if (keyword == "userknownhostsfile") {
            knownHostsFiles = splitFiles(value);
        } else if (keyword == "globalknownhostsfile") {
            globalKnownHostsFiles = splitFiles(value);
        } else {
            for (const Unsupported &setting : unsupportedSettings) {
                const QString name = QString::fromLatin1(setting.name);
                if (keyword == setting.keyword && value != QLatin1String(setting.unused)
                    && !config.unsupported.contains(name))
                    config.unsupported.append(name);
            }
        }
    }
    const bool hostIsSafe = !config.hostName.isEmpty() && !config.hostName.startsWith(QLatin1Char('-'))
        && std::none_of(config.hostName.begin(), config.hostName.end(),
                        [](QChar c) { return c.isSpace() || c.category() == QChar::Other_Control; });
    if (!hasPort || !hostIsSafe)
        return failure(ErrorCode::InvalidInput,
                       Text::tr("ssh's effective settings name no usable host and port (host \"%1\")")
                           .arg(printable(config.hostName.toUtf8(), 80)),
                       Text::tr("Check HostName and Port in your ssh_config"));

    for (const QString &file : std::as_const(identityFiles)) {
        if (file == QLatin1String("none"))
            continue;
        const auto expanded = expandTokens(file, config, originalHost);
        if (!expanded) {
            config.unsupported.append(QStringLiteral("IdentityFile"));
            continue;
        }
        const QString path = SshConfigFiles::expandTilde(*expanded);
        if ((QFileInfo(path).isFile() || QFileInfo(path + QStringLiteral(".pub")).isFile())
            && !config.identityFiles.contains(path))
            config.identityFiles.append(path);
    }
    for (const QString &file : std::as_const(certificateFiles)) {
        if (file == QLatin1String("none"))
            continue;
        if (const auto expanded = expandTokens(file, config, originalHost))
            config.certificateFiles.append(SshConfigFiles::expandTilde(*expanded));
        else
            config.unsupported.append(QStringLiteral("CertificateFile"));
    }
    if (config.identityAgent == QLatin1String("SSH_AUTH_SOCK")) {
        config.identityAgent.clear();
    } else if (config.identityAgent.startsWith(QLatin1Char('$')) && !config.identityAgent.startsWith(u"${")) {
        config.identityAgent = qEnvironmentVariable(config.identityAgent.sliced(1).toLocal8Bit().constData());
        if (config.identityAgent.isEmpty()) // the named variable is not set: not the same as "use the default agent"
            config.identityAgent = QStringLiteral("none");
    } else if (!config.identityAgent.isEmpty() && config.identityAgent != QLatin1String("none")) {
        const auto expanded = expandTokens(config.identityAgent, config, originalHost);
        if (!expanded)
            config.unsupported.append(QStringLiteral("IdentityAgent"));
        config.identityAgent = expanded ? SshConfigFiles::expandTilde(*expanded) : QStringLiteral("none");
    }
    for (const QString &file : knownHostsFiles + globalKnownHostsFiles) {
        const auto expanded = expandTokens(file, config, originalHost);
        if (!expanded)
            config.unsupported.append(QStringLiteral("UserKnownHostsFile"));
        else if (*expanded != QLatin1String("none"))
            config.userKnownHostsFiles.append(SshConfigFiles::expandTilde(*expanded));
    }
    if (config.userKnownHostsFiles.isEmpty()) // none at all, which is not "the default ones"
        config.userKnownHostsFiles.append(QStringLiteral("/dev/null"));
    config.unsupported.removeDuplicates();
    return config;
}

SshConfigQuery::SshConfigQuery(QString host, QString configFile, QObject *parent)
    : QObject(parent)
    , m_host(std::move(host))
    , m_configFile(std::move(configFile))
    , m_result(failure(ErrorCode::Internal, QStringLiteral("the ssh settings were not asked for yet")))
{
}

SshConfigQuery::~SshConfigQuery()
{
    if (!m_process)
        return;
    // ~QProcess would wait for the child's end.
    m_process->disconnect(this);
    m_process->setParent(nullptr);
    connect(m_process, &QProcess::finished, m_process, &QObject::deleteLater);
    m_process->kill();
    if (m_process->state() == QProcess::NotRunning)
        m_process->deleteLater();
}

void SshConfigQuery::finish(Result<SshHostConfig> result)
{
    if (!m_started)
        return;
    m_started = false; // the first outcome counts
    m_result = std::move(result);
    if (m_process) {
        m_process->disconnect(this);
        connect(m_process, &QProcess::finished, m_process, &QObject::deleteLater);
        if (m_process->state() == QProcess::NotRunning)
            m_process->deleteLater();
        else
            m_process->kill();
        m_process->setParent(nullptr);
        m_process = nullptr;
    }
    QMetaObject::invokeMethod(this, &SshConfigQuery::finished, Qt::QueuedConnection);
}

void SshConfigQuery::start()
{
    if (m_started || m_process)
        return;
    m_started = true;
    const QString shownHost = printable(m_host.toUtf8(), 80);
    const bool hasControl =
        std::any_of(m_host.begin(), m_host.end(), [](QChar c) { return c.category() == QChar::Other_Control; });
    if (m_host.isEmpty() || m_host.startsWith(QLatin1Char('-')) || hasControl) {
        finish(
            failure(ErrorCode::InvalidInput, Text::tr("\"%1\" is not a host name").arg(shownHost),
                    Text::tr("Enter a name, an address, or an alias of your ssh_config; it cannot begin with \"-\"")));
        return;
    }
    QStringList arguments { QStringLiteral("-G") };
    if (!m_configFile.isEmpty())
        arguments += { QStringLiteral("-F"), m_configFile };
    arguments += { QStringLiteral("--"), m_host };

    m_process = new QProcess(this);
    m_process->setStandardInputFile(QProcess::nullDevice());
    connect(m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            finish(failure(ErrorCode::Unsupported,
                           Text::tr("the program \"ssh\" cannot be started: %1").arg(m_process->errorString()),
                           Text::tr("Install OpenSSH's client (on Debian and Ubuntu: apt install openssh-client)")));
    });
    connect(m_process, &QProcess::finished, this, [this, shownHost](int exitCode, QProcess::ExitStatus status) {
        if (status == QProcess::NormalExit && exitCode == 0) {
            finish(SshConfig::parseEffective(m_process->readAllStandardOutput()));
            return;
        }
        const QByteArray said = m_process->readAllStandardError().trimmed();
        finish(
            failure(ErrorCode::InvalidInput,
                    Text::tr("ssh cannot work out its settings for \"%1\": %2")
                        .arg(shownHost,
                             said.isEmpty() ? Text::tr("it ended with status %1").arg(exitCode) : printable(said, 500)),
                    Text::tr("Correct the ssh_config file that is named; \"ssh -G -- %1\" shows the same message")
                        .arg(shownHost)));
    });
    connect(m_process, &QProcess::readyReadStandardOutput, this, [this, shownHost] {
        if (m_process->bytesAvailable() > MaxOutput)
            finish(failure(ErrorCode::OutputTooLarge,
                           Text::tr("ssh's settings for \"%1\" are longer than 1 MiB").arg(shownHost),
                           Text::tr("Check the \"Match exec\" lines of your ssh_config")));
    });
    QTimer::singleShot(QueryDeadline, this, [this, shownHost, process = m_process] {
        if (process != m_process)
            return;
        finish(failure(ErrorCode::DeadlineExceeded,
                       Text::tr("ssh did not work out its settings for \"%1\" within 10 s").arg(shownHost),
                       Text::tr("Check the \"Match exec\" lines of your ssh_config; \"ssh -G -- %1\" hangs as well")
                           .arg(shownHost)));
    });
    m_process->start(QStringLiteral("ssh"), arguments);
}

} // namespace Helmclaw
