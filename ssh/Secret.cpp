// SPDX-License-Identifier: MIT
#include "ssh/Secret.h"

#include <openssl/crypto.h>

#include <QByteArray>

#include <cstring>
#include <utility>

#ifndef HELMCLAW_DEBUG
#include <sys/resource.h>
#ifdef Q_OS_LINUX
#include <sys/prctl.h>
#endif
#endif

namespace Helmclaw {

namespace {
constexpr std::size_t SecureHeapBytes = 256 * 1024;
constexpr std::size_t SecureHeapMinimum = 32;
} // namespace

Secret::Secret(QByteArrayView bytes)
{
    if (bytes.isEmpty())
        return;
    const auto size = std::size_t(bytes.size());
    m_data = static_cast<char *>(OPENSSL_secure_malloc(size));
    // NULL when the secure heap is full: the ordinary heap, still wiped when freed (OPENSSL_secure_clear_free tells
    // the two apart).
    if (!m_data)
        m_data = static_cast<char *>(OPENSSL_malloc(size));
    if (!m_data)
        qFatal("out of memory");
    std::memcpy(m_data, bytes.data(), size);
    m_size = bytes.size();
}

Secret::Secret(Secret &&other) noexcept
    : m_data(std::exchange(other.m_data, nullptr))
    , m_size(std::exchange(other.m_size, 0))
{
}

Secret &Secret::operator=(Secret &&other) noexcept
{
    if (this != &other) {
        clear();
        m_data = std::exchange(other.m_data, nullptr);
        m_size = std::exchange(other.m_size, 0);
    }
    return *this;
}

Secret::~Secret()
{
    clear();
}

Secret Secret::takeFrom(QByteArray &source)
{
    Secret secret { QByteArrayView(source) };
    wipe(source);
    return secret;
}

QByteArray Secret::copyOutOfSecureMemory() const
{
    return QByteArray(m_data, m_size);
}

bool Secret::equals(const Secret &other) const
{
    return m_size == other.m_size && (m_size == 0 || CRYPTO_memcmp(m_data, other.m_data, std::size_t(m_size)) == 0);
}

void Secret::clear()
{
    OPENSSL_secure_clear_free(m_data, std::size_t(m_size));
    m_data = nullptr;
    m_size = 0;
}

void Secret::initialiseProcess()
{
    // Not fatal when refused (RLIMIT_MEMLOCK 0, say): secrets are then on the ordinary heap and wiped all the same.
    if (!CRYPTO_secure_malloc_initialized())
        CRYPTO_secure_malloc_init(SecureHeapBytes, SecureHeapMinimum);
#ifndef HELMCLAW_DEBUG // developers need core files and debuggers
    const rlimit none { 0, 0 };
    setrlimit(RLIMIT_CORE, &none);
#ifdef Q_OS_LINUX
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); // no ptrace, no core through a pipe handler, /proc/self/mem for root only
#endif
#endif
}

void wipe(QByteArray &bytes)
{
    // Without a header the bytes are a literal or somebody's raw data: maybe read-only, never ours to overwrite.
    QByteArray::DataPointer &buffer = bytes.data_ptr(); // does not detach
    if (buffer.d_ptr()) {
        // The whole allocation: bytes that were removed from either end still lie in it.
        const qsizetype before = buffer.freeSpaceAtBegin();
        OPENSSL_cleanse(const_cast<char *>(bytes.constData()) - before, std::size_t(buffer.constAllocatedCapacity()));
    }
    bytes.clear();
}

} // namespace Helmclaw
