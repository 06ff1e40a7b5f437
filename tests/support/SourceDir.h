// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

namespace Helmclaw::Test {

/// Path of \p relative inside the source tree that the tests were built from. Thread-safe. Compiled into one object
/// only, so that a clone at another path finds every other test object in the compiler cache.
QString sourcePath(const char *relative);

} // namespace Helmclaw::Test
