// SPDX-License-Identifier: MIT
#include "ssh/KeyPlan.h"

#include "ssh/Error.h"

#include <QCoreApplication>
#include <QDir>

#include <algorithm>
#include <functional>

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(KeyPlan)
};

KeyCandidate fromAgent(const AgentIdentity &identity)
{
    const auto certificate = KeyCertificate::parse(identity.blob);
    QString description = certificate
        ? Text::tr("agent certificate %1%2").arg(keyFingerprint(certificate->key), certificate->expiryNote())
        : Text::tr("agent key %1").arg(keyFingerprint(identity.blob));
    if (!identity.comment.isEmpty())
        description += QStringLiteral(" (%1)").arg(printable(identity.comment, 100));
    return { KeyCandidate::Source::Agent, identity.blob, identity.comment, 0, description };
}

/// One of those that ssh(1) tries without being told, and "ssh -G" lists as if they had been named.
bool isDefaultFile(const QString &path)
{
    return path.startsWith(QDir::homePath() + QStringLiteral("/.ssh/id_"));
}

KeyCandidate fromFile(const IdentityFile &file, std::size_t index)
{
    const bool locked = file.state == IdentityFile::State::Encrypted;
    return { locked ? KeyCandidate::Source::LockedFile : KeyCandidate::Source::File,
             file.publicBlob,
             {},
             index,
             Text::tr("identity file %1").arg(IdentityFile::shown(file.path)) };
}

KeyCandidate withCertificate(KeyCandidate candidate, const CertificateFile &file)
{
    candidate.signWith = candidate.blob;
    candidate.blob = file.certificate.blob;
    candidate.description =
        Text::tr("certificate %1%2 of %3")
            .arg(IdentityFile::shown(file.path), file.certificate.expiryNote(), candidate.description);
    return candidate;
}

} // namespace

QStringList KeyPlan::filesFor(const SshTarget &target)
{
    if (!target.identityFiles.isEmpty())
        return target.identityFiles;
    const QString folder = QDir::homePath() + QStringLiteral("/.ssh/");
    return { folder + QStringLiteral("id_ed25519"), folder + QStringLiteral("id_ecdsa"),
             folder + QStringLiteral("id_rsa") };
}

QString KeyPlan::agentFor(const SshTarget &target)
{
    if (target.identityAgent == QLatin1String("none"))
        return {};
    if (!target.identityAgent.isEmpty() && target.identityAgent != QLatin1String("SSH_AUTH_SOCK"))
        return target.identityAgent;
    return QFile::decodeName(qgetenv("SSH_AUTH_SOCK"));
}

bool KeyPlan::isUsable(const QByteArray &algorithm)
{
    static const QList<QByteArray> usable {
        "ssh-ed25519",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "ssh-rsa",
        "sk-ssh-ed25519@openssh.com",
        "sk-ecdsa-sha2-nistp256@openssh.com",
    };
    return usable.contains(plainAlgorithm(algorithm));
}

QList<KeyCandidate> KeyPlan::make(const SshTarget &target, const QList<AgentIdentity> &agent,
                                  const std::vector<IdentityFile> &files, const QByteArray &preferred,
                                  const std::vector<CertificateFile> &certificates)
{
    QList<KeyCandidate> plan;
    // What the agent holds of a key: its certificates first, then itself.
    const auto addFromAgent = [&](const QByteArray &key) {
        for (const bool certified : { true, false }) {
            for (const AgentIdentity &identity : agent) {
                const auto certificate = KeyCertificate::parse(identity.blob);
                if (certificate.has_value() == certified && (certified ? certificate->key : identity.blob) == key)
                    plan += fromAgent(identity);
            }
        }
    };
    const auto inAgent = [&agent](const QByteArray &blob) {
        return !blob.isEmpty() && std::any_of(agent.begin(), agent.end(), [&blob](const AgentIdentity &identity) {
            return identity.blob == blob;
        });
    };
    const auto addFiles = [&](const std::function<bool(const IdentityFile &)> &wanted) {
        for (std::size_t i = 0; i < files.size(); ++i) {
            if (wanted(files[i]) && !inAgent(files[i].publicBlob))
                plan += fromFile(files[i], i);
        }
    };
    const auto isPlain = [](const IdentityFile &file) { return file.state == IdentityFile::State::Plain; };
    const auto isLocked = [](const IdentityFile &file) { return file.state == IdentityFile::State::Encrypted; };
    const auto isNamed = [&](const IdentityFile &file) {
        return target.identityFiles.contains(file.path) && !isDefaultFile(file.path);
    };

    for (const IdentityFile &file : files) {
        if (!file.publicBlob.isEmpty())
            addFromAgent(file.publicBlob);
    }
    addFiles(isPlain);
    addFiles([&](const IdentityFile &file) { return isLocked(file) && isNamed(file); });
    if (!target.identitiesOnly) {
        for (const AgentIdentity &identity : agent)
            plan += fromAgent(identity);
    }
    addFiles([&](const IdentityFile &file) { return isLocked(file) && !isNamed(file); });

    // Each key once, after its certificates, and what libssh cannot use not at all.
    QList<KeyCandidate> result;
    const auto add = [&result](const KeyCandidate &candidate) {
        const bool known = !candidate.blob.isEmpty()
            && std::any_of(result.begin(), result.end(),
                           [&candidate](const KeyCandidate &other) { return other.blob == candidate.blob; });
        if (!known && (candidate.blob.isEmpty() || isUsable(keyAlgorithm(candidate.blob))))
            result += candidate;
    };
    for (const KeyCandidate &candidate : plan) {
        for (const CertificateFile &file : certificates) {
            if (file.certificate.isUser && file.certificate.key == candidate.blob)
                add(withCertificate(candidate, file));
        }
        add(candidate);
    }
    if (!preferred.isEmpty()) {
        std::stable_partition(result.begin(), result.end(),
                              [&preferred](const KeyCandidate &candidate) { return candidate.blob == preferred; });
    }
    return result;
}

} // namespace Helmclaw
