// SPDX-License-Identifier: MIT
#include "ssh/CipherOrder.h"

#if defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

namespace Helmclaw {

QByteArray preferredCiphers(bool aesInstructions)
{
    const QByteArray gcm = "aes128-gcm@openssh.com,aes256-gcm@openssh.com";
    const QByteArray chacha = "chacha20-poly1305@openssh.com";
    return (aesInstructions ? gcm + ',' + chacha : chacha + ',' + gcm) + ",aes256-ctr,aes192-ctr,aes128-ctr";
}

bool hasAesInstructions()
{
#if defined(__x86_64__) || defined(__i386__)
    return __builtin_cpu_supports("aes") != 0 && __builtin_cpu_supports("pclmul") != 0;
#elif defined(__aarch64__) && defined(__linux__)
    const unsigned long capabilities = ::getauxval(AT_HWCAP);
    return (capabilities & HWCAP_AES) != 0 && (capabilities & HWCAP_PMULL) != 0;
#else
    return false;
#endif
}

} // namespace Helmclaw
