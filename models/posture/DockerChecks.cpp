// SPDX-License-Identifier: MIT
#include "models/posture/DockerChecks.h"

#include "models/posture/CheckCatalogue.h"
#include "models/posture/CheckDraft.h"
#include "models/posture/Exposure.h"
#include "models/posture/ServerFacts.h"

#include <QDir>

#include <algorithm>
#include <optional>

namespace Helmclaw {

namespace {

const QString source = QStringLiteral("docker inspect");

struct Texts
{
    Q_DECLARE_TR_FUNCTIONS(Helmclaw::DockerChecks)
public:
    /// The cases in which there is no container to judge.
    static std::optional<CheckResult> without(CheckDraft &draft, const ServerFacts &facts)
    {
        if (!facts.isLinux)
            return draft.evidence(QStringLiteral("uname"), facts.kernel).notApplicable(CheckDraft::notLinuxText(facts));
        const DockerFacts &docker = facts.docker;
        if (!docker.installed)
            return draft.evidence(QStringLiteral("command -v docker"), QStringLiteral("not found"))
                .notApplicable(tr("Docker is not installed"));
        if (!docker.read) {
            draft.evidence(source,
                           docker.problem.isEmpty() ? tr("only root and the group docker may ask") : docker.problem);
            return docker.problem.isEmpty()
                ? draft.unknown(
                    tr("not readable without sudo"),
                    tr("Log in as root or as a user whose sudo asks for no password. (The group docker would "
                       "do, too, but it is as good as root.)"))
                : draft.unknown(tr("Docker did not answer as expected"),
                                tr("See on the server: sudo systemctl status docker; sudo docker ps"));
        }
        if (docker.containers.isEmpty())
            return draft.evidence(source, tr("no container runs")).notApplicable(tr("no container runs"));
        return std::nullopt;
    }
    static QString containers(const QStringList &names) { return names.join(QStringLiteral(", ")); }
    static QString pass(const DockerFacts &docker)
    {
        return tr("%n container(s)", nullptr, int(docker.containers.size()));
    }
};

/// What gives a container the host: its files, its kernel, or Docker itself.
bool isDangerous(const ContainerMount &mount)
{
    if (mount.type != u"bind")
        return false;
    const QString path = QDir::cleanPath(mount.source);
    static const QStringList whole =
        QStringLiteral("/ /run /var/run /var /etc /root /boot /home /usr /var/lib /var/lib/docker").split(u' ');
    static const QStringList within = QStringLiteral("/proc /sys /dev").split(u' ');
    return whole.contains(path) || path.endsWith(u"/docker.sock") || path.endsWith(u"/containerd.sock")
        || std::any_of(within.begin(), within.end(),
                       [&path](const QString &folder) { return path == folder || path.startsWith(folder + u'/'); });
}

} // namespace

CheckResult DockerChecks::published(const ServerFacts &facts)
{
    CheckDraft draft(QStringLiteral("docker.published"));
    if (const auto result = Texts::without(draft, facts))
        return *result;
    const Exposure exposure = Exposure::of(facts);
    QStringList open;
    QStringList others;
    for (const Container &container : facts.docker.containers) {
        for (const PublishedPort &port : container.ports) {
            draft.evidence(source, QStringLiteral("%1: %2").arg(container.name, port.text()));
            if (port.isLoopback())
                continue;
            const bool anyone = std::any_of(exposure.rows.begin(), exposure.rows.end(), [&](const ExposureRow &row) {
                return row.port == port.hostPort && row.protocol == port.protocol
                    && row.from == ExposureRow::From::Anyone;
            });
            (anyone ? open : others)
                .append(QStringLiteral("%1 %2/%3").arg(container.name).arg(port.hostPort).arg(port.protocol));
        }
    }
    if (open.isEmpty() && others.isEmpty() && !exposure.isComplete())
        draft.evidence(exposure.problem);
    const QString remedy =
        tr("Publish on loopback only (-p 127.0.0.1:PORT:PORT, or \"127.0.0.1:PORT:PORT\" in compose.yml), "
           "then make the container anew");
    open.removeDuplicates();
    others.removeDuplicates();
    if (!open.isEmpty())
        return draft.fail(tr("anyone can reach: %1").arg(Texts::containers(open)), remedy);
    if (!others.isEmpty())
        return draft.warn(tr("published on more than 127.0.0.1: %1").arg(Texts::containers(others)), remedy);
    if (std::none_of(facts.docker.containers.begin(), facts.docker.containers.end(),
                     [](const Container &container) { return !container.ports.isEmpty(); }))
        draft.evidence(source, tr("no port is published"));
    return draft.pass(Texts::pass(facts.docker));
}

CheckResult DockerChecks::user(const ServerFacts &facts)
{
    CheckDraft draft(QStringLiteral("docker.user"));
    if (const auto result = Texts::without(draft, facts))
        return *result;
    QStringList root;
    for (const Container &container : facts.docker.containers) {
        draft.evidence(source,
                       QStringLiteral("%1: User \"%2\" (%3)").arg(container.name, container.user, container.image));
        if (container.isRoot())
            root.append(container.name);
    }
    if (!root.isEmpty()) {
        return draft.warn(tr("runs as root: %1").arg(Texts::containers(root)),
                          tr("Give the image a USER, or start the container with --user UID:GID"));
    }
    return draft.pass(Texts::pass(facts.docker));
}

CheckResult DockerChecks::privileges(const ServerFacts &facts)
{
    CheckDraft draft(QStringLiteral("docker.privileged"));
    if (const auto result = Texts::without(draft, facts))
        return *result;
    static const QStringList strong = QStringLiteral("ALL SYS_ADMIN SYS_MODULE SYS_PTRACE SYS_RAWIO DAC_READ_SEARCH "
                                                     "BPF NET_ADMIN")
                                          .split(u' ');
    QStringList bad;
    for (const Container &container : facts.docker.containers) {
        QStringList what;
        if (container.privileged)
            what.append(QStringLiteral("--privileged"));
        if (container.pidMode == u"host")
            what.append(QStringLiteral("--pid host"));
        for (const QString &capability : container.capabilities) {
            const QString name = capability.startsWith(u"CAP_") ? capability.mid(4) : capability;
            if (strong.contains(name))
                what.append(QStringLiteral("--cap-add %1").arg(name));
        }
        draft.evidence(
            source,
            QStringLiteral("%1: %2").arg(container.name, what.isEmpty() ? tr("nothing special") : what.join(u' ')));
        if (!what.isEmpty())
            bad.append(QStringLiteral("%1 (%2)").arg(container.name, what.join(u' ')));
    }
    if (!bad.isEmpty()) {
        return draft.fail(tr("as good as root on the host: %1").arg(Texts::containers(bad)),
                          tr("Start the container without these options"));
    }
    return draft.pass(Texts::pass(facts.docker));
}

CheckResult DockerChecks::mounts(const ServerFacts &facts)
{
    CheckDraft draft(QStringLiteral("docker.mounts"));
    if (const auto result = Texts::without(draft, facts))
        return *result;
    QStringList bad;
    for (const Container &container : facts.docker.containers) {
        if (container.mounts.isEmpty())
            draft.evidence(source, tr("%1: no mount").arg(container.name));
        for (const ContainerMount &mount : container.mounts) {
            draft.evidence(source,
                           QStringLiteral("%1: %2 %3 → %4%5")
                               .arg(container.name, mount.type, mount.source, mount.destination,
                                    mount.writable ? QString() : QStringLiteral(" (ro)")));
            if (isDangerous(mount))
                bad.append(QStringLiteral("%1 %2").arg(container.name, mount.source));
        }
    }
    if (!bad.isEmpty()) {
        return draft.fail(
            tr("gives the host away: %1").arg(Texts::containers(bad)),
            tr("Mount only the folder that the container needs; who has docker.sock, /proc, /sys or / is root "
               "on the host"));
    }
    return draft.pass(Texts::pass(facts.docker));
}

CheckResult DockerChecks::hostNetwork(const ServerFacts &facts)
{
    CheckDraft draft(QStringLiteral("docker.host-network"));
    if (const auto result = Texts::without(draft, facts))
        return *result;
    QStringList bad;
    for (const Container &container : facts.docker.containers) {
        draft.evidence(source, QStringLiteral("%1: NetworkMode \"%2\"").arg(container.name, container.networkMode));
        if (container.networkMode == u"host")
            bad.append(container.name);
    }
    if (!bad.isEmpty()) {
        return draft.warn(tr("in the host's network: %1").arg(Texts::containers(bad)),
                          tr("Leave --network host out, and publish the one port that is needed on 127.0.0.1"));
    }
    return draft.pass(Texts::pass(facts.docker));
}

QList<CheckRule> DockerChecks::rules()
{
    const QString area = QStringLiteral("docker");
    const CheckCategory category = CheckCategory::Infrastructure;
    return {
        { { QStringLiteral("docker.published"), tr("Containers publish on 127.0.0.1 only"), tr("Published"), area,
            tr("A port published on every address goes past the firewall's own rules."), category, Severity::High },
          DockerChecks::published },
        { { QStringLiteral("docker.user"), tr("Containers do not run as root"), tr("User"), area,
            tr("Root in a container is root on the host, one kernel hole or one mount away."), category,
            Severity::Medium },
          DockerChecks::user },
        { { QStringLiteral("docker.privileged"), tr("Containers have no special privileges"), tr("Privileges"), area,
            tr("A privileged container can do to the host whatever root can."), category, Severity::Critical },
          DockerChecks::privileges },
        { { QStringLiteral("docker.mounts"), tr("Containers do not see the host's system"), tr("Mounts"), area,
            tr("An agent that can write to the host's files, its /proc or Docker's socket is not contained."), category,
            Severity::Critical },
          DockerChecks::mounts },
        { { QStringLiteral("docker.host-network"), tr("Containers have a network of their own"), tr("Network"), area,
            tr("In the host's network a container reaches everything that is bound to localhost, the gateway "
               "included."),
            category, Severity::Medium },
          DockerChecks::hostNetwork },
    };
}

} // namespace Helmclaw
