// SPDX-License-Identifier: MIT
#include "models/posture/ProbeScript.h"

#include "models/gateway/GatewayScripts.h"
#include "ssh/CommandLine.h"

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
    // The probe runs the gateway scripts in a shell of their own, as root where it may: that shell needs their text.
    QByteArray text = "helmclaw_gateway=" + CommandLine::quote(QString::fromUtf8(gatewayStateScript())).toUtf8() + '\n';
    // Functions first: the last line of the last one starts it all.
    for (const char *name : { "probe-host.sh", "probe-openclaw.sh", "probe.sh" }) {
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
