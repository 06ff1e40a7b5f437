// SPDX-License-Identifier: MIT
#pragma once

#include "app/ctl/Command.h"

namespace Helmclaw {

class ImportModel;

/// helmclawctl servers [list|show|add|edit|remove|import]: the fleet file from the command line.
class ServersCommand : public Command
{
    Q_OBJECT
public:
    using Command::Command;
    void describe(QCommandLineParser &parser) const override;
    void start(Console &console, const QCommandLineParser &parser) override;

private:
    /// Asks the tailnet first if a server is in it.
    void listWithTailnet(Console &console, bool json);
    void list(Console &console, bool json);
    void show(Console &console, const QCommandLineParser &parser, const QStringList &names);
    void showNext(Console &console, QList<Server> servers, bool json, const QJsonArray &array, bool failed);
    void add(Console &console, const QCommandLineParser &parser, const QStringList &arguments);
    void edit(Console &console, const QCommandLineParser &parser, const QStringList &arguments);
    void remove(Console &console, const QStringList &arguments);
    void import(Console &console, const QCommandLineParser &parser);
    /// Prints the finished preview, or adds what was named.
    void importFrom(ImportModel *preview, const QCommandLineParser &parser, const QStringList &groups);
    /// Takes the fields that were named on the command line; the others stay.
    static Result<Server> withOptions(Server server, const QCommandLineParser &parser);
};

} // namespace Helmclaw
