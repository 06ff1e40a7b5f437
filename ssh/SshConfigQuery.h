// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"
#include "ssh/SshHostConfig.h"

#include <QObject>
#include <QString>

QT_BEGIN_NAMESPACE
class QProcess;
QT_END_NAMESPACE

namespace Helmclaw {

/// What to ask ssh about. User, port and jump go to ssh itself, because "Match" looks at them.
struct SshConfigRequest
{
    QString host; ///< as on ssh's command line
    QString user = {}; ///< "-l"; empty: from the configuration
    int port = 0; ///< "-p"; 0: from the configuration
    QString jump = {}; ///< "-J"; empty: from the configuration
    QString configFile = {}; ///< "-F"; empty: ssh's own defaults
    friend bool operator==(const SshConfigRequest &, const SshConfigRequest &) = default;
};

/// One run of "ssh -G -- host" in the background, at most 10 s; without the program ssh, SshConfigFallback. Exactly one
/// finished() follows start(), never from inside it; owned by the caller, who may delete it at any time.
class SshConfigQuery : public QObject
{
    Q_OBJECT
public:
    explicit SshConfigQuery(SshConfigRequest request, QObject *parent = nullptr);
    /// @p configFile empty: ssh's own defaults.
    explicit SshConfigQuery(const QString &host, const QString &configFile = {}, QObject *parent = nullptr);
    ~SshConfigQuery() override;
    void start();
    [[nodiscard]] QString host() const { return m_request.host; }
    [[nodiscard]] const SshConfigRequest &request() const { return m_request; }
    [[nodiscard]] const Result<SshHostConfig> &result() const { return m_result; }

Q_SIGNALS:
    void finished();

private:
    [[nodiscard]] std::optional<Error> problem() const;
    void run(const QStringList &arguments);
    void notStarted();
    void readWithoutSsh();
    void runFinished(bool succeeded, int exitCode);
    void letGo();
    void finish(Result<SshHostConfig> result);

    SshConfigRequest m_request;
    Result<SshHostConfig> m_result;
    QProcess *m_process = nullptr; ///< ours; null before start() and after the end
    bool m_askingForDefaults = false;
    bool m_started = false;
};

} // namespace Helmclaw
