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
    QByteArray text;
    // Functions first: the last line of the last one starts it all.
    for (const char *name : { "probe-host.sh", "probe.sh" }) {
        QFile file(QStringLiteral(":/scripts/%1").arg(QLatin1StringView(name)));
        if (!file.open(QIODevice::ReadOnly))
            qFatal("%s is not built in", name);
        text += file.readAll();
    }
    return text;
}

QByteArray newProbeNonce()
{
    std::array<quint32, 4> random {};
    QRandomGenerator::system()->fillRange(random.data(), random.size());
    return QByteArray(reinterpret_cast<const char *>(random.data()), sizeof random).toHex();
}

} // namespace Helmclaw
