// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/SftpPackets.h"
#include "ssh/SshErrors.h"

#include <optional>

namespace Helmclaw {

/// What can be told about the writing of @p target that did not work. Pure; lives as long as the errors given to it.
class SftpWriteErrors
{
    Q_DECLARE_TR_FUNCTIONS(SftpWriteErrors)
public:
    SftpWriteErrors(const SshErrors &errors, QByteArray target)
        : m_errors(errors)
        , m_target(std::move(target))
    {
    }
    [[nodiscard]] Error notRegular() const;
    [[nodiscard]] Error notReplaceable() const; ///< without posix-rename@openssh.com
    [[nodiscard]] Error programEnded() const;
    /// Set when the file system explains why @p missing bytes could not be written.
    [[nodiscard]] std::optional<Error> room(const SftpFileSystem &fileSystem, quint64 missing) const;
    /// @p error came when the rename was under way.
    [[nodiscard]] Error unknownOutcome(Error error) const;
    /// @p error came when the new file could not be removed any more; an empty @p temp adds nothing.
    [[nodiscard]] static Error withLeftover(Error error, const QByteArray &temp);

private:
    const SshErrors &m_errors;
    QByteArray m_target;
};

} // namespace Helmclaw
