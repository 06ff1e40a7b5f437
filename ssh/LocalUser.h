// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

#include <optional>

namespace Helmclaw {

/// An entry of this computer's user database. Any thread: getpwuid(3) and its like share one buffer. May ask a name
/// service, as every program does.
struct LocalUser
{
    QString name;
    QString homeFolder;

    [[nodiscard]] static std::optional<LocalUser> current();
    [[nodiscard]] static std::optional<LocalUser> named(const QString &name);
};

} // namespace Helmclaw
