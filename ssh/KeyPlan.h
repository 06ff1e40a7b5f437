// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/AgentRelay.h"
#include "ssh/IdentityFile.h"
#include "ssh/SshTarget.h"

#include <QList>

#include <vector>

namespace Helmclaw {

/// One key that may be offered to a server.
struct KeyCandidate
{
    enum class Source {
        Agent,
        File,
        LockedFile, ///< its passphrase is to be asked for, once the server has said that it would take the key
    } source = Source::Agent;
    QByteArray blob; ///< what is offered: a key or a certificate; may be empty for a PEM file without its ".pub"
    QByteArray comment; ///< agent only
    std::size_t file = 0; ///< index into the files; for Source::File and Source::LockedFile
    QString description; ///< "agent key SHA256:… (me@desk)", "identity file ~/.ssh/id_ed25519"
    QByteArray signWith = {}; ///< when blob is a certificate from a file: the plain key's blob
};

/// A CertificateFile of ssh_config(5), or the one beside an identity file.
struct CertificateFile
{
    QString path;
    KeyCertificate certificate;
};

/// Decides in which order keys are offered. A server sees only SshTarget::maxKeyOffers of them, so the likeliest come
/// first: the one that worked last time, agent keys that the server's settings name, the named files themselves, and
/// only then what else the agent holds. (ssh(1) offers unnamed agent keys before named files; with at most three offers
/// the named file would never get its turn.) A certificate is offered before its bare key. Files with a passphrase have
/// their place when the settings name them, else they come last: nobody is to be asked for what is not needed.
class KeyPlan
{
public:
    [[nodiscard]] static QList<KeyCandidate> make(const SshTarget &target, const QList<AgentIdentity> &agent,
                                                  const std::vector<IdentityFile> &files, const QByteArray &preferred,
                                                  const std::vector<CertificateFile> &certificates = {});
    /// The files to look at: the target's, else ssh's defaults.
    [[nodiscard]] static QStringList filesFor(const SshTarget &target);
    /// The agent's socket for @p target; empty when no agent is to be asked.
    [[nodiscard]] static QString agentFor(const SshTarget &target);
    /// True when libssh 0.10 can use a public key of this type; a certificate's counts as its key's.
    [[nodiscard]] static bool isUsable(const QByteArray &algorithm);
};

} // namespace Helmclaw
