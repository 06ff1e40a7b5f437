// SPDX-License-Identifier: MIT
#include "ssh/SshReply.h"

namespace Helmclaw {

SshReply::SshReply(QString serverId, QObject *parent)
    : QObject(parent)
    , m_serverId(std::move(serverId))
{
}

void SshReply::finish(std::optional<Error> error)
{
    if (m_finished)
        return;
    m_finished = true;
    m_error = std::move(error);
    Q_EMIT finished();
}

Secret ExecReply::takeSensitiveOutput()
{
    return std::move(m_sensitive);
}

Secret ReadFileReply::takeSensitiveData()
{
    return std::move(m_sensitive);
}

} // namespace Helmclaw
