// SPDX-License-Identifier: MIT
#pragma once

#include "app/ctl/Command.h"

namespace Helmclaw {

struct HostKeyReport;

/// helmclawctl hostkey show|replace|log: a server's host key beside the pinned one, and the one way to replace it.
class HostKeyCommand : public Command
{
    Q_OBJECT
public:
    using Command::Command;
    void describe(QCommandLineParser &parser) const override;
    void start(Console &console, const QCommandLineParser &parser) override;

private:
    void show(Console &console, const Server &server, bool json);
    void replace(Console &console, const Server &server, const QString &fingerprint);
    void compared(Console &console, const Server &server, const HostKeyReport &report, const QString &fingerprint);
    void log(const Console &console, bool json);
};

} // namespace Helmclaw
