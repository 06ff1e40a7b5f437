// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/KnownHosts.h"
#include "ssh/SshTarget.h"

#include <QHash>
#include <QList>

#include <memory>

namespace Helmclaw {

/// Keeps the known_hosts indexes that dials look into, and reads a file again only when it has changed.
/// Thread: the dial loop's.
class HostKeyChecker
{
public:
    /// @p ownFile: where accepted keys are written.
    explicit HostKeyChecker(QString ownFile);

    /// The index of the target's files (or ssh's defaults) and the own file; or why one cannot be read, which must stop
    /// the dial: an unread file could hold a revoked mark.
    [[nodiscard]] Result<std::shared_ptr<const KnownHosts>> indexFor(const SshTarget &target);
    /// Appends @p key to the own file.
    [[nodiscard]] Result<void> pin(const SshTarget &target, const HostKey &key);

    /// The value for SSH_OPTIONS_HOSTKEYS: signature algorithms of the pinned keys first, so that the server shows a
    /// key that can match, then the rest.
    [[nodiscard]] static QByteArray algorithmsFor(const QList<QByteArray> &pinned);

private:
    struct Stamp
    {
        qint64 modified = 0; ///< nanoseconds
        qint64 size = -1;
        quint64 inode = 0;
        friend bool operator==(const Stamp &, const Stamp &) = default;
    };
    struct Entry
    {
        QList<Stamp> stamps;
        std::shared_ptr<const KnownHosts> index;
    };
    [[nodiscard]] static Stamp stampOf(const QString &file);
    [[nodiscard]] QStringList filesFor(const SshTarget &target) const;

    QString m_ownFile;
    QHash<QStringList, Entry> m_indexes;
};

} // namespace Helmclaw
