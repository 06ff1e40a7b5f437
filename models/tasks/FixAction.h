// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/TaskPlan.h"

#include <QMap>

namespace Helmclaw {

/// What an action must be told before it can be planned.
struct FixParameter
{
    enum class Type {
        Address, ///< an IPv4 or IPv6 address
        Moment, ///< "23:30" by the server's clock, or "+90" minutes from now
    };
    QString name; ///< "address"
    Type type = Type::Address;
    QString title; ///< translated: "Address"

    /// @p text in its one canonical form, or why it is no such thing.
    [[nodiscard]] Result<QString> parse(const QString &text) const;
};

/// Something that Helmclaw can do on a server by itself.
struct FixAction
{
    enum class Rights {
        Root,
        GatewayUser, ///< the user whom the gateway belongs to, or root
    };
    QString id; ///< stable: "fail2ban.unban"
    QString title; ///< translated: "Lift a ban"
    QStringList checkIds; ///< of the checks that it mends
    bool provenByCheck = true; ///< afterwards those checks must pass; otherwise the action's own proofs are all
    QList<FixParameter> parameters;
    Rights rights = Rights::Root;
    bool surveyed = false; ///< something is read from the server before it can be planned: use FixPlanner
};

/// Parameters' values by name, each as FixParameter::parse() gives it.
using FixValues = QMap<QString, QString>;

/// What is wanted.
struct FixRequest
{
    QString actionId;
    FixValues values;
    /// One of its checks: nothing is done where that passes. Empty: the action is wanted whatever its checks say.
    QString forCheck = {};
};

/// What the action comes to on one server: steps, or none because it is as it should be already.
struct FixPlan
{
    QList<TaskStep> steps;
    QString nothingToDo; ///< translated; set when there are no steps
};

} // namespace Helmclaw
