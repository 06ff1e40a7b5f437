// SPDX-License-Identifier: MIT
#pragma once

#include "app/ctl/Command.h"

namespace Helmclaw {

/// helmclawctl keychain show|forget KEYFILE…: the passphrases that the window has kept in this computer's keychain.
class KeychainCommand : public Command
{
    Q_OBJECT
public:
    using Command::Command;
    void describe(QCommandLineParser &parser) const override;
    void start(Console &console, const QCommandLineParser &parser) override;

private:
    void next(Console &console, bool forget, QStringList files, int exitCode);
};

} // namespace Helmclaw
