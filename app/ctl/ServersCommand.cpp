// SPDX-License-Identifier: MIT
#include "app/ctl/ServersCommand.h"

#include "models/fleet/SessionLabel.h"
#include "models/fleet/SshConfigImport.h"
#include "models/fleet/SshSettings.h"
#include "models/fleet/TailscaleImport.h"

#include <QJsonArray>
#include <QJsonObject>

#include <algorithm>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

static QJsonObject toJson(const Server &server, const Tailnet &tailnet)
{
    QJsonObject object { { u"id"_s, server.id },
                         { u"name"_s, server.name },
                         { u"host"_s, server.host },
                         { u"port"_s, server.port },
                         { u"user"_s, server.user },
                         { u"identityFiles"_s, QJsonArray::fromStringList(server.identityFiles) },
                         { u"proxyJump"_s, server.proxyJump },
                         { u"sshBackend"_s, sshBackendName(server.backend) },
                         { u"tags"_s, QJsonArray::fromStringList(server.tags) },
                         { u"gatewayPort"_s, server.gatewayPort },
                         { u"localPort"_s, server.localPort } };
    if (server.isOnTailnet())
        object.insert(u"tailnet"_s, tailnet.toJson(server));
    return object;
}

void ServersCommand::describe(QCommandLineParser &parser) const
{
    parser.setApplicationDescription(
        tr("helmclawctl servers [list]             the servers of the fleet\n"
           "helmclawctl servers show [NAME…]       how they are reached: what ssh_config makes of them, and what "
           "Helmclaw\n"
           "                                       does not follow of it\n"
           "helmclawctl servers add NAME HOST      adds one (HOST: name, address or alias of ~/.ssh/config)\n"
           "helmclawctl servers edit NAME          changes the fields that are named by options\n"
           "helmclawctl servers remove NAME…       removes from the fleet file; nothing on the server changes\n"
           "helmclawctl servers import [ALIAS…]    adds hosts of ~/.ssh/config (or --ssh-config); all with --all\n"
           "helmclawctl servers import --tailscale [--tag tag:NAME] [PEER…]\n"
           "                                       adds peers of this computer's tailnet; all with --all"));
    parser.addOption({ u"json"_s, tr("list, show: as JSON.") });
    parser.addOption({ u"name"_s, tr("edit: the new name."), u"name"_s });
    parser.addOption({ u"host"_s, tr("edit: the new host."), u"host"_s });
    parser.addOption({ u"port"_s, tr("SSH port; 0: from ssh_config."), u"port"_s });
    parser.addOption({ u"user"_s, tr("Log-in name."), u"user"_s });
    parser.addOption({ u"identity"_s, tr("Private key file; may be repeated; empty: from ssh_config."), u"file"_s });
    parser.addOption({ u"jump"_s,
                       tr("Jump hosts, [user@]host[:port],… as in ssh -J; \"none\": directly; empty: from ssh_config."),
                       u"hosts"_s });
    parser.addOption({ u"backend"_s,
                       tr("Who carries the sessions: auto (libssh, and OpenSSH's ssh for what that cannot do), libssh, "
                          "openssh."),
                       u"backend"_s });
    parser.addOption(
        { u"tag"_s,
          tr("Group the server is in; may be repeated; empty: none. import --tailscale: \"tag:NAME\" takes "
             "only peers with this Tailscale tag."),
          u"tag"_s });
    parser.addOption({ u"tailscale"_s, tr("import: from the tailnet instead of ~/.ssh/config.") });
    parser.addOption({ u"gateway-port"_s, tr("Port of the OpenClaw gateway on the server; 0: found out."), u"port"_s });
    parser.addOption({ u"all"_s, tr("import: every usable host.") });
    parser.addOption({ u"dry-run"_s, tr("import: show what would be added, add nothing.") });
}

