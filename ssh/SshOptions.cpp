// SPDX-License-Identifier: MIT
#include "ssh/SshOptions.h"

namespace Helmclaw {

bool SshOptions::allows(const QString &method) const
{
    if (!preferredAuthentications.isEmpty() && !preferredAuthentications.contains(method))
        return false;
    if (method == QLatin1String("publickey"))
        return publicKeys;
    return method == QLatin1String("password") ? passwords : keyboardInteractive;
}

bool SshOptions::prefersPassword() const
{
    const auto password = preferredAuthentications.indexOf(QStringLiteral("password"));
    return password >= 0 && password < preferredAuthentications.indexOf(QStringLiteral("keyboard-interactive"));
}

} // namespace Helmclaw
