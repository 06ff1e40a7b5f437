// SPDX-License-Identifier: MIT
// libFuzzer: whatever a server answers to the probe, judging it ends, and what is shown of it is safe to show (the
// invariants of tests/models/posture). With corpus: the recorded answers, tests/fixtures/posture. Started by
// tests/fuzz/run.
#include "tests/models/posture/ProbeInvariants.h"

#include <cstddef>
#include <cstdint>

using namespace Helmclaw;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QByteArray output(reinterpret_cast<const char *>(data), qsizetype(size));
    const auto outcome = judgeProbe(output, QByteArrayLiteral("0123456789abcdef"));
    if (!outcome)
        return 0;
    if (const QString broken = brokenInvariant(*outcome); !broken.isEmpty())
        qFatal("%s", qPrintable(broken));
    return 0;
}