void ServersCommand::start(Console &console, const QCommandLineParser &parser)
{
    QStringList arguments = parser.positionalArguments();
    const QString verb = arguments.isEmpty() ? u"list"_s : arguments.takeFirst();
    if (verb == "list"_L1 && arguments.isEmpty())
        listWithTailnet(console, parser.isSet(u"json"_s));
    else if (verb == "show"_L1)
        show(console, parser, arguments);
    else if (verb == "add"_L1 && arguments.size() == 2)
        add(console, parser, arguments);
    else if (verb == "edit"_L1 && arguments.size() == 1)
        edit(console, parser, arguments);
    else if (verb == "remove"_L1 && !arguments.isEmpty())
        remove(console, arguments);
    else if (verb == "import"_L1)
        import(console, parser);
    else
        fail({ ErrorCode::InvalidInput,
               tr("These words do not fit \"servers\""),
               tr("See: helmclawctl servers --help"),
               {} },
             ExitUsage);
}

void ServersCommand::listWithTailnet(Console &console, bool json)
{
    const QList<Server> &servers = console.fleet.servers();
    if (std::none_of(servers.begin(), servers.end(), [](const Server &server) { return server.isOnTailnet(); }))
        return list(console, json);
    console.sessions.tailnet()->whenFresh(this, [this, &console, json] { list(console, json); });
}

void ServersCommand::list(Console &console, bool json)
{
    const Tailnet &tailnet = *console.sessions.tailnet();
    if (json) {
        QJsonArray array;
        for (const Server &server : console.fleet.servers())
            array.append(toJson(server, tailnet));
        writeJson(QJsonDocument(QJsonObject { { u"fleetFile"_s, console.fleet.file() }, { u"servers"_s, array } }));
    } else {
        for (const Server &server : console.fleet.servers()) {
            QString line = u"%1\t%2\t%3"_s.arg(server.name, serverAddress(server), server.tags.join(u','));
            if (server.isOnTailnet())
                line += u"\ttailnet: "_s + tailnet.summary(server);
            writeOut(line.toUtf8() + '\n');
        }
        if (console.fleet.servers().isEmpty())
            writeErr(tr("The fleet %1 has no servers yet. Add one: helmclawctl servers add NAME HOST")
                         .arg(console.fleet.file()));
    }
    finish(ExitOk);
}

static QJsonObject toJson(const SshTarget &target)
{
    QJsonArray hops;
    for (const SshTarget &hop : target.jumpHosts)
        hops.append(toJson(hop));
    return { { u"name"_s, target.name },
             { u"host"_s, target.host },
             { u"port"_s, int(target.port) },
             { u"user"_s, target.user },
             { u"hostKeyAlias"_s, target.hostKeyAlias },
             { u"identityFiles"_s, QJsonArray::fromStringList(target.identityFiles) },
             { u"proxyCommand"_s, target.proxyCommand.value(2) },
             { u"jumpHosts"_s, hops },
             { u"sshBackend"_s, sshBackendName(target.backend) },
             { u"sshBackendReason"_s, target.backendReason() } };
}

void ServersCommand::show(Console &console, const QCommandLineParser &parser, const QStringList &names)
{
    const auto servers = select(console.fleet, names);
    if (!servers)
        return fail(servers.error(), ExitUsage);
    showNext(console, *servers, parser.isSet(u"json"_s), {}, false);
}

void ServersCommand::showNext(Console &console, QList<Server> servers, bool json, const QJsonArray &array, bool failed)
{
    if (servers.isEmpty()) {
        if (json)
            writeJson(QJsonDocument(QJsonObject { { u"servers"_s, array } }));
        return finish(failed ? ExitServerFailed : ExitOk);
    }
    const Server server = servers.takeFirst();
    console.sessions.prepare(server.id, this, [=, this, &console](const Result<void> &outcome) {
        const auto target = console.sessions.target(server.id);
        const QList<SshConfigRemark> remarks = console.sessions.sshRemarks(server.id);
        QJsonObject object = toJson(server, *console.sessions.tailnet());
        QString text = server.name + u'\n';
        if (target) {
            object.insert(u"target"_s, toJson(*target));
            text += tr("  connects to  %1\n").arg(target->toString());
            for (const SshTarget &hop : target->jumpHosts) {
                text += tr("  through      %1\n").arg(hop.hopName());
                if (!hop.proxyCommand.isEmpty())
                    text += tr("    by         %1\n").arg(hop.proxyCommand.value(2));
            }
            if (!target->proxyCommand.isEmpty())
                text += tr("  by           %1\n").arg(target->proxyCommand.value(2));
            if (const QString through = backendLabel(*target); !through.isEmpty())
                text += u"  %1\n"_s.arg(through);
        }
        if (!outcome) {
            object.insert(u"error"_s, errorToJson(outcome.error()));
            text += u"  %1\n"_s.arg(outcome.error().toString());
        }
        for (const SshConfigRemark &remark : remarks)
            text += u"  %1  %2\n"_s.arg(sshRemarkLabel(remark.weight), -12).arg(toString(remark));
        object.insert(u"sshConfig"_s, sshRemarksToJson(remarks));
        if (!json)
            writeOut(text.toUtf8());
        QJsonArray all = array;
        all.append(object);
        showNext(console, servers, json, all, failed || !outcome);
    });
}

