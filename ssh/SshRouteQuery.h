// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/SshConfigQuery.h"
#include "ssh/SshJumpSpec.h"

#include <QList>
#include <QObject>
#include <QSet>

#include <memory>

namespace Helmclaw {

/// A host's effective settings and those of the jump hosts on the way to it.
struct SshRoute
{
    SshHostConfig host;
    QList<SshHostConfig> hops; ///< from here on
    friend bool operator==(const SshRoute &, const SshRoute &) = default;

    /// All there is to know to go there; serverId and name are the caller's.
    [[nodiscard]] SshTarget target() const;
    /// Of the host, then of each hop, whose keyword then begins with "bastion: ".
    [[nodiscard]] QList<SshConfigRemark> remarks() const;
};

/// Asks ssh about a host and then about each of its jump hosts, as ssh itself would start them: the first one's own
/// ProxyJump counts, those of the others are overridden by the list they stand in. A circle is an error, which ssh
/// finds out by starting processes for ever. Exactly one finished() follows start(), never from inside it; may be
/// deleted at any time.
class SshRouteQuery : public QObject
{
    Q_OBJECT
public:
    explicit SshRouteQuery(SshConfigRequest request, QObject *parent = nullptr);
    void start();
    [[nodiscard]] const SshConfigRequest &request() const { return m_request; }
    [[nodiscard]] const Result<SshRoute> &result() const { return m_result; }

Q_SIGNALS:
    void finished();

private:
    struct Hop
    {
        SshJumpSpec spec;
        std::optional<SshHostConfig> config;
    };
    void ask(const SshConfigRequest &request);
    void answered();
    /// Puts the hosts of a ProxyJump before the hops that are known; false when that has ended it.
    [[nodiscard]] bool prepend(const QString &owner, const SshHostConfig &config);
    void next();
    void finish(Result<SshRoute> result);

    SshConfigRequest m_request;
    Result<SshRoute> m_result;
    SshConfigQuery *m_query = nullptr; ///< child
    SshHostConfig m_host;
    bool m_hasHost = false;
    QList<Hop> m_hops;
    qsizetype m_asked = 0; ///< the hop that m_query is about
    QStringList m_expanded; ///< whose own ProxyJump has been followed
};

} // namespace Helmclaw
