// SPDX-License-Identifier: MIT
#include "ssh/SshConfigFallback.h"

#include "ssh/SshConfigFiles.h"
#include "ssh/SshConfigKeywords.h"
#include "ssh/SshConfigParser.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <array>

#include <libssh/libssh.h>

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(SshConfig)
};

/// What libssh reads and gives back, and ProxyJump, which shows in the ProxyCommand that it makes of it.
constexpr std::array<const char *, 9> readByLibssh { "host", "match",        "include",      "hostname", "user",
                                                     "port", "identityfile", "proxycommand", "proxyjump" };

struct SessionDeleter
{
    void operator()(ssh_session session) const { ssh_free(session); }
};
using SessionPtr = std::unique_ptr<ssh_session_struct, SessionDeleter>;

QByteArray get(ssh_session session, ssh_options_e option)
{
    char *value = nullptr;
    if (ssh_options_get(session, option, &value) != SSH_OK || value == nullptr)
        return {};
    const QByteArray result(value);
    ssh_string_free_char(value);
    return result;
}

bool set(ssh_session session, ssh_options_e option, const QString &value)
{
    return value.isEmpty() || ssh_options_set(session, option, value.toUtf8().constData()) == SSH_OK;
}

/// The first word of @p line in lower case; "Port=22" is one, too.
QByteArray keywordOf(const QByteArray &line)
{
    const QByteArrayList words = SshConfigFiles::words(line);
    return words.isEmpty() ? QByteArray() : words.constFirst().split('=').constFirst().toLower();
}

QList<SshConfigRemark> unread(const QStringList &files)
{
    QList<SshConfigRemark> remarks;
    QByteArrayList seen;
    for (const QString &name : files) {
        QFile file(name);
        if (!QFileInfo(name).isFile() || !file.open(QIODevice::ReadOnly))
            continue;
        while (!file.atEnd()) {
            const QByteArray keyword = keywordOf(file.readLine());
            if (keyword.isEmpty() || seen.contains(keyword)
                || std::find(readByLibssh.begin(), readByLibssh.end(), keyword) != readByLibssh.end())
                continue;
            seen += keyword;
            const auto known = SshConfigKeywords::remarkOn(keyword, {});
            SshConfigRemark remark;
            remark.keyword = known ? known->keyword : printable(keyword, 40);
            if (known && known->weight != SshConfigRemark::Weight::NotHonoured) {
                remark.weight = known->weight;
                remark.text = known->text;
            } else {
                remark.text = Text::tr("it is in your ssh_config, and cannot be read without the program ssh");
            }
            remarks += remark;
        }
    }
    return remarks;
}

} // namespace

Result<SshHostConfig> SshConfigFallback::read(const SshConfigRequest &request)
{
    const QString host = printable(request.host.toUtf8(), 80);
    const QString install = Text::tr(
        "Install OpenSSH's client (on Debian and Ubuntu: apt install openssh-client); then ssh itself is asked");
    if (!request.jump.isEmpty())
        return failure(ErrorCode::Unsupported,
                       Text::tr("\"%1\" is behind a jump host, and there is no ssh to ask how to reach it").arg(host),
                       install);
    if (!request.configFile.isEmpty() && !QFileInfo(request.configFile).isReadable()) { // libssh would go without
        return failure(ErrorCode::InvalidInput,
                       Text::tr("%1 cannot be read").arg(printable(request.configFile.toUtf8())),
                       Text::tr("Name another ssh_config, or none"));
    }
    const SessionPtr session(ssh_new());
    const QByteArray file = QFile::encodeName(request.configFile);
    if (session == nullptr || !set(session.get(), SSH_OPTIONS_HOST, request.host)
        || !set(session.get(), SSH_OPTIONS_USER, request.user)
        || ssh_options_parse_config(session.get(), file.isEmpty() ? nullptr : file.constData()) != SSH_OK) {
        return failure(ErrorCode::InvalidInput,
                       Text::tr("libssh cannot read the settings for \"%1\": %2")
                           .arg(host, session != nullptr ? printable(ssh_get_error(session.get()), 300) : QString()),
                       install);
    }
    const QByteArray proxy = get(session.get(), SSH_OPTIONS_PROXYCOMMAND);
    if (proxy.startsWith("ssh ")) {
        return failure(
            ErrorCode::Unsupported,
            Text::tr("\"%1\" is reached through the program ssh (ProxyJump), which is not installed").arg(host),
            install);
    }
    unsigned int port = 0;
    std::ignore = ssh_options_get_port(session.get(), &port);
    // As ssh -G would print it, so that one parser does for both.
    const QByteArray name = get(session.get(), SSH_OPTIONS_HOST);
    const QByteArray user = request.user.isEmpty() ? get(session.get(), SSH_OPTIONS_USER) : request.user.toUtf8();
    QByteArray settings = "host " + request.host.toUtf8() + "\nhostname "
        + (name.isEmpty() ? request.host.toUtf8() : name) + "\nport "
        + QByteArray::number(request.port != 0 ? static_cast<unsigned int>(request.port) : port) + '\n';
    if (!user.isEmpty())
        settings += "user " + user + '\n';
    if (!proxy.isEmpty())
        settings += "proxycommand " + proxy + '\n';
    if (const QByteArray identity = get(session.get(), SSH_OPTIONS_IDENTITY); !identity.isEmpty())
        settings += "identityfile " + identity + '\n';
    Result<SshHostConfig> config = SshConfigParser::parse(settings, {}, request.host);
    if (!config)
        return config;
    const QString own = QDir(SshConfigFiles::homeFolder()).filePath(QStringLiteral(".ssh/config"));
    QStringList inputs;
    for (const QString &one : request.configFile.isEmpty() ? QStringList { own, QStringLiteral("/etc/ssh/ssh_config") }
                                                           : QStringList { request.configFile }) {
        SshConfigFiles walk(QFileInfo(one).path());
        if (QFileInfo::exists(one) && walk.read(one))
            inputs += walk.inputs();
    }
    config->remarks += unread(inputs);
    config->remarks.prepend({ QStringLiteral("ssh"),
                              {},
                              SshConfigRemark::Weight::NotHonoured,
                              Text::tr("the program ssh is not installed, so that libssh read your ssh_config: only "
                                       "HostName, User, Port, the last IdentityFile and ProxyCommand count") });
    return config;
}

} // namespace Helmclaw
