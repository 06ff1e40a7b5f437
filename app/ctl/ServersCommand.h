// SPDX-License-Identifier: MIT
#pragma once

#include "app/ctl/Command.h"

namespace Helmclaw {

/// helmclawctl servers [list|show|add|edit|remove|import]: the fleet file from the command line.
class ServersCommand : public Command
{
    Q_OBJECT
public:
    using Command::Command;
    void describe(QCommandLineParser &parser) const override;
    void start(Console &console, const QCommandLineParser &parser) override;

private:
    void list(const Console &console, bool json);
    void show(Console &console, const QCommandLineParser &parser, const QStringList &names);
    void showNext(Console &console, QList<Server> servers, bool json, const QJsonArray &array, bool failed);
    void add(Console &console, const QCommandLineParser &parser, const QStringList &arguments);
    void edit(Console &console, const QCommandLineParser &parser, const QStringList &arguments);
    void remove(Console &console, const QStringList &arguments);
    void import(Console &console, const QCommandLineParser &parser);
    /// Takes the fields that were named on the command line; the others stay.
    static Result<Server> withOptions(Server server, const QCommandLineParser &parser);
};

} // namespace Helmclaw
