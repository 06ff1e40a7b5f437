// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/OpenClawFacts.h"

#include <QObject>

#include <memory>

namespace Helmclaw {

class ExecReply;
class SshPool;

/// Reads gateways' configurations, one after the other, into secure memory: they hold the tokens. Deleting it gives up.
/// Thread: the pool's.
class OpenClawConfigReader : public QObject
{
    Q_OBJECT
public:
    struct Content
    {
        int gateway = 0; ///< as in ConfigToRead
        Secret text;
        std::optional<Error> error;
    };
    using Contents = std::vector<Content>;

    /// @p pool is not owned and knows the server.
    OpenClawConfigReader(SshPool *pool, QString serverId, QList<ConfigToRead> wanted, QObject *parent);
    ~OpenClawConfigReader() override;
    void start();
    /// After finished(), once.
    [[nodiscard]] Contents takeContents() { return std::move(m_contents); }

Q_SIGNALS:
    void finished();

private:
    void readNext();
    void wasRead(const ConfigToRead &file, ExecReply *reply);

    SshPool *m_pool;
    QString m_serverId;
    QList<ConfigToRead> m_wanted;
    Contents m_contents;
};

} // namespace Helmclaw
