// SPDX-License-Identifier: MIT
#pragma once

#include "SshdFixture.h"

#include "models/fleet/ServerSessions.h"
#include "models/gateway/WebUiSessions.h"
#include "ssh/SshPool.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include <memory>

namespace Helmclaw::Test {

/// Everything between the fleet file and the web UI, as the program composes it, with one server.
struct WebUiHouse
{
    explicit WebUiHouse(const SshdFixture &sshd, quint16 gatewayPort)
    {
        const QString config = dir.filePath(QStringLiteral("ssh_config"));
        QFile file(config);
        if (file.open(QIODevice::WriteOnly))
            file.write("Host *\n  UserKnownHostsFile " + sshd.knownHostsFile().toUtf8() + "\n  IdentityAgent none\n");
        file.close();
        SshPoolOptions options;
        options.ownKnownHostsFile = dir.filePath(QStringLiteral("own/known_hosts"));
        pool = std::make_unique<SshPool>(options);
        if (!fleet.load(dir.filePath(QStringLiteral("fleet.json"))))
            qFatal("no fleet");
        sessions = std::make_unique<ServerSessions>(&fleet, pool.get());
        sessions->setSshConfigFile(config);
        webUi = std::make_unique<WebUiSessions>(&fleet, sessions.get());
        Server server;
        server.name = QStringLiteral("loop");
        server.host = QStringLiteral("127.0.0.1");
        server.port = sshd.port();
        server.user = sshd.user();
        server.identityFiles = { sshd.identityFile() };
        server.gatewayPort = gatewayPort;
        id = fleet.add(server).value();
    }
    [[nodiscard]] WebUiStatus status() const { return webUi->status(id); }
    [[nodiscard]] bool until(WebUiState state, int milliseconds = 40000) const
    {
        return QTest::qWaitFor([&] { return status().state == state; }, milliseconds);
    }
    /// What open() hands to the browser; empty (and a warning with the reason) when it fails.
    [[nodiscard]] QUrl open() const
    {
        QSignalSpy ready(webUi.get(), &WebUiSessions::signInReady);
        QSignalSpy failed(webUi.get(), &WebUiSessions::openFailed);
        webUi->open(id);
        (void)QTest::qWaitFor([&] { return !ready.isEmpty() || !failed.isEmpty(); }, 60000);
        if (!failed.isEmpty())
            qWarning("%s", qPrintable(failed.at(0).at(1).value<Error>().toString()));
        return ready.isEmpty() ? QUrl() : ready.at(0).at(1).toUrl();
    }

    QTemporaryDir dir;
    Fleet fleet;
    std::unique_ptr<SshPool> pool;
    std::unique_ptr<ServerSessions> sessions;
    std::unique_ptr<WebUiSessions> webUi;
    QString id;
};

} // namespace Helmclaw::Test
