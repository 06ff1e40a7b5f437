// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/Server.h"
#include "models/posture/PostureStore.h"

#include <QByteArray>

namespace Helmclaw {

/// The posture of some servers at one moment, as files to keep and to pass on. Pure. Text of servers is escaped in
/// every format; a report holds no script and asks for nothing from outside.
struct PostureReport
{
    struct Entry
    {
        Server server;
        ServerPosture posture;
    };
    QString title; ///< "All servers", the name of a group
    QDateTime at; ///< UTC
    QList<Entry> entries;

    /// One page that stands for itself, light and dark, fit to be printed: risk, matrix, then each server's findings
    /// with evidence and remedy.
    [[nodiscard]] QByteArray toHtml() const;
    /// RFC 4180, a line per server and check. A cell never begins with a sign that a spreadsheet takes for a formula.
    [[nodiscard]] QByteArray toCsv() const;
    /// {"title", "at", "risk", "servers": [{"name", "host", "tags", "risk", …postureToJson()}]}
    [[nodiscard]] QByteArray toJson() const;
};

} // namespace Helmclaw
