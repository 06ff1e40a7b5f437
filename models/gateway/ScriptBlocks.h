// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/ProbeReport.h"

#include <QList>
#include <QString>

#include <optional>

namespace Helmclaw {

/// What the gateway scripts write into their sections: lines KEY=VALUE in blocks, each begun by one certain key. Values
/// were written by the server; the readers below give only what is as it should be.
class ScriptBlock
{
public:
    struct Line
    {
        QString key;
        QString value;
    };

    /// The blocks of @p section; none when the report does not have it.
    [[nodiscard]] static QList<ScriptBlock> read(const ProbeReport &report, const char *section,
                                                 QLatin1StringView firstKey);

    [[nodiscard]] const QList<Line> &lines() const { return m_lines; }
    [[nodiscard]] const QString &first() const { return m_lines.constFirst().value; }
    [[nodiscard]] QString value(QLatin1StringView key) const; ///< of its first line with this key; or empty
    [[nodiscard]] bool says(QLatin1StringView key) const { return value(key) == QLatin1StringView("yes"); }

    /// Decimal digits, at most @p highest.
    [[nodiscard]] static std::optional<uint> number(const QString &text, uint highest = 0xFFFFFFFF);
    [[nodiscard]] static quint16 portOrZero(const QString &text);
    /// An absolute path that is shown and used exactly as the server wrote it; else empty. printable() has turned what
    /// must not be shown into escapes, which no real path of a gateway has.
    [[nodiscard]] static QString pathOrEmpty(const QString &text);
    [[nodiscard]] static QString wordOrEmpty(const QString &text);

private:
    QList<Line> m_lines;
};

} // namespace Helmclaw
