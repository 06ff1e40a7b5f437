// SPDX-License-Identifier: MIT
#include "ssh/SshConfigParser.h"

#include "ssh/SshConfigFiles.h"
#include "ssh/SshConfigKeywords.h"
#include "ssh/SshConfigTokens.h"

#include <QCoreApplication>
#include <QFileInfo>

#include <algorithm>

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(SshConfig)
};

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

bool isYes(const QString &value)
{
    return value == QLatin1String("yes") || value == QLatin1String("true");
}

bool isNo(const QString &value)
{
    return value == QLatin1String("no") || value == QLatin1String("false");
}

bool isNone(const QString &value)
{
    return value.isEmpty() || value.compare(QLatin1String("none"), Qt::CaseInsensitive) == 0;
}

} // namespace

void SshConfigParser::remark(const QString &keyword, const QString &value, const QString &text)
{
    m_config.remarks.append({ keyword, printable(value.toUtf8(), 120), SshConfigRemark::Weight::NotHonoured, text });
}

/// What goes into SshOptions; false when the keyword is none of them.
bool SshConfigParser::takeOption(const QByteArray &keyword, const QString &value, bool isDefault)
{
    SshOptions &options = m_config.options;
    const auto list = [&value, isDefault] { return isDefault ? QStringList() : value.split(QLatin1Char(',')); };
    if (keyword == "ciphers")
        options.ciphers = list();
    else if (keyword == "kexalgorithms")
        options.kexAlgorithms = list();
    else if (keyword == "macs")
        options.macs = list();
    else if (keyword == "hostkeyalgorithms")
        options.hostKeyAlgorithms = list();
    else if (keyword == "pubkeyacceptedalgorithms")
        options.pubkeyAlgorithms = list();
    else if (keyword == "preferredauthentications")
        options.preferredAuthentications = list();
    else if (keyword == "addressfamily")
        options.addressFamily = value == QLatin1String("inet") ? SshOptions::AddressFamily::Inet
            : value == QLatin1String("inet6")                  ? SshOptions::AddressFamily::Inet6
                                                               : SshOptions::AddressFamily::Any;
    else if (keyword == "bindaddress")
        options.bindAddress = isNone(value) ? QString() : value;
    else if (keyword == "connecttimeout")
        options.connectTimeout = std::chrono::seconds(std::max(0, value.toInt())); // "none": 0
    else if (keyword == "serveraliveinterval")
        options.serverAliveInterval = std::chrono::seconds(std::max(0, value.toInt()));
    else if (keyword == "serveralivecountmax")
        options.serverAliveCountMax = std::max(1, value.toInt());
    else if (keyword == "stricthostkeychecking")
        options.strictHostKeys = isYes(value);
    else if (keyword == "compression")
        options.compression = isYes(value);
    else if (keyword == "tcpkeepalive")
        options.tcpKeepAlive = !isNo(value);
    else if (keyword == "rekeylimit") {
        options.rekeyBytes = value.section(QLatin1Char(' '), 0, 0).toULongLong();
        options.rekeyInterval = std::chrono::seconds(value.section(QLatin1Char(' '), 1, 1).toUInt());
    } else if (keyword == "pubkeyauthentication")
        options.publicKeys = !isNo(value);
    else if (keyword == "passwordauthentication")
        options.passwords = !isNo(value);
    else if (keyword == "kbdinteractiveauthentication")
        options.keyboardInteractive = !isNo(value);
    else if (keyword == "numberofpasswordprompts")
        options.passwordPrompts = value.toInt();
    else
        return false;
    return true;
}

void SshConfigParser::take(const QByteArray &keyword, const QString &value, bool isDefault)
{
    if (keyword == "host")
        m_config.host = value;
    else if (keyword == "hostname")
        m_config.hostName = value;
    else if (keyword == "user")
        m_config.user = value;
    else if (keyword == "port") {
        m_config.port = value.toUShort(&m_hasPort);
        m_hasPort = m_hasPort && m_config.port != 0;
    } else if (keyword == "identityfile")
        m_identityFiles.append(value);
    else if (keyword == "certificatefile")
        m_certificateFiles.append(value);
    else if (keyword == "identitiesonly")
        m_config.identitiesOnly = isYes(value);
    else if (keyword == "identityagent")
        m_config.identityAgent = value;
    else if (keyword == "hostkeyalias")
        m_config.hostKeyAlias = value;
    else if (keyword == "userknownhostsfile")
        m_knownHostsFiles = splitFiles(value);
    else if (keyword == "globalknownhostsfile")
        m_globalKnownHostsFiles = splitFiles(value);
    else if (keyword == "proxyjump")
        m_proxyJump = value;
    else if (keyword == "proxycommand")
        m_proxyCommand = value;
    else
        std::ignore = takeOption(keyword, value, isDefault);

    if (isDefault)
        return;
    if (keyword == "pkcs11provider" && !isNone(value)) {
        m_config.openSshReason =
            Text::tr("your ssh_config names a PKCS11Provider, a token that libssh is not used with");
        return;
    }
    m_gssapi = m_gssapi || (keyword == "gssapiauthentication" && isYes(value));
    if (const auto remark = SshConfigKeywords::remarkOn(keyword, value); remark && !m_config.remarks.contains(*remark))
        m_config.remarks.append(*remark);
}

