// SPDX-License-Identifier: MIT
#include "models/gateway/GatewayScripts.h"

#include <QFile>

using namespace Qt::Literals::StringLiterals;

// The models are a static library: without this the linker may leave the resource out. Must stand outside a namespace.
static void initGatewayResource()
{
    Q_INIT_RESOURCE(helmclaw_gateway_scripts);
}

namespace Helmclaw {

static QByteArray script(const QString &name)
{
    initGatewayResource();
    QFile file(u":/scripts/"_s + name);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("%s is not built in", qPrintable(name));
    return file.readAll();
}

QByteArray gatewayDiscoverScript()
{
    return script(u"gateway-discover.sh"_s);
}

QByteArray gatewayStateScript()
{
    // Functions first: the last line of the other one starts it all.
    return script(u"gateway-state.sh"_s) + gatewayDiscoverScript();
}

} // namespace Helmclaw
