// SPDX-License-Identifier: MIT
#include "app/ctl/ServersCommand.h"

#include "models/fleet/SshConfigImport.h"

#include <QJsonArray>
#include <QJsonObject>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

static QJsonObject toJson(const Server &server)
{
    return { { u"id"_s, server.id },
             { u"name"_s, server.name },
             { u"host"_s, server.host },
             { u"port"_s, server.port },
             { u"user"_s, server.user },
             { u"identityFiles"_s, QJsonArray::fromStringList(server.identityFiles) },
             { u"tags"_s, QJsonArray::fromStringList(server.tags) },
             { u"gatewayPort"_s, server.gatewayPort },
             { u"localPort"_s, server.localPort } };
}

void ServersCommand::describe(QCommandLineParser &parser) const
{
    parser.setApplicationDescription(
        tr("helmclawctl servers [list]             the servers of the fleet\n"
           "helmclawctl servers add NAME HOST      adds one (HOST: name, address or alias of ~/.ssh/config)\n"
           "helmclawctl servers edit NAME          changes the fields that are named by options\n"
           "helmclawctl servers remove NAME…       removes from the fleet file; nothing on the server changes\n"
           "helmclawctl servers import [ALIAS…]    adds hosts of ~/.ssh/config (or --ssh-config); all with --all"));
    parser.addOption({ u"json"_s, tr("List as JSON.") });
    parser.addOption({ u"name"_s, tr("edit: the new name."), u"name"_s });
    parser.addOption({ u"host"_s, tr("edit: the new host."), u"host"_s });
    parser.addOption({ u"port"_s, tr("SSH port; 0: from ssh_config."), u"port"_s });
    parser.addOption({ u"user"_s, tr("Log-in name."), u"user"_s });
    parser.addOption({ u"identity"_s, tr("Private key file; may be repeated."), u"file"_s });
    parser.addOption({ u"tag"_s, tr("Group the server is in; may be repeated."), u"tag"_s });
    parser.addOption({ u"gateway-port"_s, tr("Port of the OpenClaw gateway on the server; 0: found out."), u"port"_s });
    parser.addOption({ u"all"_s, tr("import: every usable host.") });
    parser.addOption({ u"dry-run"_s, tr("import: show what would be added, add nothing.") });
}

void ServersCommand::start(Console &console, const QCommandLineParser &parser)
{
    QStringList arguments = parser.positionalArguments();
    const QString verb = arguments.isEmpty() ? u"list"_s : arguments.takeFirst();
    if (verb == "list"_L1 && arguments.isEmpty())
        list(console, parser.isSet(u"json"_s));
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

void ServersCommand::list(const Console &console, bool json)
{
    if (json) {
        QJsonArray array;
        for (const Server &server : console.fleet.servers())
            array.append(toJson(server));
        writeJson(QJsonDocument(QJsonObject { { u"fleetFile"_s, console.fleet.file() }, { u"servers"_s, array } }));
    } else {
        for (const Server &server : console.fleet.servers()) {
            const QString user = server.user.isEmpty() ? QString() : server.user + u'@';
            const QString port = server.port ? u":%1"_s.arg(server.port) : QString();
            writeOut(u"%1\t%2%3%4\t%5\n"_s.arg(server.name, user, server.host, port, server.tags.join(u',')).toUtf8());
        }
        if (console.fleet.servers().isEmpty())
            writeErr(tr("The fleet %1 has no servers yet. Add one: helmclawctl servers add NAME HOST")
                         .arg(console.fleet.file()));
    }
    finish(ExitOk);
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
        server.identityFiles = parser.values(u"identity"_s);
    if (parser.isSet(u"tag"_s))
        server.tags = parser.values(u"tag"_s);
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
    auto *preview = new SshConfigImport(&console.fleet, this);
    const QStringList aliases = parser.positionalArguments().mid(1);
    const bool all = parser.isSet(u"all"_s);
    const bool dryRun = parser.isSet(u"dry-run"_s) || (aliases.isEmpty() && !all);
    const QStringList tags = parser.values(u"tag"_s);
    connect(preview, &SshConfigImport::finished, this, [this, preview, aliases, all, dryRun, tags] {
        QStringList unseen = aliases;
        for (int row = 0; row < preview->rowCount(); ++row) {
            const QModelIndex alias = preview->index(row, SshConfigImport::AliasColumn);
            const QString name = alias.data().toString();
            unseen.removeAll(name);
            const bool usable = alias.flags().testFlag(Qt::ItemIsUserCheckable);
            const bool wanted = usable && (all || aliases.contains(name));
            if (usable)
                preview->setData(alias, wanted ? Qt::Checked : Qt::Unchecked, Qt::CheckStateRole);
            if (dryRun || aliases.contains(name))
                writeOut(u"%1\t%2\t%3\n"_s
                             .arg(name, preview->index(row, SshConfigImport::TargetColumn).data().toString(),
                                  preview->index(row, SshConfigImport::RemarkColumn).data().toString())
                             .toUtf8());
        }
        if (!unseen.isEmpty())
            return fail({ ErrorCode::InvalidInput,
                          tr("No such host in the ssh configuration: %1").arg(unseen.join(u", "_s)),
                          tr("See what there is: helmclawctl servers import --dry-run"),
                          {} },
                        ExitUsage);
        if (dryRun) {
            writeErr(tr("Nothing was added. Name the hosts to add, or use --all."));
            return finish(ExitOk);
        }
        const auto added = preview->importChecked(tags);
        if (!added)
            return fail(added.error(), ExitUsage);
        writeErr(tr("Added %n server(s).", nullptr, *added));
        finish(ExitOk);
    });
    if (const auto started = preview->start(parser.value(u"ssh-config"_s)); !started)
        fail(started.error(), ExitUsage);
}

} // namespace Helmclaw