/// The values of an option that may be repeated; an empty one says "none".
static QStringList valuesOf(const QCommandLineParser &parser, const QString &option)
{
    QStringList values = parser.values(option);
    values.removeAll(QString());
    return values;
}

Result<Server> ServersCommand::withOptions(Server server, const QCommandLineParser &parser)
{
    const auto number = [&parser](const QString &option, int &field) -> Result<void> {
        if (!parser.isSet(option))
            return {};
        bool ok = false;
        const int value = parser.value(option).toInt(&ok);
        if (!ok || value < 0 || value > 65535)
            return failure(ErrorCode::InvalidInput,
                           tr("--%1 wants a port number, not \"%2\"").arg(option, parser.value(option)),
                           tr("Use 1 to 65535, or 0 for the default"));
        field = value;
        return {};
    };
    if (const auto ok = number(u"port"_s, server.port); !ok)
        return tl::unexpected(ok.error());
    if (const auto ok = number(u"gateway-port"_s, server.gatewayPort); !ok)
        return tl::unexpected(ok.error());
    if (parser.isSet(u"name"_s))
        server.name = parser.value(u"name"_s);
    if (parser.isSet(u"host"_s))
        server.host = parser.value(u"host"_s);
    if (parser.isSet(u"user"_s))
        server.user = parser.value(u"user"_s);
    if (parser.isSet(u"identity"_s))
        server.identityFiles = valuesOf(parser, u"identity"_s);
    if (parser.isSet(u"jump"_s))
        server.proxyJump = parser.value(u"jump"_s);
    if (parser.isSet(u"backend"_s)) {
        const auto backend = sshBackendFromName(parser.value(u"backend"_s));
        if (!backend)
            return failure(ErrorCode::InvalidInput,
                           tr("--backend %1: there is no such").arg(parser.value(u"backend"_s)),
                           tr("It can be auto, libssh or openssh."));
        server.backend = *backend;
    }
    if (parser.isSet(u"tag"_s))
        server.tags = valuesOf(parser, u"tag"_s);
    return server;
}

void ServersCommand::add(Console &console, const QCommandLineParser &parser, const QStringList &arguments)
{
    Server server;
    server.name = arguments.at(0);
    server.host = arguments.at(1);
    const auto complete = withOptions(server, parser);
    const auto added = complete ? console.fleet.add(*complete) : tl::unexpected(complete.error());
    if (!added)
        return fail(added.error(), ExitUsage);
    finish(ExitOk);
}

void ServersCommand::edit(Console &console, const QCommandLineParser &parser, const QStringList &arguments)
{
    const auto selected = select(console.fleet, arguments);
    if (!selected)
        return fail(selected.error(), ExitUsage);
    const auto changed = withOptions(selected->constFirst(), parser);
    const auto updated = changed ? console.fleet.update(*changed) : tl::unexpected(changed.error());
    if (!updated)
        return fail(updated.error(), ExitUsage);
    finish(ExitOk);
}

void ServersCommand::remove(Console &console, const QStringList &arguments)
{
    const auto selected = select(console.fleet, arguments);
    if (!selected)
        return fail(selected.error(), ExitUsage);
    for (const Server &server : *selected) {
        if (const auto removed = console.fleet.remove(server.id); !removed)
            return fail(removed.error(), ExitUsage);
    }
    finish(ExitOk);
}

