// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"

#include <QObject>
#include <QStringList>

#include <functional>

namespace Helmclaw {

class Keychain;
struct SshTarget;

/// The private key files that logins to @p target, jump hosts included, may want the passphrase of; as Prompt::keyFile
/// names them.
[[nodiscard]] QStringList keyFilesOf(const SshTarget &target);

/// Removes the passphrases of @p files from the keychain. @p done comes once, later, and not at all when @p context
/// dies first: with those that there were, or why the keychain cannot be used (DeadlineExceeded: one may have been
/// removed, or may still be). Thread: the GUI thread.
void forgetPassphrases(Keychain *keychain, const QStringList &files, QObject *context,
                       std::function<void(const Result<QStringList> &forgotten)> done);

} // namespace Helmclaw
