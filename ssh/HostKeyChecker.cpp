// SPDX-License-Identifier: MIT
#include "ssh/HostKeyChecker.h"

#include "ssh/HostKeyLog.h"
#include "ssh/KnownHostsFile.h"
#include "ssh/SshErrors.h"

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
        auto index = load(target);
        if (!index) {
            m_indexes.remove(files);
            return index;
        }
        entry = { stamps, *std::move(index) };
    }
    return entry.index;
}

Result<std::shared_ptr<const KnownHosts>> HostKeyChecker::load(const SshTarget &target) const
{
    auto index = std::make_shared<KnownHosts>();
    for (const QString &file : filesFor(target)) {
        if (auto added = index->addFile(file); !added) {
            Error error = added.error();
            error.server = target.name;
            return tl::unexpected(std::move(error));
        }
    }
    return index;
}

HostKeyReport HostKeyChecker::judge(const KnownHosts &index, const SshTarget &target, const HostKey &key) const
{
    const QString name = target.knownHostsName();
    const KnownHosts::Lookup lookup = index.lookup(name, key);
    return { lookup.verdict, name, key, lookup.pinned, lookup.marked, m_ownFile };
}

Result<void> HostKeyChecker::pin(const SshTarget &target, const HostKey &key) const
{
    const QString log = HostKeyLog::fileFor(m_ownFile);
    auto done = HostKeyLog::append(log, HostKeyLog::Action::Pin, target, {}, key);
    if (done) {
        const bool published = target.advice.vouchesFor(key);
        done = KnownHostsFile::append(m_ownFile, target.knownHostsName(), key,
                                      published ? QStringLiteral("published by ") + target.advice.source : QString());
        if (!done)
            std::ignore = HostKeyLog::append(log, HostKeyLog::Action::Failed, target, {}, key, done.error().what);
    }
    if (!done)
        done.error().server = target.name;
    return done;
}

Result<void> HostKeyChecker::replace(const SshTarget &target, const HostKey &key) const
{
    const auto index = load(target); // as the files are now, not when the key was met
    if (!index)
        return tl::unexpected(index.error());
    const HostKeyReport report = judge(**index, target, key);
    if (report.verdict == HostKeyVerdict::Match)
        return {};
    if (!report.isReplaceable())
        return tl::unexpected(SshErrors(target).hostKeyNotReplaceable(report));
    const QString log = HostKeyLog::fileFor(m_ownFile);
    auto done = HostKeyLog::append(log, HostKeyLog::Action::Replace, target, report.pinned, key);
    if (done) {
        const auto replaced = KnownHostsFile::replace(m_ownFile, report.name, key);
        if (!replaced) {
            done = tl::unexpected(replaced.error());
            std::ignore =
                HostKeyLog::append(log, HostKeyLog::Action::Failed, target, report.pinned, key, done.error().what);
        }
    }
    if (!done)
        done.error().server = target.name;
    return done;
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