void ServersCommand::import(Console &console, const QCommandLineParser &parser)
{
    QStringList groups = valuesOf(parser, u"tag"_s);
    if (!parser.isSet(u"tailscale"_s)) {
        auto *preview = new SshConfigImport(&console.fleet, this);
        connect(preview, &ImportModel::finished, this,
                [this, preview, &parser, groups] { importFrom(preview, parser, groups); });
        if (const auto started = preview->start(parser.value(u"ssh-config"_s)); !started)
            fail(started.error(), ExitUsage);
        return;
    }
    QStringList peerTags;
    for (const QString &tag : std::as_const(groups)) {
        if (tag.startsWith(u"tag:"_s))
            peerTags.append(tag);
    }
    groups.removeIf([](const QString &tag) { return tag.startsWith(u"tag:"_s); });
    auto *preview = new TailscaleImport(&console.fleet, console.sessions.tailnet(), this);
    preview->setTags(peerTags);
    connect(preview, &ImportModel::finished, this, [this, preview, &parser, groups, peerTags] {
        if (const auto problem = preview->problem())
            return fail(*problem, ExitServerFailed);
        if (preview->rowCount() == 0 && !peerTags.isEmpty())
            return fail({ ErrorCode::InvalidInput,
                          tr("No peer of the tailnet has the tag %1").arg(peerTags.join(u", "_s)),
                          preview->tags().isEmpty() ? tr("No peer has a tag at all")
                                                    : tr("There are: %1").arg(preview->tags().join(u", "_s)),
                          {} },
                        ExitUsage);
        importFrom(preview, parser, groups);
    });
    preview->start();
}

void ServersCommand::importFrom(ImportModel *preview, const QCommandLineParser &parser, const QStringList &groups)
{
    const QStringList aliases = parser.positionalArguments().mid(1);
    const bool all = parser.isSet(u"all"_s);
    const bool dryRun = parser.isSet(u"dry-run"_s) || (aliases.isEmpty() && !all);
    QStringList unseen = aliases;
    QStringList unusable;
    for (int row = 0; row < preview->rowCount(); ++row) {
        const QModelIndex alias = preview->index(row, ImportModel::AliasColumn);
        const QString name = alias.data().toString();
        unseen.removeAll(name);
        const bool usable = alias.flags().testFlag(Qt::ItemIsUserCheckable);
        const bool wanted = usable && (all || aliases.contains(name));
        if (usable)
            preview->setData(alias, wanted ? Qt::Checked : Qt::Unchecked, Qt::CheckStateRole);
        if (aliases.contains(name) && !preview->problem(row).isEmpty())
            unusable.append(u"%1: %2"_s.arg(name, preview->problem(row)));
        if (dryRun || aliases.contains(name))
            writeOut(u"%1\t%2\t%3\n"_s
                         .arg(name, preview->index(row, ImportModel::TargetColumn).data().toString(),
                              preview->index(row, ImportModel::RemarkColumn).data().toString())
                         .toUtf8());
    }
    if (!unseen.isEmpty())
        return fail(
            { ErrorCode::InvalidInput,
              parser.isSet(u"tailscale"_s) ? tr("No such peer in the tailnet: %1").arg(unseen.join(u", "_s))
                                           : tr("No such host in the ssh configuration: %1").arg(unseen.join(u", "_s)),
              parser.isSet(u"tailscale"_s) ? tr("See what there is: helmclawctl servers import --tailscale --dry-run")
                                           : tr("See what there is: helmclawctl servers import --dry-run"),
              {} },
            ExitUsage);
    if (!unusable.isEmpty() && !dryRun)
        return fail({ ErrorCode::InvalidInput, unusable.join(u'\n'), tr("Nothing was added"), {} }, ExitUsage);
    if (dryRun) {
        writeErr(tr("Nothing was added. Name the hosts to add, or use --all."));
        return finish(ExitOk);
    }
    const auto added = preview->importChecked(groups);
    if (!added)
        return fail(added.error(), ExitUsage);
    writeErr(tr("Added %n server(s).", nullptr, *added));
    finish(ExitOk);
}

} // namespace Helmclaw
