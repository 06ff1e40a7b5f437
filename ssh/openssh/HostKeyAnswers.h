// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/HostKeyChecker.h"

#include <QByteArrayList>

namespace Helmclaw {

/// What ssh's KnownHostsCommand is told. ssh itself then verifies: that the server has the key, or that its host
/// certificate is signed by an authority of ours, valid, and made out for this name.
class HostKeyAnswers
{
public:
    struct Answer
    {
        enum class Kind {
            Lines, ///< known_hosts lines to go on with, maybe none
            Trusted, ///< the lines hold the key or its authority
            Judged, ///< the report is for somebody else to decide on
            Malformed,
        } kind = Kind::Malformed;
        QByteArray lines;
        QString fingerprint; ///< Trusted
        HostKeyReport report; ///< Trusted, Judged: of the plain key
    };
    /// @p words: the token "%I" (ORDER, HOSTNAME, ADDRESS), "%t" and "%K".
    [[nodiscard]] static Answer answer(const HostKeyChecker &checker, const KnownHosts &index, const SshTarget &target,
                                       const QByteArrayList &words);
    /// A line that pins @p key for whatever name ssh asks about: it makes one connection only.
    [[nodiscard]] static QByteArray line(const HostKey &key, const char *mark = "");
};

} // namespace Helmclaw
