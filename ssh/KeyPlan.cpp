// SPDX-License-Identifier: MIT
#include "ssh/KeyPlan.h"

#include "ssh/Error.h"

#include <QCoreApplication>
#include <QDir>

#include <algorithm>

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(KeyPlan)
};

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
    return usable.contains(algorithm);
}

QList<KeyCandidate> KeyPlan::make(const SshTarget &target, const QList<AgentIdentity> &agent,
                                  const std::vector<IdentityFile> &files, const QByteArray &preferred)
{
    const auto fromAgent = [](const AgentIdentity &identity) {
        QString description = Text::tr("agent key %1").arg(keyFingerprint(identity.blob));
        if (!identity.comment.isEmpty())
            description += QStringLiteral(" (%1)").arg(printable(identity.comment, 100));
        return KeyCandidate { KeyCandidate::Source::Agent, identity.blob, identity.comment, 0, description };
    };
    const auto inAgent = [&agent](const QByteArray &blob) {
        return std::find_if(agent.begin(), agent.end(),
                            [&blob](const AgentIdentity &identity) { return identity.blob == blob; });
    };

    QList<KeyCandidate> plan;
    for (const IdentityFile &file : files) {
        if (file.publicBlob.isEmpty())
            continue;
        if (const auto found = inAgent(file.publicBlob); found != agent.end())
            plan += fromAgent(*found);
    }
    for (std::size_t i = 0; i < files.size(); ++i) {
        const IdentityFile &file = files[i];
        const bool held = !file.publicBlob.isEmpty() && inAgent(file.publicBlob) != agent.end();
        if (file.state == IdentityFile::State::Plain && !held) {
            plan += KeyCandidate { KeyCandidate::Source::File,
                                   file.publicBlob,
                                   {},
                                   i,
                                   Text::tr("identity file %1").arg(IdentityFile::shown(file.path)) };
        }
    }
    if (!target.identitiesOnly) {
        for (const AgentIdentity &identity : agent)
            plan += fromAgent(identity);
    }

    // Each key once, and what libssh cannot use not at all.
    QList<KeyCandidate> result;
    for (const KeyCandidate &candidate : plan) {
        const bool known = !candidate.blob.isEmpty()
            && std::any_of(result.begin(), result.end(),
                           [&candidate](const KeyCandidate &other) { return other.blob == candidate.blob; });
        if (!known && (candidate.blob.isEmpty() || isUsable(keyAlgorithm(candidate.blob))))
            result += candidate;
    }
    if (!preferred.isEmpty()) {
        std::stable_partition(result.begin(), result.end(),
                              [&preferred](const KeyCandidate &candidate) { return candidate.blob == preferred; });
    }
    return result;
}

} // namespace Helmclaw