void SshConfigParser::finishKeys(const SshConfigTokens &tokens)
{
    const auto files = [this, &tokens](const QStringList &names, const QString &keyword) {
        QStringList paths;
        for (const QString &name : names) {
            if (isNone(name))
                continue;
            if (const auto expanded = tokens.expandFile(name))
                paths.append(SshConfigFiles::expandTilde(*expanded));
            else
                remark(keyword, name, Text::tr("it holds a token or variable that is not known"));
        }
        paths.removeDuplicates();
        return paths;
    };
    for (const QString &path : files(m_identityFiles, QStringLiteral("IdentityFile"))) {
        if (QFileInfo(path).isFile() || QFileInfo(path + QStringLiteral(".pub")).isFile())
            m_config.identityFiles.append(path);
    }
    m_config.certificateFiles = files(m_certificateFiles, QStringLiteral("CertificateFile"));
    m_config.userKnownHostsFiles = files(m_knownHostsFiles, QStringLiteral("UserKnownHostsFile"))
        + files(m_globalKnownHostsFiles, QStringLiteral("GlobalKnownHostsFile"));
    if (m_config.userKnownHostsFiles.isEmpty()) // none at all, which is not "the default ones"
        m_config.userKnownHostsFiles.append(QStringLiteral("/dev/null"));

    QString &agent = m_config.identityAgent;
    if (agent == QLatin1String("SSH_AUTH_SOCK")) {
        agent.clear();
    } else if (agent.startsWith(QLatin1Char('$')) && !agent.startsWith(u"${")) {
        agent = qEnvironmentVariable(agent.sliced(1).toLocal8Bit().constData());
        if (agent.isEmpty()) // the named variable is not set: not the same as "use the default agent"
            agent = QStringLiteral("none");
    } else if (!agent.isEmpty() && agent != QLatin1String("none")) {
        const auto expanded = tokens.expandFile(agent);
        if (!expanded)
            remark(QStringLiteral("IdentityAgent"), agent, Text::tr("it holds a token or variable that is not known"));
        agent = expanded ? SshConfigFiles::expandTilde(*expanded) : QStringLiteral("none");
    }
}

Result<void> SshConfigParser::finishProxy(const SshConfigTokens &tokens)
{
    if (!isNone(m_proxyJump)) {
        const auto expanded = tokens.expandProxy(QStringLiteral("ProxyJump"), m_proxyJump);
        if (!expanded)
            return tl::unexpected(expanded.error());
        m_config.proxyJump = expanded->split(QLatin1Char(','));
        return {};
    }
    if (isNone(m_proxyCommand)) {
        // Without a command the way of its descriptor is without a meaning.
        m_config.remarks.removeIf([](const SshConfigRemark &entry) { return entry.keyword == u"ProxyUseFdpass"; });
        return {};
    }
    if (m_proxyCommand == QLatin1String("-")) {
        m_config.remarks.append({ QStringLiteral("ProxyCommand"), QStringLiteral("-"), SshConfigRemark::Weight::Refused,
                                  Text::tr("it means ssh's own standard input, which a console has not") });
        return {};
    }
    const auto expanded = tokens.expandProxy(QStringLiteral("ProxyCommand"), m_proxyCommand);
    if (!expanded)
        return tl::unexpected(expanded.error());
    // As ssh(1) runs it: by the user's shell, which then makes way for it.
    const QString shell = qEnvironmentVariable("SHELL");
    m_config.proxyCommand = { shell.isEmpty() ? QStringLiteral("/bin/sh") : shell, QStringLiteral("-c"),
                              QStringLiteral("exec ") + *expanded };
    return {};
}

/// Kerberos is switched on in many files without being used; only where nothing else is left it decides the login.
void SshConfigParser::finishBackend()
{
    const SshOptions &options = m_config.options;
    const QStringList ours { QStringLiteral("publickey"), QStringLiteral("keyboard-interactive"),
                             QStringLiteral("password") };
    if (!m_gssapi
        || std::any_of(ours.begin(), ours.end(), [&](const QString &method) { return options.allows(method); }))
        return;
    m_config.openSshReason = Text::tr("your ssh_config allows GSSAPI (Kerberos) logins only");
    m_config.remarks.removeIf([](const SshConfigRemark &entry) {
        return entry.keyword == u"GSSAPIAuthentication" || entry.keyword == u"PreferredAuthentications";
    });
}

Result<void> SshConfigParser::finish()
{
    const QString &name = m_config.hostName;
    const bool hostIsSafe = !name.isEmpty() && !name.startsWith(QLatin1Char('-'))
        && std::none_of(name.begin(), name.end(),
                        [](QChar c) { return c.isSpace() || c.category() == QChar::Other_Control; });
    if (!m_hasPort || !hostIsSafe)
        return failure(ErrorCode::InvalidInput,
                       Text::tr("ssh's effective settings name no usable host and port (host \"%1\")")
                           .arg(printable(name.toUtf8(), 80)),
                       Text::tr("Check HostName and Port in your ssh_config"));
    const SshConfigTokens tokens(m_config);
    finishKeys(tokens);
    finishBackend();
    return finishProxy(tokens);
}

Result<SshHostConfig> SshConfigParser::parse(const QByteArray &output, const QByteArray &defaults, const QString &host)
{
    const QList<QByteArray> defaultLines = defaults.split('\n');
    const QSet<QByteArray> known(defaultLines.begin(), defaultLines.end());
    SshConfigParser parser;
    parser.m_config.host = host;
    for (const QByteArray &line : output.split('\n')) {
        const qsizetype blank = line.indexOf(' ');
        if (blank <= 0 || line.contains('\0')) // no such path or name can be
            continue;
        parser.take(line.first(blank).toLower(), QString::fromLocal8Bit(line.sliced(blank + 1)).trimmed(),
                    known.contains(line));
    }
    if (auto done = parser.finish(); !done)
        return tl::unexpected(done.error());
    return parser.m_config;
}

} // namespace Helmclaw
