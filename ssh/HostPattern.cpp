// SPDX-License-Identifier: MIT
#include "ssh/HostPattern.h"

namespace Helmclaw {

bool hostPatternMatches(QByteArrayView name, QByteArrayView pattern)
{
    qsizetype n = 0;
    qsizetype p = 0;
    qsizetype star = -1;
    qsizetype resume = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = n;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
            ++p;
            ++n;
        } else if (star >= 0) {
            p = star + 1;
            n = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

bool hostPatternListMatches(QByteArrayView name, const QList<QByteArray> &patterns)
{
    bool found = false;
    for (const QByteArray &pattern : patterns) {
        if (pattern.startsWith('!')) {
            if (hostPatternMatches(name, QByteArrayView(pattern).sliced(1)))
                return false;
        } else if (!found) {
            found = hostPatternMatches(name, pattern);
        }
    }
    return found;
}

} // namespace Helmclaw
