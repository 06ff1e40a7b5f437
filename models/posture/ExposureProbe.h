// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/Exposure.h"

#include <QHash>
#include <QObject>

#include <chrono>
#include <memory>

namespace Helmclaw {

/// Tries from this computer whether a server's ports are as the server's own table says: a TCP connect to each, closed
/// again at once; nothing is sent. Only ports that are in the table; never more than maxPorts, so that no firewall
/// takes it for a scan. Never blocks. Thread: one with an event loop.
class ExposureProbe : public QObject
{
    Q_OBJECT
public:
    static constexpr int maxPorts = 64;
    static constexpr int atOnce = 8;

    enum class Finding {
        NotTried, ///< UDP, no address of that family, too many ports, or not to be reached directly
        Confirmed, ///< as the table says
        Contradicted, ///< the other way round
        NoAnswer, ///< the table says that this computer gets in; nobody answered: something on the way drops it
        Open, ///< the table does not know; it is open for this computer
        Closed, ///< the table does not know; refused, or nobody answered
    };
    struct Answer
    {
        Finding finding = Finding::NotTried;
        QString detail; ///< "connected", "refused", "no answer within 3 s", or why it was not tried; translated
    };

    /// @p host: the name or address that SSH uses.
    ExposureProbe(const QString &host, const Exposure &exposure, QObject *parent = nullptr);
    ~ExposureProbe() override;

    /// For one port; default 3 s. Before start().
    void setDeadline(std::chrono::milliseconds deadline);
    void start();
    /// For a row of the table, once finished() has come.
    [[nodiscard]] Answer answer(const ExposureRow &row) const;

    /// "confirmed", "contradicted", "no-answer", "open", "closed", "not-tried": stable words for scripts.
    [[nodiscard]] static QString findingName(Finding finding);
    /// The word shown to people, translated.
    [[nodiscard]] static QString findingLabel(Finding finding);

Q_SIGNALS:
    void finished(); ///< once, never from inside start()

private:
    class Private;
    std::unique_ptr<Private> d;
};

} // namespace Helmclaw
