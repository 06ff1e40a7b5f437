// SPDX-License-Identifier: MIT
#include "ssh/HostKeyChecker.h"

#include <QDir>
#include <QFile>

#include <sys/stat.h>

namespace Helmclaw {

HostKeyChecker::HostKeyChecker(QString ownFile)
    : m_ownFile(std::move(ownFile))
{
}

HostKeyChecker::Stamp HostKeyChecker::stampOf(const QString &file)
{
    struct ::stat info
    {
    };
    if (::stat(QFile::encodeName(file).constData(), &info) != 0)
        return {};
    return { qint64(info.st_mtim.tv_sec) * 1000000000 + info.st_mtim.tv_nsec, qint64(info.st_size),
             quint64(info.st_ino) };
}

QStringList HostKeyChecker::filesFor(const SshTarget &target) const
{
    QStringList files = target.userKnownHostsFiles;
    if (files.isEmpty()) {
        const QString folder = QDir::homePath() + QStringLiteral("/.ssh/");
        files = { folder + QStringLiteral("known_hosts"), folder + QStringLiteral("known_hosts2"),
                  QStringLiteral("/etc/ssh/ssh_known_hosts"), QStringLiteral("/etc/ssh/ssh_known_hosts2") };
    }
    files += m_ownFile;
    return files;
}

Result<std::shared_ptr<const KnownHosts>> HostKeyChecker::indexFor(const SshTarget &target)
{
    const QStringList files = filesFor(target);
    QList<Stamp> stamps;
    for (const QString &file : files)
        stamps += stampOf(file);
    Entry &entry = m_indexes[files];
    if (entry.index == nullptr || entry.stamps != stamps) {
        auto index = std::make_shared<KnownHosts>();
        for (const QString &file : files) {
            if (auto added = index->addFile(file); !added) {
                m_indexes.remove(files);
                Error error = added.error();
                error.server = target.name;
                return tl::unexpected(std::move(error));
            }
        }
        entry = { stamps, std::move(index) };
    }
    return entry.index;
}

Result<void> HostKeyChecker::pin(const SshTarget &target, const HostKey &key)
{
    auto pinned = KnownHosts::append(m_ownFile, target.knownHostsName(), key);
    if (!pinned)
        pinned.error().server = target.name;
    return pinned;
}

QByteArray HostKeyChecker::algorithmsFor(const QList<QByteArray> &pinned)
{
    // What libssh 0.10 can verify, best first; SHA-1 signatures (ssh-rsa) stay out.
    QList<QByteArray> rest { "ssh-ed25519",         "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384",
                             "ecdsa-sha2-nistp521", "rsa-sha2-512",        "rsa-sha2-256" };
    QList<QByteArray> first;
    for (const QByteArray &algorithm : pinned) {
        // A key of type ssh-rsa signs with rsa-sha2-* (RFC 8332).
        const QList<QByteArray> signatures = algorithm == "ssh-rsa"
            ? QList<QByteArray> { "rsa-sha2-512", "rsa-sha2-256" }
            : QList<QByteArray> { algorithm };
        for (const QByteArray &signature : signatures) {
            if (rest.removeAll(signature) > 0)
                first += signature;
        }
    }
    return (first + rest).join(',');
}

} // namespace Helmclaw
