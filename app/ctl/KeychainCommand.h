// SPDX-License-Identifier: MIT
#pragma once

#include "app/ctl/Command.h"

namespace Helmclaw {

/// helmclawctl keychain keep|show|forget KEYFILE…: passphrases of key files in this computer's keychain.
class KeychainCommand : public Command
{
    Q_OBJECT
public:
    using Command::Command;
    void describe(QCommandLineParser &parser) const override;
    [[nodiscard]] bool needsFleet() const override { return false; }
    void start(Console &console, const QCommandLineParser &parser) override;

private:
    void show(QStringList files, int exitCode);
    void forget(QStringList files);
    void keep(const QString &file);
    void ask(int attempt);
    void store(Secret passphrase);

    Keychain *m_keychain = nullptr;
    QString m_file; ///< to keep
};

} // namespace Helmclaw
