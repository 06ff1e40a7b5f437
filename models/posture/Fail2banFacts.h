// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

#include <optional>

namespace Helmclaw {

class ProbeReport;

/// A running jail (fail2ban-client(1), jail.conf(5)).
struct Jail
{
    QString name;
    std::optional<int> maxRetry;
    std::optional<qint64> findTime; ///< seconds
    std::optional<qint64> banTime; ///< seconds; negative: for ever
    std::optional<int> bannedNow;
    QStringList banned; ///< at most 1,000 addresses
    friend bool operator==(const Jail &, const Jail &) = default;
};

struct Fail2banFacts
{
    bool installed = false;
    bool answered = false; ///< the running server answered (needs root)
    bool complete = false; ///< it was asked for every jail, not for sshd alone
    QList<Jail> jails;
    QString problem; ///< what it said instead, when it was asked
    QStringList configured; ///< "FILE: [section] key = value": what the files say, which does not prove what runs

    [[nodiscard]] const Jail *jail(QStringView name) const;
    [[nodiscard]] static Fail2banFacts parse(const ProbeReport &report);
};

} // namespace Helmclaw
