// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>

namespace Helmclaw {

/// The name of a new file in the folder of @p path that nobody else has: ".name.helmclaw-" and 16 random hex digits.
/// With its dot in front and without the ending of @p path it is not taken for configuration by what reads "*.conf"
/// or whole folders (sudoers.d, cron.d, sshd_config.d).
[[nodiscard]] QByteArray sftpTempFile(const QByteArray &path);

} // namespace Helmclaw
