// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

namespace Helmclaw {

class ProbeReport;

/// A port of a container that the host passes on.
struct PublishedPort
{
    QString protocol; ///< "tcp", "udp", "sctp"
    int containerPort = 0;
    QString hostAddress; ///< "0.0.0.0", "::", "127.0.0.1"; empty: every address
    int hostPort = 0;

    [[nodiscard]] bool isLoopback() const;
    [[nodiscard]] QString text() const; ///< "0.0.0.0:8080 → 80/tcp"
};

struct ContainerMount
{
    QString type; ///< "bind", "volume", "tmpfs"
    QString source; ///< on the host
    QString destination;
    bool writable = true;
};

/// A container that runs, as "docker inspect" tells; its environment is never asked for.
struct Container
{
    QString name;
    QString image;
    QString user; ///< of its process; empty: root
    bool privileged = false;
    QString networkMode; ///< "default", "host", "container:ID"
    QString pidMode; ///< "host" or empty
    QStringList capabilities; ///< added: "SYS_ADMIN"
    QList<ContainerMount> mounts;
    QList<PublishedPort> ports;

    [[nodiscard]] bool isRoot() const;
};

struct DockerFacts
{
    bool installed = false; ///< the docker command is there
    bool read = false; ///< every running container is in `containers`
    QString problem; ///< why not; empty: the probe may not ask
    QList<Container> containers;

    [[nodiscard]] static DockerFacts parse(const ProbeReport &report);
};

} // namespace Helmclaw
