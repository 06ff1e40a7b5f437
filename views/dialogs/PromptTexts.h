// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/LoginPrompts.h"

namespace Helmclaw {

/// The sentence above a question: who asks for what.
[[nodiscard]] QString promptLead(const Prompt &prompt);
/// What the answer is about: a key's fingerprint and comment, or the address of a page, cut when it is long; may be
/// empty.
[[nodiscard]] QString promptSubject(const Prompt &prompt);
/// How the login goes on, and where the answer goes.
[[nodiscard]] QString promptMethod(Prompt::Kind kind);

} // namespace Helmclaw
