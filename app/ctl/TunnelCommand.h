// SPDX-License-Identifier: MIT
#pragma once

#include "app/ctl/Command.h"

#include <optional>

namespace Helmclaw {

/// helmclawctl tunnel NAME [--print-url] [--json]: keeps the tunnel to the gateway's web UI open until it is
/// interrupted.
class TunnelCommand : public Command
{
    Q_OBJECT
public:
    using Command::Command;
    void describe(QCommandLineParser &parser) const override;
    void start(Console &console, const QCommandLineParser &parser) override;
    void interrupt() override;

private:
    void statusChanged();
    /// One line about a state, and remembers the error it told.
    void tell(WebUiStatus status, const std::optional<Error> &error);
    void announce(const QUrl &url);
    void writeLine(QJsonObject line) const;

    Console *m_console = nullptr;
    QString m_serverId;
    WebUiState m_lastState = WebUiState::Off;
    std::optional<Error> m_told;
    bool m_signIn = false;
    bool m_json = false;
    bool m_announced = false;
};

} // namespace Helmclaw
