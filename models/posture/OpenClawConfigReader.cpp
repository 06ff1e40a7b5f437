// SPDX-License-Identifier: MIT
#include "models/posture/OpenClawConfigReader.h"

#include "ssh/SshPool.h"

using namespace Qt::Literals::StringLiterals;
using namespace std::chrono_literals;

namespace Helmclaw {

OpenClawConfigReader::OpenClawConfigReader(SshPool *pool, QString serverId, QList<ConfigToRead> wanted, QObject *parent)
    : QObject(parent)
    , m_pool(pool)
    , m_serverId(std::move(serverId))
    , m_wanted(std::move(wanted))
{
}

OpenClawConfigReader::~OpenClawConfigReader() = default;

void OpenClawConfigReader::start()
{
    readNext();
}

void OpenClawConfigReader::readNext()
{
    if (m_wanted.isEmpty()) {
        Q_EMIT finished();
        return;
    }
    const ConfigToRead file = m_wanted.takeFirst();
    // As the file's own user: root would also read what that user has put a link to.
    CommandLine command(u"cat"_s, { u"--"_s, file.path });
    if (!file.asUser.isEmpty())
        command = CommandLine(u"sudo"_s, { u"-n"_s, u"-u"_s, file.asUser, u"--"_s, u"cat"_s, u"--"_s, file.path });
    ExecOptions options;
    options.deadline = 30s;
    options.outputCap = 256 * 1024;
    options.sensitive = true;
    ExecReply *reply = m_pool->exec(m_serverId, command, options);
    reply->setParent(this);
    connect(reply, &SshReply::finished, this, [this, file, reply] { wasRead(file, reply); });
}

void OpenClawConfigReader::wasRead(const ConfigToRead &file, ExecReply *reply)
{
    reply->deleteLater();
    Content content;
    content.gateway = file.gateway;
    content.error = reply->error();
    if (!content.error && reply->exitStatus() != 0)
        content.error =
            Error { ErrorCode::CommandFailed,
                    tr("%1 could not be read (cat: exit status %2)").arg(file.path).arg(reply->exitStatus()),
                    tr("Log in as a user who may read it, or who may become root without a password"),
                    {} };
    else if (!content.error && reply->isTruncated())
        content.error = Error { ErrorCode::OutputTooLarge,
                                tr("%1 is longer than 256 KiB").arg(file.path),
                                tr("Look at it on the server; OpenClaw's own configurations are some KiB long"),
                                {} };
    if (!content.error)
        content.text = reply->takeSensitiveOutput();
    m_contents.push_back(std::move(content));
    readNext();
}

} // namespace Helmclaw
