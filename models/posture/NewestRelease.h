// SPDX-License-Identifier: MIT
#pragma once

#include <QDateTime>
#include <QNetworkAccessManager>
#include <QObject>
#include <QUrl>

#include <chrono>

namespace Helmclaw {

/// The newest version of OpenClaw, as the npm registry has it. It is this computer that asks: servers may be offline,
/// and none of them is told about. On demand, at most once a day (the answer is kept in a file), and it can be switched
/// off. Thread: the GUI thread.
class NewestRelease : public QObject
{
    Q_OBJECT
public:
    struct Options
    {
        /// HTTPS; HTTP only to this computer itself. Empty: switched off.
        QUrl url { QStringLiteral("https://registry.npmjs.org/-/package/openclaw/dist-tags") };
        QString cacheFile; ///< empty: <cache dir>/openclaw-release.json
        std::chrono::seconds maxAge { std::chrono::hours(24) };
        std::chrono::seconds patience { std::chrono::minutes(10) }; ///< after a failure nobody is asked for so long
        std::chrono::milliseconds deadline { 8000 };

        /// With HELMCLAW_NPM_REGISTRY from the environment: "off", or the address of another registry.
        [[nodiscard]] static Options fromEnvironment();
    };

    explicit NewestRelease(Options options, QObject *parent = nullptr);

    /// Asks, unless what is known is young enough or it is switched off. settled() follows if isAsking() then.
    void freshen();
    [[nodiscard]] bool isAsking() const { return m_asking; }
    [[nodiscard]] QString version() const; ///< empty: not known
    [[nodiscard]] QString problem() const; ///< translated: why not

Q_SIGNALS:
    void settled();

private:
    void answered(QNetworkReply *reply);
    void fail(const QString &problem);
    void load();
    void save() const;
    [[nodiscard]] bool isYoung() const;

    Options m_options;
    QNetworkAccessManager m_network;
    bool m_asking = false;
    QString m_version;
    QDateTime m_askedAt; ///< UTC: when m_version was told
    QDateTime m_failedAt;
    QString m_problem;
};

} // namespace Helmclaw
