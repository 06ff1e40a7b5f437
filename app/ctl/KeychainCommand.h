// SPDX-License-Identifier: MIT
#pragma once

#include "app/ctl/Command.h"

namespace Helmclaw {

class Terminal;

/// helmclawctl keychain keep|show|forget KEYFILE…: passphrases of key files in this computer's keychain.
class KeychainCommand : public Command
{
    Q_OBJECT
public:
    KeychainCommand();
    ~KeychainCommand() override;
    void describe(QCommandLineParser &parser) const override;
    [[nodiscard]] bool needsFleet() const override { return false; }
    void start(Console &console, const QCommandLineParser &parser) override;

private:
    void show(QStringList files, int exitCode);
    void forget(QStringList files);
    void keep(const QString &file, bool batch);
    void ask(int attempt);
    void store(Secret passphrase);

    Keychain *m_keychain = nullptr;
    std::unique_ptr<Terminal> m_terminal;
    QString m_file; ///< to keep
};

} // namespace Helmclaw
