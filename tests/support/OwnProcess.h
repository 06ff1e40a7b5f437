// SPDX-License-Identifier: MIT
#pragma once

#include <QtGlobal>

#include <chrono>

namespace Helmclaw::Test {

/// What this process holds at present, from proc(5). Each ends the program when the kernel does not say: a leak test
/// must not pass because there was nothing to compare.
[[nodiscard]] qsizetype openDescriptors();
[[nodiscard]] qsizetype threads();
[[nodiscard]] qint64 residentKilobytes();
/// Used so far by all its threads.
[[nodiscard]] std::chrono::nanoseconds cpuTime();

} // namespace Helmclaw::Test
