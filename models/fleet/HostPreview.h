// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/Server.h"
#include "ssh/SshConfigQuery.h"

#include <QObject>
#include <QString>

#include <optional>

class QTimer;

namespace Helmclaw {

/// What ssh would connect to for an entry of the fleet, in a few lines for a form: resolved in the background a moment
/// after the last setServer(), at most one "ssh -G" at a time. Thread: the GUI thread.
class HostPreview : public QObject
{
    Q_OBJECT
public:
    /// @p configFile empty: ssh's own defaults.
    explicit HostPreview(QString configFile = {}, QObject *parent = nullptr);
    ~HostPreview() override;

    /// Its host, user, port and jump hosts count; what the form would refuse is not handed to ssh.
    void setServer(const Server &server);
    /// Plain text; empty while nothing is known. A host that ssh refuses is explained here.
    [[nodiscard]] QString text() const { return m_text; }

Q_SIGNALS:
    void changed();

private:
    void start();
    void finished();
    void setText(const QString &text);

    QTimer *m_delay;
    QString m_configFile;
    std::optional<SshConfigRequest> m_wanted; ///< nothing: there is nothing to ask
    QString m_text;
    SshConfigQuery *m_query = nullptr;
};

} // namespace Helmclaw
