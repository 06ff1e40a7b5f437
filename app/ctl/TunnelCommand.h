// SPDX-License-Identifier: MIT
#pragma once

#include "app/ctl/Command.h"

namespace Helmclaw {

/// helmclawctl tunnel NAME [--print-url]: keeps the tunnel to the gateway's web UI open until it is interrupted.
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

    Console *m_console = nullptr;
    QString m_serverId;
    WebUiState m_lastState = WebUiState::Off;
    bool m_signIn = false;
    bool m_announced = false;
};

} // namespace Helmclaw
