// SPDX-License-Identifier: MIT
#include "tests/support/SourceDir.h"

namespace Helmclaw::Test {

QString sourcePath(const char *relative)
{
    return QStringLiteral(HELMCLAW_SOURCE_DIR "/") + QString::fromLatin1(relative);
}

} // namespace Helmclaw::Test
