// SPDX-License-Identifier: MIT
#include "ssh/SshAlgorithms.h"

#include <QCoreApplication>

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(SshAlgorithms)
};

/// libssh filters a list by itself, and says so only when nothing is left: one by one shows what it knows.
QStringList supported(ssh_session session, ssh_options_e option, const QStringList &wanted)
{
    QStringList found;
    for (const QString &algorithm : wanted) {
        if (ssh_options_set(session, option, algorithm.toLatin1().constData()) == SSH_OK)
            found += algorithm;
    }
    return found;
}

Result<void> applyList(ssh_session session, const SshErrors &errors, const QString &keyword, const QStringList &wanted,
                       std::initializer_list<ssh_options_e> options)
{
    if (wanted.isEmpty())
        return {};
    const QStringList found = supported(session, *options.begin(), wanted);
    if (found.isEmpty()) {
        return tl::unexpected(errors.make(
            ErrorCode::Unsupported,
            Text::tr("%1 of your ssh_config allows only algorithms that libssh %2 lacks: %3")
                .arg(keyword, SshErrors::libsshVersion(), printable(wanted.join(QLatin1Char(',')).toUtf8(), 300)),
            Text::tr(
                "Add one that it has, for this host: \"ssh -G\" shows the list, and Helmclaw uses what is in both.")));
    }
    const QByteArray list = found.join(QLatin1Char(',')).toLatin1();
    for (const ssh_options_e option : options) {
        if (ssh_options_set(session, option, list.constData()) != SSH_OK)
            return tl::unexpected(errors.make(
                ErrorCode::Internal, Text::tr("libssh does not take %1 %2").arg(keyword, QString::fromLatin1(list))));
    }
    return {};
}

} // namespace

Result<void> SshAlgorithms::apply(ssh_session session, const SshTarget &target, const SshErrors &errors)
{
    const SshOptions &options = target.options;
    struct List
    {
        const char *keyword;
        const QStringList &wanted;
        std::initializer_list<ssh_options_e> options;
    };
    const List lists[] = {
        { "Ciphers", options.ciphers, { SSH_OPTIONS_CIPHERS_C_S, SSH_OPTIONS_CIPHERS_S_C } },
        { "KexAlgorithms", options.kexAlgorithms, { SSH_OPTIONS_KEY_EXCHANGE } },
        { "MACs", options.macs, { SSH_OPTIONS_HMAC_C_S, SSH_OPTIONS_HMAC_S_C } },
        { "HostKeyAlgorithms", options.hostKeyAlgorithms, { SSH_OPTIONS_HOSTKEYS } },
        { "PubkeyAcceptedAlgorithms", options.pubkeyAlgorithms, { SSH_OPTIONS_PUBLICKEY_ACCEPTED_TYPES } },
    };
    for (const List &list : lists) {
        if (auto applied = applyList(session, errors, QString::fromLatin1(list.keyword), list.wanted, list.options);
            !applied)
            return applied;
    }
    bool ok = true;
    if (options.compression)
        ok = ssh_options_set(session, SSH_OPTIONS_COMPRESSION, "yes") == SSH_OK;
    const std::uint64_t bytes = options.rekeyBytes;
    const auto interval = static_cast<std::uint32_t>(options.rekeyInterval.count());
    if (bytes != 0)
        ok = ok && ssh_options_set(session, SSH_OPTIONS_REKEY_DATA, &bytes) == SSH_OK;
    if (interval != 0)
        ok = ok && ssh_options_set(session, SSH_OPTIONS_REKEY_TIME, &interval) == SSH_OK;
    if (!ok)
        return tl::unexpected(
            errors.make(ErrorCode::Internal, Text::tr("libssh does not take Compression or RekeyLimit")));
    return {};
}

QByteArray SshAlgorithms::hostKeys(const SshOptions &options, const QByteArray &preferred)
{
    if (options.hostKeyAlgorithms.isEmpty())
        return preferred;
    QList<QByteArray> allowed;
    for (const QString &algorithm : options.hostKeyAlgorithms)
        allowed += algorithm.toLatin1();
    QList<QByteArray> result;
    for (const QByteArray &algorithm : preferred.split(',')) {
        if (allowed.removeAll(algorithm) > 0)
            result += algorithm;
    }
    return (result + allowed).join(',');
}

} // namespace Helmclaw
