// SPDX-License-Identifier: MIT
#include "ssh/DialAttempt.h"

#include "ssh/SshErrors.h"

namespace Helmclaw {

std::optional<Error> DialAttempt::problemWith(const DialRequest &request, const HostKeyReport &report,
                                              const SshErrors &errors)
{
    const HostKey &key = report.offered;
    if (report.verdict != HostKeyVerdict::Unknown)
        return errors.hostKey(report);
    if (request.target.advice.contradicts(key))
        return errors.hostKeyNotPublished(key);
    if (request.target.advice.vouchesFor(key) || (request.acceptedKey && *request.acceptedKey == key))
        return std::nullopt;
    if (request.acceptedKey)
        return errors.hostKeySwitched(*request.acceptedKey, key);
    return errors.hostKeyUnknown(key);
}

} // namespace Helmclaw
