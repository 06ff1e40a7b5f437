// SPDX-License-Identifier: MIT
#pragma once

#include "app/ctl/Command.h"

namespace Helmclaw {

/// helmclawctl status [NAME…] [--json]: one fresh probe of each server, then its checks.
class StatusCommand : public Command
{
    Q_OBJECT
public:
    using Command::Command;
    void describe(QCommandLineParser &parser) const override;
    void start(Console &console, const QCommandLineParser &parser) override;

private:
    void report(const Console &console, const QList<Server> &servers, bool json, bool verbose);
};

} // namespace Helmclaw
