// SPDX-License-Identifier: MIT
#include "ssh/SshConfig.h"

#include "ssh/SshConfigFiles.h"
#include "ssh/SshConfigParser.h"

namespace Helmclaw {

namespace {

QString sshFolder()
{
    return SshConfigFiles::homeFolder() + QStringLiteral("/.ssh");
}

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
    return SshConfigParser::parse(output, {}, {});
}

} // namespace Helmclaw
