// SPDX-License-Identifier: MIT
#include "ssh/openssh/SshArguments.h"

#include "ssh/CommandLine.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <QStandardPaths>

#include <algorithm>

#include <unistd.h>

namespace Helmclaw {

namespace {

constexpr auto helperName = "helmclaw-ssh-helper";

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(SshArguments)
};

/// A word in a setting that ssh splits and expands itself ("%h").
QString inSetting(QString word)
{
    return word.replace(QLatin1Char('%'), QLatin1String("%%"));
}

/// As ssh's argv_split() wants it; ssh runs KnownHostsCommand without a shell.
QString splitQuoted(QString word)
{
    word.replace(QLatin1Char('\\'), QLatin1String("\\\\")).replace(QLatin1Char('"'), QLatin1String("\\\""));
    return QLatin1Char('"') + word + QLatin1Char('"');
}

/// A value that ssh_config(5) may read as several words.
QString quoted(const QString &value)
{
    return QLatin1Char('"') + value + QLatin1Char('"');
}

class Options
{
public:
    void add(const char *keyword, const QString &value)
    {
        m_words << "-o" << QByteArray(keyword) + '=' + QFile::encodeName(value);
    }
    void add(const char *keyword, const char *value) { add(keyword, QString::fromLatin1(value)); }
    void add(const char *keyword, bool value) { add(keyword, value ? "yes" : "no"); }
    void list(const char *keyword, const QStringList &values)
    {
        if (!values.isEmpty())
            add(keyword, values.join(QLatin1Char(',')));
    }
    [[nodiscard]] const QByteArrayList &words() const { return m_words; }

private:
    QByteArrayList m_words;
};

void addHostKeys(Options &options, const QString &helper)
{
    // Nothing is trusted but what Helmclaw answers for this one connection.
    options.add("StrictHostKeyChecking", true);
    options.add("UserKnownHostsFile", "/dev/null");
    options.add("GlobalKnownHostsFile", "/dev/null");
    options.add("KnownHostsCommand", splitQuoted(inSetting(helper)) + QStringLiteral(" hostkey %I %t %K"));
    options.add("UpdateHostKeys", false);
    options.add("VerifyHostKeyDNS", false);
    options.add("CheckHostIP", false);
    options.add("NoHostAuthenticationForLocalhost", false);
    options.add("VisualHostKey", false);
}

void addNothingElse(Options &options)
{
    options.add("ClearAllForwardings", true);
    options.add("ForwardAgent", false);
    options.add("ForwardX11", false);
    options.add("Tunnel", false);
    options.add("PermitLocalCommand", false);
    options.add("RemoteCommand", "none");
    options.add("RequestTTY", false);
    options.add("ForkAfterAuthentication", false);
    options.add("ControlPersist", false);
    options.add("AddKeysToAgent", false);
    options.add("ConnectionAttempts", "1");
    options.add("CanonicalizeHostname", false);
}

void addKeys(Options &options, const SshTarget &target)
{
    for (const QString &file : target.identityFiles)
        options.add("IdentityFile", quoted(inSetting(file)));
    for (const QString &file : target.certificateFiles)
        options.add("CertificateFile", quoted(inSetting(file)));
    options.add("IdentitiesOnly", target.identitiesOnly);
    if (!target.identityAgent.isEmpty())
        options.add("IdentityAgent",
                    quoted(target.identityAgent == u"none" ? target.identityAgent : inSetting(target.identityAgent)));
}

/// What of ssh_config we have read ourselves; ssh reads it anew where there is an alias.
void addOptions(Options &options, const SshTarget &target)
{
    const SshOptions &wanted = target.options;
    options.list("Ciphers", wanted.ciphers);
    options.list("KexAlgorithms", wanted.kexAlgorithms);
    options.list("MACs", wanted.macs);
    options.list("HostKeyAlgorithms", wanted.hostKeyAlgorithms);
    options.list("PubkeyAcceptedAlgorithms", wanted.pubkeyAlgorithms);
    options.list("PreferredAuthentications", wanted.preferredAuthentications);
    options.add("Compression", wanted.compression);
    options.add("PubkeyAuthentication", wanted.publicKeys);
    options.add("PasswordAuthentication", wanted.passwords);
    options.add("KbdInteractiveAuthentication", wanted.keyboardInteractive);
    if (wanted.rekeyBytes > 0 || wanted.rekeyInterval.count() > 0) {
        options.add("RekeyLimit",
                    QStringLiteral("%1 %2").arg(
                        wanted.rekeyBytes > 0 ? QString::number(wanted.rekeyBytes) : QStringLiteral("default"),
                        wanted.rekeyInterval.count() > 0 ? QString::number(wanted.rekeyInterval.count())
                                                         : QStringLiteral("none")));
    }
}

} // namespace

