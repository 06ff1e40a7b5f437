// SPDX-License-Identifier: MIT
#pragma once

#include "SshdFixture.h"
#include "models/fleet/Fleet.h"
#include "models/fleet/ServerSessions.h"
#include "models/tasks/TaskPlan.h"
#include "ssh/SshPool.h"
#include "tests/support/Files.h"

#include <functional>
#include <memory>

namespace Helmclaw::Test {

/// The house of a program that runs tasks on one sshd. Its folder is the caller's, so that another program's house can
/// have it, too.
struct House
{
    House(const QString &folder, const QString &knownHosts)
        : dir(folder)
    {
        const QString config = path(u"ssh_config"_qs);
        written = writeFile(config, "Host *\n  UserKnownHostsFile " + knownHosts.toUtf8() + "\n  IdentityAgent none\n");
        SshPoolOptions options;
        options.ownKnownHostsFile = path(u"own/known_hosts"_qs);
        pool = std::make_unique<SshPool>(options);
        sessions = std::make_unique<ServerSessions>(&fleet, pool.get());
        sessions->setSshConfigFile(config);
        loaded = fleet.load(path(u"fleet.json"_qs)).has_value();
    }
    QString path(const QString &name) const { return dir + u'/' + name; }
    QString journals() const { return path(u"tasks"_qs); }
    QString add(const QString &name, const SshdFixture &sshd)
    {
        Server server;
        server.name = name;
        server.host = u"127.0.0.1"_qs;
        server.port = sshd.port();
        server.user = sshd.user();
        server.identityFiles = { sshd.identityFile() };
        return fleet.add(server).value();
    }

    QString dir;
    Fleet fleet;
    std::unique_ptr<SshPool> pool;
    std::unique_ptr<ServerSessions> sessions;
    bool written = false;
    bool loaded = false;
};

inline TaskStep shell(TaskStep::Kind kind, const QString &script, int timeout = 60)
{
    TaskStep step;
    step.kind = kind;
    step.title = script.left(30);
    step.argv = { u"sh"_qs, u"-c"_qs, script };
    step.timeout = timeout;
    return step;
}

inline constexpr auto Look = TaskStep::Kind::Precondition;
inline constexpr auto Do = TaskStep::Kind::Change;
inline constexpr auto Prove = TaskStep::Kind::Proof;

} // namespace Helmclaw::Test
