// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/HostKey.h"

namespace Helmclaw {

/// OpenSSH's picture of a key's SHA-256 fingerprint (the "drunken bishop", sshkey.c: fingerprint_randomart): eleven
/// lines of 19 characters, as "ssh-keygen -lv" prints them, without a final newline.
[[nodiscard]] QString randomArt(const HostKey &key);
/// Size of the key in bits as OpenSSH counts it; 0 when the type is not known.
[[nodiscard]] int keyBits(const HostKey &key);

} // namespace Helmclaw