QByteArrayList SshArguments::command(const SshTarget &target, const Wishes &wishes)
{
    Options options;
    // First, so that a ProxyJump of ssh_config does not count: the way to the server is ours.
    options.add("ProxyCommand", inSetting(CommandLine::quote(wishes.helper)) + QStringLiteral(" socket"));
    options.add("ProxyUseFdpass", true);
    addHostKeys(options, wishes.helper);
    // Behind what an old ssh must not ignore. "ssh -G" has read the same files with the user's own IgnoreUnknown, which
    // this one takes the place of: a misspelt keyword has been told there.
    options.add("IgnoreUnknown", "*");
    addNothingElse(options);
    options.add("HostName", inSetting(target.host));
    options.add("Port", QString::number(target.port));
    if (!target.user.isEmpty())
        options.add("User", target.user);
    if (!target.hostKeyAlias.isEmpty())
        options.add("HostKeyAlias", target.hostKeyAlias);
    options.add("BatchMode", wishes.mayAsk == MayAsk::Nothing); // then no passphrase of a key either
    if (wishes.mayAsk == MayAsk::KeptPassphrases) {
        // Without an answer ssh would send empty ones. Ahead of the target's own: the first counts.
        options.add("PasswordAuthentication", false);
        options.add("KbdInteractiveAuthentication", false);
    }
    options.add("NumberOfPasswordPrompts", QString::number(std::max(1, target.options.passwordPrompts)));
    const auto interval = target.options.serverAliveInterval.count() > 0
        ? target.options.serverAliveInterval
        : std::chrono::ceil<std::chrono::seconds>(wishes.keepaliveInterval);
    options.add("ServerAliveInterval", QString::number(interval.count()));
    options.add(
        "ServerAliveCountMax",
        QString::number(target.options.serverAliveInterval.count() > 0 ? target.options.serverAliveCountMax : 3));
    addKeys(options, target);
    if (target.configHost.isEmpty())
        addOptions(options, target);

    QByteArrayList words { QFile::encodeName(wishes.helper),
                           "run",
                           QByteArray::number(::getpid()),
                           "ssh",
                           "-M",
                           "-N",
                           "-T",
                           "-n",
                           "-v",
                           "-S",
                           wishes.controlPath };
    words += options.words();
    if (target.configHost.isEmpty())
        words << "-F"
              << "none";
    else if (!target.configFile.isEmpty())
        words << "-F" << QFile::encodeName(target.configFile);
    words << "--" << QFile::encodeName(target.configHost.isEmpty() ? target.host : target.configHost);
    return words;
}

QByteArrayList SshArguments::environment(const QString &helper)
{
    return { "SSH_ASKPASS=" + QFile::encodeName(helper), "SSH_ASKPASS_REQUIRE=force" };
}

QString SshArguments::findHelper(const QString &wanted)
{
    const QString name = QString::fromLatin1(helperName);
    const QString own = QCoreApplication::applicationDirPath();
    const QStringList places = wanted.isEmpty()
        ? QStringList { own + QLatin1Char('/') + name, own + QStringLiteral("/../libexec/") + name }
        : QStringList { wanted };
    for (const QString &place : places) {
        if (const QFileInfo info(place); info.isFile() && info.isExecutable())
            return info.absoluteFilePath();
    }
    return {};
}

SshArguments::Obstacle SshArguments::obstacle(const QString &wantedHelper)
{
    if (QStandardPaths::findExecutable(QStringLiteral("ssh")).isEmpty()) {
        return { Text::tr("OpenSSH's ssh, which could, is not installed"),
                 Text::tr("Install OpenSSH's client (on Debian and Ubuntu: apt install openssh-client); Helmclaw then "
                          "uses it by itself.") };
    }
    if (findHelper(wantedHelper).isEmpty()) {
        return { Text::tr("Helmclaw's helper program %1, which OpenSSH's ssh needs, is missing")
                     .arg(QString::fromLatin1(helperName)),
                 Text::tr("Install Helmclaw anew: the helper belongs beside the program.") };
    }
    return {};
}

} // namespace Helmclaw
