// SPDX-License-Identifier: MIT
#include "ssh/openssh/HostKeyAnswers.h"

#include "ssh/IdentityFile.h"
#include "ssh/KeyCertificate.h"

#include <QCoreApplication>

#include <algorithm>

namespace Helmclaw {

namespace {

using Answer = HostKeyAnswers::Answer;

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(HostKeyAnswers)
};

constexpr auto authorityMark = "@cert-authority ";

/// All that is known for the name, so that ssh asks the server for a key that can match.
Answer order(const KnownHosts &index, const SshTarget &target)
{
    QByteArray lines;
    for (const KnownHosts::Entry &entry : index.pinnedFor(target.knownHostsName()))
        lines += HostKeyAnswers::line(entry.key);
    for (const HostKey &published : target.advice.hostKeys)
        lines += HostKeyAnswers::line(published);
    for (const KnownHosts::Entry &entry : index.authoritiesFor(target.knownHostsName()))
        lines += HostKeyAnswers::line(entry.key, authorityMark);
    return { Answer::Kind::Lines, lines, {}, {} };
}

Answer ofCertificate(const KnownHosts &index, const SshTarget &target, const KeyCertificate &certificate,
                     const HostKey &plain, const HostKeyReport &report)
{
    const QString name = target.knownHostsName();
    const HostKey authority { keyAlgorithm(certificate.authority), certificate.authority };
    const KnownHosts::Lookup ofAuthority = index.lookup(name, authority);
    if (report.verdict == HostKeyVerdict::Revoked)
        return { Answer::Kind::Judged, {}, {}, report };
    if (ofAuthority.verdict == HostKeyVerdict::Revoked) {
        HostKeyReport revoked = report;
        revoked.verdict = HostKeyVerdict::Revoked;
        revoked.marked = ofAuthority.marked;
        return { Answer::Kind::Judged, {}, {}, revoked };
    }
    const QList<KnownHosts::Entry> known = index.authoritiesFor(name);
    const bool ours = std::any_of(known.begin(), known.end(),
                                  [&](const KnownHosts::Entry &entry) { return entry.key.blob == authority.blob; });
    if (!ours || target.advice.contradicts(plain))
        return { Answer::Kind::Lines, {}, {}, {} }; // ssh takes the certificate off and asks again about the plain key
    return { Answer::Kind::Trusted, HostKeyAnswers::line(authority, authorityMark),
             Text::tr("%1, certified by %2").arg(plain.fingerprint(), authority.fingerprint()), report };
}

} // namespace

QByteArray HostKeyAnswers::line(const HostKey &key, const char *mark)
{
    return QByteArray(mark) + "* " + key.algorithm + ' ' + key.blob.toBase64() + '\n';
}

Answer HostKeyAnswers::answer(const HostKeyChecker &checker, const KnownHosts &index, const SshTarget &target,
                              const QByteArrayList &words)
{
    if (words.size() != 3)
        return {};
    if (words[0] == "ORDER")
        return order(index, target);
    if (words[0] != "HOSTNAME")
        return { Answer::Kind::Lines, {}, {}, {} }; // addresses are not pinned
    HostKey key { words[1], QByteArray::fromBase64(words[2]) };
    if (!key.isWellFormed())
        return {};
    const auto certificate = KeyCertificate::parse(key.blob);
    if (certificate)
        key = { plainAlgorithm(key.algorithm), certificate->key };
    const HostKeyReport report = checker.judge(index, target, key);
    if (certificate)
        return ofCertificate(index, target, *certificate, key, report);
    if (report.verdict == HostKeyVerdict::Match)
        return { Answer::Kind::Trusted, line(key), key.fingerprint(), report };
    return { Answer::Kind::Judged, {}, {}, report };
}

} // namespace Helmclaw
