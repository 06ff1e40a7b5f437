// SPDX-License-Identifier: MIT
#include "ssh/SshConfigKeywords.h"

#include "ssh/Error.h"

#include <QCoreApplication>

#include <algorithm>
#include <array>
#include <string_view>

namespace Helmclaw {

namespace {

using Weight = SshConfigRemark::Weight;

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(SshConfig)
};

/// Followed wholly: the parser has its own code for each of them. The canonicalization keywords have done their work
/// when "ssh -G" prints the name.
constexpr std::array<std::string_view, 39> followed {
    "host",
    "user",
    "hostname",
    "port",
    "addressfamily",
    "bindaddress",
    "ciphers",
    "kexalgorithms",
    "macs",
    "hostkeyalgorithms",
    "pubkeyacceptedalgorithms",
    "identityfile",
    "identitiesonly",
    "identityagent",
    "certificatefile",
    "hostkeyalias",
    "userknownhostsfile",
    "globalknownhostsfile",
    "proxyjump",
    "proxycommand",
    "connecttimeout",
    "serveraliveinterval",
    "serveralivecountmax",
    "compression",
    "rekeylimit",
    "tcpkeepalive",
    "pubkeyauthentication",
    "canonicalizehostname",
    "canonicaldomains",
    "canonicalizefallbacklocal",
    "canonicalizemaxdots",
    "canonicalizepermittedcnames",
    "include",
    "match",
    "ignoreunknown",
    "tag",
    "passwordauthentication",
    "numberofpasswordprompts",
    "kbdinteractiveauthentication",
};

struct Keyword
{
    std::string_view keyword; // as "ssh -G" prints it, in lower case
    const char *name; // as ssh_config(5) spells it
    Weight weight;
    const char *text;
};

constexpr const char *keptElsewhere = QT_TRANSLATE_NOOP("SshConfig", "accepted keys go to Helmclaw's own file");
constexpr const char *onlyThese =
    QT_TRANSLATE_NOOP("SshConfig", "Helmclaw signs in with keys, interactive answers and passwords");

constexpr std::array<Keyword, 60> others { {
    { "revokedhostkeys", "RevokedHostKeys", Weight::Refused,
      QT_TRANSLATE_NOOP("SshConfig",
                        "Helmclaw cannot read key revocation lists, and without them it would trust a key "
                        "that somebody has revoked") },
    { "proxyusefdpass", "ProxyUseFdpass", Weight::Refused,
      QT_TRANSLATE_NOOP("SshConfig",
                        "Helmclaw cannot take a connection from a ProxyCommand that passes a descriptor") },
    { "knownhostscommand", "KnownHostsCommand", Weight::NotHonoured,
      QT_TRANSLATE_NOOP("SshConfig", "only the known_hosts files are read; an unknown key is asked about") },
    { "updatehostkeys", "UpdateHostKeys", Weight::NotHonoured,
      QT_TRANSLATE_NOOP("SshConfig", "pinned keys are replaced by you alone") },
    { "verifyhostkeydns", "VerifyHostKeyDNS", Weight::NotHonoured,
      QT_TRANSLATE_NOOP("SshConfig", "fingerprints are not looked up in DNS; an unknown key is asked about") },
    { "nohostauthenticationforlocalhost", "NoHostAuthenticationForLocalhost", Weight::NotHonoured,
      QT_TRANSLATE_NOOP("SshConfig", "host keys are checked on this computer, too") },
    { "checkhostip", "CheckHostIP", Weight::NotHonoured,
      QT_TRANSLATE_NOOP("SshConfig", "keys are looked up by name only") },
    { "hashknownhosts", "HashKnownHosts", Weight::NoEffect, keptElsewhere },
    { "requiredrsasize", "RequiredRSASize", Weight::NotHonoured,
      QT_TRANSLATE_NOOP("SshConfig", "short RSA keys are not told apart") },
    { "casignaturealgorithms", "CASignatureAlgorithms", Weight::NotHonoured, "" },
    { "bindinterface", "BindInterface", Weight::NotHonoured,
      QT_TRANSLATE_NOOP("SshConfig", "the system chooses the interface; BindAddress is followed") },
    { "setenv", "SetEnv", Weight::NotHonoured,
      QT_TRANSLATE_NOOP("SshConfig", "commands get the server's own environment") },
    { "sendenv", "SendEnv", Weight::NoEffect,
      QT_TRANSLATE_NOOP("SshConfig", "commands get the server's own environment") },
    { "batchmode", "BatchMode", Weight::NotHonoured, QT_TRANSLATE_NOOP("SshConfig", "Helmclaw asks when it has to") },
    { "connectionattempts", "ConnectionAttempts", Weight::NotHonoured,
      QT_TRANSLATE_NOOP("SshConfig", "Helmclaw has its own back-off") },
    { "gssapiauthentication", "GSSAPIAuthentication", Weight::NotHonoured, onlyThese },
    { "gssapikeyexchange", "GSSAPIKeyExchange", Weight::NotHonoured, onlyThese },
    { "hostbasedauthentication", "HostbasedAuthentication", Weight::NotHonoured, onlyThese },
    { "pkcs11provider", "PKCS11Provider", Weight::NotHonoured,
      QT_TRANSLATE_NOOP("SshConfig", "add the token's keys to ssh-agent with \"ssh-add -s\"") },
    { "securitykeyprovider", "SecurityKeyProvider", Weight::NotHonoured,
      QT_TRANSLATE_NOOP("SshConfig", "security keys work through ssh-agent") },
    { "addkeystoagent", "AddKeysToAgent", Weight::NotHonoured,
      QT_TRANSLATE_NOOP("SshConfig", "Helmclaw adds nothing to the agent") },
    { "ipqos", "IPQoS", Weight::NotHonoured, "" },
    { "gssapidelegatecredentials", "GSSAPIDelegateCredentials", Weight::NoEffect, "" },
    { "gssapitrustdns", "GSSAPITrustDns", Weight::NoEffect, "" },
    { "gssapirenewalforcesrekey", "GSSAPIRenewalForcesRekey", Weight::NoEffect, "" },
    { "gssapikexalgorithms", "GSSAPIKexAlgorithms", Weight::NoEffect, "" },
    { "hostbasedacceptedalgorithms", "HostbasedAcceptedAlgorithms", Weight::NoEffect, "" },
    { "enablesshkeysign", "EnableSSHKeysign", Weight::NoEffect, "" },
    { "controlmaster", "ControlMaster", Weight::NoEffect,
      QT_TRANSLATE_NOOP("SshConfig", "Helmclaw keeps its own sessions") },
    { "controlpath", "ControlPath", Weight::NoEffect, "" },
    { "controlpersist", "ControlPersist", Weight::NoEffect, "" },
    { "clearallforwardings", "ClearAllForwardings", Weight::NoEffect, "" },
    { "exitonforwardfailure", "ExitOnForwardFailure", Weight::NoEffect, "" },
    { "localforward", "LocalForward", Weight::NoEffect,
      QT_TRANSLATE_NOOP("SshConfig", "Helmclaw opens only its own tunnels") },
    { "remoteforward", "RemoteForward", Weight::NoEffect, "" },
    { "dynamicforward", "DynamicForward", Weight::NoEffect, "" },
    { "permitremoteopen", "PermitRemoteOpen", Weight::NoEffect, "" },
    { "gatewayports", "GatewayPorts", Weight::NoEffect, "" },
    { "streamlocalbindmask", "StreamLocalBindMask", Weight::NoEffect, "" },
    { "streamlocalbindunlink", "StreamLocalBindUnlink", Weight::NoEffect, "" },
    { "tunnel", "Tunnel", Weight::NoEffect, "" },
    { "tunneldevice", "TunnelDevice", Weight::NoEffect, "" },
    { "forwardagent", "ForwardAgent", Weight::NoEffect,
      QT_TRANSLATE_NOOP("SshConfig", "Helmclaw never forwards an agent") },
    { "forwardx11", "ForwardX11", Weight::NoEffect, "" },
    { "forwardx11timeout", "ForwardX11Timeout", Weight::NoEffect, "" },
    { "forwardx11trusted", "ForwardX11Trusted", Weight::NoEffect, "" },
    { "xauthlocation", "XAuthLocation", Weight::NoEffect, "" },
    { "permitlocalcommand", "PermitLocalCommand", Weight::NoEffect, "" },
    { "localcommand", "LocalCommand", Weight::NoEffect, "" },
    { "remotecommand", "RemoteCommand", Weight::NoEffect,
      QT_TRANSLATE_NOOP("SshConfig", "Helmclaw runs its own commands") },
    { "requesttty", "RequestTTY", Weight::NoEffect, "" },
    { "sessiontype", "SessionType", Weight::NoEffect, "" },
    { "stdinnull", "StdinNull", Weight::NoEffect, "" },
    { "forkafterauthentication", "ForkAfterAuthentication", Weight::NoEffect, "" },
    { "escapechar", "EscapeChar", Weight::NoEffect, "" },
    { "enableescapecommandline", "EnableEscapeCommandline", Weight::NoEffect, "" },
    { "visualhostkey", "VisualHostKey", Weight::NoEffect, "" },
    { "fingerprinthash", "FingerprintHash", Weight::NoEffect,
      QT_TRANSLATE_NOOP("SshConfig", "fingerprints are SHA-256") },
    { "loglevel", "LogLevel", Weight::NoEffect, "" },
    { "syslogfacility", "SyslogFacility", Weight::NoEffect, "" },
} };

QString shown(const QString &value)
{
    return printable(value.toUtf8(), 120);
}

} // namespace

