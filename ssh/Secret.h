// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArrayView>
#include <QtGlobal>

#include <span>

namespace Helmclaw {

/// Bytes that must not leak: kept on OpenSSL's secure heap (mlocked, not dumped; OPENSSL_secure_malloc(3)), wiped on
/// destruction, move-only, and without any operator that prints or compares by accident.
/// Thread: a value; use from one thread at a time.
class Secret
{
public:
    Secret() = default;
    /// Copies @p bytes into secure memory. The caller still has to wipe its own copy (see Secret::takeFrom).
    explicit Secret(QByteArrayView bytes);
    Secret(Secret &&other) noexcept;
    Secret &operator=(Secret &&other) noexcept;
    Secret(const Secret &) = delete;
    Secret &operator=(const Secret &) = delete;
    ~Secret();

    /// Moves the bytes out of @p source and wipes it (also a shared QByteArray: its buffer is overwritten in place).
    [[nodiscard]] static Secret takeFrom(QByteArray &source);

    [[nodiscard]] bool isEmpty() const { return m_size == 0; }
    [[nodiscard]] qsizetype size() const { return m_size; }
    /// The bytes, without leaving secure memory. Valid as long as this object lives unmodified.
    [[nodiscard]] QByteArrayView view() const { return { m_data, m_size }; }
    /// A plain copy: the bytes LEAVE secure memory, and the caller is responsible for wiping it.
    [[nodiscard]] QByteArray copyOutOfSecureMemory() const;
    /// Constant-time comparison (CRYPTO_memcmp).
    [[nodiscard]] bool equals(const Secret &other) const;

    /// Sets up the secure heap and switches core dumps off (RLIMIT_CORE, PR_SET_DUMPABLE). Call once at the start of
    /// main().
    static void initialiseProcess();

private:
    void clear();
    char *m_data = nullptr;
    qsizetype m_size = 0;
};

/// Overwrites the buffer of @p bytes in place (even when shared) and empties it.
void wipe(QByteArray &bytes);

} // namespace Helmclaw
