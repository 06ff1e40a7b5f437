// SPDX-License-Identifier: MIT
#pragma once

#include "models/gateway/LoopbackRequest.h"

#include <QObject>
#include <QString>

#include <functional>
#include <optional>

namespace Helmclaw {

/// Asks a gateway through its tunnel whether it is one, whether its web UI is where it should be, and whether it takes
/// a token. One object per round; deleting it gives up. Thread: one with an event loop.
class GatewayProbe : public QObject
{
    Q_OBJECT
public:
    struct Target
    {
        quint16 localPort = 0; ///< of our own tunnel's listener
        QString basePath;
        QString server; ///< for texts
        /// Whether that port is still our tunnel's. Asked before every byte of a token is sent.
        std::function<bool()> tunnelStands;
    };
    enum class Depth {
        Health, ///< alive?
        WebUi, ///< and is the web UI there?
    };

    GatewayProbe(Target target, QObject *parent);
    /// @p token: checked after the rest; empty: none. Call once.
    void start(Depth depth, Secret token = {});

    /// The tunnel leads to a gateway that answers.
    [[nodiscard]] bool isAlive() const { return m_alive; }
    /// The gateway took the token.
    [[nodiscard]] bool isTokenAccepted() const { return m_tokenAccepted; }
    /// The first thing that was not as it should be.
    [[nodiscard]] const std::optional<Error> &error() const { return m_error; }
    [[nodiscard]] QString version() const { return m_version; } ///< told only to who has the token; may be empty
    [[nodiscard]] Secret takeToken() { return std::move(m_token); }

    [[nodiscard]] static bool isHealthAnswer(const HttpAnswer &answer);
    [[nodiscard]] static bool isWebUi(const HttpAnswer &answer);

Q_SIGNALS:
    void finished();

private:
    using Next = void (GatewayProbe::*)(const Result<HttpAnswer> &);
    void get(const QString &path, Next next, bool authorised = false);
    void healthAnswered(const Result<HttpAnswer> &answer);
    void pageAnswered(const Result<HttpAnswer> &answer);
    void checkToken();
    void tokenAnswered(const Result<HttpAnswer> &answer);
    void versionAnswered(const Result<HttpAnswer> &answer);
    void finish(std::optional<Error> error = {});
    [[nodiscard]] Error silent(const Error &cause) const;

    Target m_target;
    Depth m_depth = Depth::Health;
    Secret m_token;
    bool m_alive = false;
    bool m_tokenAccepted = false;
    QString m_version;
    std::optional<Error> m_error;
};

} // namespace Helmclaw
