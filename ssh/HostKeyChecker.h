// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/KnownHosts.h"
#include "ssh/SshTarget.h"

#include <QHash>
#include <QList>

#include <memory>

namespace Helmclaw {

/// Keeps the known_hosts indexes that dials look into, and reads a file again only when it has changed.
/// Thread: the dial loop's, unless said otherwise.
class HostKeyChecker
{
public:
    /// @p ownFile: where accepted keys are written.
    explicit HostKeyChecker(QString ownFile);

    /// The index of the target's files (or ssh's defaults) and the own file; or why one cannot be read, which must stop
    /// the dial: an unread file could hold a revoked mark.
    [[nodiscard]] Result<std::shared_ptr<const KnownHosts>> indexFor(const SshTarget &target);
    /// What the index says about @p key for @p target.
    [[nodiscard]] HostKeyReport judge(const KnownHosts &index, const SshTarget &target, const HostKey &key) const;
    /// Records the decision and adds @p key to the own file. Blocks for file I/O. Thread: any.
    [[nodiscard]] Result<void> pin(const SshTarget &target, const HostKey &key) const;
    /// Records the decision and makes @p key the only one that the own file pins for the target; refused when the key
    /// is revoked, or when a file that is not ours pins another one. Blocks for file I/O. Thread: any.
    [[nodiscard]] Result<void> replace(const SshTarget &target, const HostKey &key) const;

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
    [[nodiscard]] Result<std::shared_ptr<const KnownHosts>> load(const SshTarget &target) const;
    [[nodiscard]] QStringList filesFor(const SshTarget &target) const;

    QString m_ownFile;
    QHash<QStringList, Entry> m_indexes;
};

} // namespace Helmclaw
