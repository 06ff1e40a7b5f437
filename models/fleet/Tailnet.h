// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/Server.h"
#include "ssh/tailscale/TailnetQuery.h"

#include <QElapsedTimer>
#include <QJsonValue>
#include <QObject>
#include <QPointer>

#include <functional>
#include <memory>

namespace Helmclaw {

/// What is known of this computer's tailnet: asked when somebody needs it, one query at a time for all who wait.
/// Thread: the GUI thread.
class Tailnet : public QObject
{
    Q_OBJECT
public:
    explicit Tailnet(QObject *parent = nullptr);
    ~Tailnet() override;

    void setOptions(const TailnetOptions &options);
    /// The last answer; TailnetState::Unknown before the first.
    [[nodiscard]] const TailnetStatus &status() const { return m_status; }
    /// The last answer is only seconds old.
    [[nodiscard]] bool isFresh() const;
    /// Asks anew unless a query runs.
    void refresh();
    /// Calls @p ready once there is a fresh answer, later. Dropped when @p context dies first.
    void whenFresh(QObject *context, std::function<void()> ready);

    /// The command that connects to a node where there is no route to the tailnet (userspace networking); the node's
    /// address and port follow. Empty: there is no such program here.
    [[nodiscard]] QStringList netcat() const;

    /// What is known about the way to @p server, in a few words ("online", "offline since …", "Tailscale is stopped on
    /// this computer"); empty when it is not a server of the tailnet.
    [[nodiscard]] QString summary(const Server &server) const;
    /// The same as {"nodeId", "state", "online", "address", "summary"}; null what is not known. Null when it is not a
    /// server of the tailnet.
    [[nodiscard]] QJsonValue toJson(const Server &server) const;

Q_SIGNALS:
    void changed(); ///< a new answer is there

private:
    struct Waiter
    {
        QPointer<QObject> context;
        std::function<void()> ready;
    };
    void answered();

    TailnetOptions m_options;
    TailnetStatus m_status;
    QElapsedTimer m_age;
    std::unique_ptr<TailnetQuery> m_query;
    QList<Waiter> m_waiters;
};

} // namespace Helmclaw
