// SPDX-License-Identifier: MIT
#pragma once

#include <QDateTime>
#include <QHash>
#include <QString>

#include <chrono>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>

namespace Helmclaw {

/// Remembers the logins that were refused to us, and concludes from a silence that follows that we are probably banned
/// there (fail2ban), rather than that the server is down. Endpoints (SshTarget::endpoint()) that turned out to be the
/// same address and port count as one, whatever their names. Shared by all servers of a pool. Forgets with the program.
/// Thread: any.
class BanWatch
{
public:
    using Milliseconds = std::chrono::milliseconds;
    /// fail2ban's default findtime: older failures do not count for it, nor for us.
    static constexpr std::chrono::minutes findTime { 10 };
    /// One refused login and a server that goes down can meet by chance; fail2ban's usual maxretry is 3 to 5, and
    /// others behind our address may have had their share.
    static constexpr int suspiciousAfter = 2;
    /// So many refused logins within findTime, and only the user's own hand tries again.
    static constexpr int pauseAfter = 3;

    struct Suspicion
    {
        int refusedLogins = 0;
        QDateTime since; ///< UTC; when the silence was first met
        QString ourAddress; ///< our end of the last connection; another one behind NAT; may be empty
    };

    /// @p clock: time that goes on while the computer sleeps; CLOCK_BOOTTIME unless a test says otherwise.
    explicit BanWatch(std::function<Milliseconds()> clock = {});

    /// It has greeted us: no ban (any more). @p ourAddress is its local end, @p theirs "address port" of the other:
    /// from now on that is what the endpoint stands for.
    void answered(const QString &endpoint, const QString &ourAddress, const QString &theirs = {});
    void loginRefused(const QString &endpoint);
    void loggedIn(const QString &endpoint);
    /// A connection was refused or not answered: why that may be a ban, if it may.
    [[nodiscard]] std::optional<Suspicion> silent(const QString &endpoint);
    /// Logins refused within findTime.
    [[nodiscard]] int refusedLogins(const QString &endpoint);

private:
    struct Record
    {
        std::deque<Milliseconds> refused;
        std::optional<Suspicion> suspicion;
        QString ourAddress;
    };
    void expire(Record &record) const;
    [[nodiscard]] const QString &keyOf(const QString &endpoint) const;

    std::function<Milliseconds()> m_clock;
    std::mutex m_mutex;
    QHash<QString, Record> m_records; ///< under m_mutex
    QHash<QString, QString> m_addresses; ///< of endpoints by name, as met last; under m_mutex
};

} // namespace Helmclaw