std::optional<SshConfigRemark> SshConfigKeywords::remarkOn(const QByteArray &keyword, const QString &value)
{
    const std::string_view word(keyword.constData(), static_cast<std::size_t>(keyword.size()));
    if (std::find(followed.begin(), followed.end(), word) != followed.end())
        return std::nullopt;
    if (word == "stricthostkeychecking") {
        if (value == QLatin1String("true") || value == QLatin1String("yes") || value == QLatin1String("ask"))
            return std::nullopt;
        return SshConfigRemark { QStringLiteral("StrictHostKeyChecking"), shown(value), Weight::NotHonoured,
                                 Text::tr("an unknown host key is asked about, a changed one refused, always") };
    }
    if (word == "preferredauthentications") {
        const QStringList methods = value.split(QLatin1Char(','));
        const bool ours = std::all_of(methods.begin(), methods.end(), [](const QString &method) {
            return method == u"publickey" || method == u"keyboard-interactive" || method == u"password";
        });
        if (ours && methods.indexOf(QStringLiteral("publickey")) <= 0)
            return std::nullopt;
        return SshConfigRemark { QStringLiteral("PreferredAuthentications"), shown(value), Weight::NotHonoured,
                                 Text::tr("of these, Helmclaw uses publickey first, then keyboard-interactive and "
                                          "password in their order") };
    }
    const auto known =
        std::find_if(others.begin(), others.end(), [word](const Keyword &entry) { return entry.keyword == word; });
    if (known == others.end())
        return SshConfigRemark { shown(QString::fromUtf8(keyword)), shown(value), Weight::NotHonoured,
                                 Text::tr("not known to this version of Helmclaw") };
    // What is switched off there is what Helmclaw does anyway.
    if (known->weight == Weight::NotHonoured && (value == QLatin1String("no") || value == QLatin1String("false")))
        return std::nullopt;
    return SshConfigRemark { QString::fromLatin1(known->name), shown(value), known->weight,
                             *known->text != '\0' ? Text::tr(known->text) : QString() };
}

} // namespace Helmclaw
