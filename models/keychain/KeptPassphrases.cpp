// SPDX-License-Identifier: MIT
#include "models/keychain/KeptPassphrases.h"

#include "models/keychain/Keychain.h"
#include "ssh/KeyPlan.h"

#include <utility>

namespace Helmclaw {

namespace {

using Done = std::function<void(const Result<QStringList> &)>;

void forgetNext(Keychain *keychain, QStringList files, QStringList forgotten, QObject *context, const Done &done)
{
    if (files.isEmpty()) {
        done(forgotten);
        return;
    }
    const QString file = files.takeFirst();
    const QString entry = Keychain::entryForKeyFile(file);
    // Looked for first: to remove what is not there is no error, and would be told as done.
    keychain->find(entry, context, [=](const Result<std::optional<Secret>> &found) {
        if (!found) {
            done(tl::unexpected(found.error()));
            return;
        }
        if (!*found) {
            forgetNext(keychain, files, forgotten, context, done);
            return;
        }
        keychain->remove(entry, context, [=](const Result<void> &removed) {
            if (removed) {
                forgetNext(keychain, files, forgotten + QStringList(file), context, done);
                return;
            }
            Error error = removed.error();
            error.what = error.code == ErrorCode::DeadlineExceeded
                ? Keychain::tr("Whether the passphrase of %1 was removed is not known: %2").arg(file, error.what)
                : Keychain::tr("The passphrase of %1 was not removed: %2").arg(file, error.what);
            done(tl::unexpected(error));
        });
    });
}

} // namespace

QStringList keyFilesOf(const SshTarget &target)
{
    QStringList files;
    QList<SshTarget> hosts = target.jumpHosts;
    hosts.prepend(target);
    for (const SshTarget &host : std::as_const(hosts)) {
        for (const QString &path : KeyPlan::filesFor(host)) {
            if (const QString file = IdentityFile::shown(path); !files.contains(file))
                files += file;
        }
    }
    return files;
}

void forgetPassphrases(Keychain *keychain, const QStringList &files, QObject *context,
                       std::function<void(const Result<QStringList> &forgotten)> done)
{
    if (files.isEmpty()) // later, as always
        QMetaObject::invokeMethod(
            context, [done = std::move(done)] { done(QStringList()); }, Qt::QueuedConnection);
    else
        forgetNext(keychain, files, {}, context, done);
}

} // namespace Helmclaw
