// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>
#include <QString>

class QTimer;

namespace Helmclaw {

class SshConfigQuery;

/// What "ssh HOST" would connect to, as one line for a form: resolved in the background a moment after the last
/// setHost(), at most one "ssh -G" at a time. Thread: the GUI thread.
class HostPreview : public QObject
{
    Q_OBJECT
public:
    /// @p configFile empty: ssh's own defaults.
    explicit HostPreview(QString configFile = {}, QObject *parent = nullptr);
    ~HostPreview() override;

    void setHost(const QString &host);
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
    QString m_host;
    QString m_text;
    SshConfigQuery *m_query = nullptr;
};

} // namespace Helmclaw
