// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/Server.h"
#include "ssh/Error.h"

#include <QByteArray>
#include <QJsonObject>
#include <QList>

namespace Helmclaw {

/// What stands in a fleet file: {"helmclawFleet": 1, "servers": [{…}]}. Empty fields are left out; keys that this
/// version does not know are kept at both levels.
struct FleetFile
{
    static constexpr int Schema = 1;
    static constexpr qint64 MaxSize = 16 * 1024 * 1024; ///< bytes

    QList<Server> servers;
    QJsonObject unknownKeys;

    /// All or nothing: any entry that cannot be used is an error that says which and why. @p fileForMessages is only
    /// for texts.
    [[nodiscard]] static Result<FleetFile> parse(const QByteArray &json, const QString &fileForMessages);
    [[nodiscard]] QByteArray toJson() const;

    /// What is wrong with the entries as a whole (ids, names and local ports that occur twice); empty when nothing is.
    [[nodiscard]] static QString uniquenessProblem(const QList<Server> &servers);
};

} // namespace Helmclaw
