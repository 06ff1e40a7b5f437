// SPDX-License-Identifier: MIT
#include "models/posture/ProbeScript.h"

#include <QFile>
#include <QRandomGenerator>

#include <array>

// The models are a static library: without this the linker may leave the resource out. Must stand outside a namespace.
static void initProbeResource()
{
    Q_INIT_RESOURCE(helmclaw_scripts);
}

namespace Helmclaw {

QByteArray probeScript()
{
    initProbeResource();
    QFile file(QStringLiteral(":/scripts/probe.sh"));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("probe.sh is not built in");
    return file.readAll();
}

QByteArray newProbeNonce()
{
    std::array<quint32, 4> random {};
    QRandomGenerator::system()->fillRange(random.data(), random.size());
    return QByteArray(reinterpret_cast<const char *>(random.data()), sizeof random).toHex();
}

} // namespace Helmclaw
