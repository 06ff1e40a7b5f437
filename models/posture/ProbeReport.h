// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"

#include <QByteArray>
#include <QByteArrayList>
#include <QHash>
#include <QStringList>

namespace Helmclaw {

/// One section of the probe's output (resources/scripts/probe.sh).
struct ProbeSection
{
    QByteArray text; ///< bytes as they came, unvalidated
    int status = 0; ///< exit status 0…255 of what the section ran
    bool absent = false; ///< the server has no such thing; `text` is empty then

    [[nodiscard]] bool succeeded() const { return !absent && status == 0; }
    /// The lines without their line ends, each printable(); empty ones are left out.
    [[nodiscard]] QStringList lines() const;
};

/// The probe's output, taken apart by its byte counts, so that no text inside a section can pass for another section.
/// Anything that is not exactly as the script writes it is an error: there is no half-understood report.
class ProbeReport
{
public:
    static constexpr qsizetype maxBytes = 4 * 1024 * 1024;
    static constexpr int maxSections = 64;
    /// Text that the login shell's start files may print before the report.
    static constexpr qsizetype maxPreface = 64 * 1024;

    /// @p nonce is the one that was given to the script. Errors: ErrorCode::BadServerData, saying what was wrong.
    [[nodiscard]] static Result<ProbeReport> parse(const QByteArray &output, const QByteArray &nonce);

    /// Null when the report has no such section: the probe did not ask (no permission, or a cause that another section
    /// tells).
    [[nodiscard]] const ProbeSection *find(const char *name) const;
    [[nodiscard]] const QByteArray &nonce() const { return m_nonce; }
    [[nodiscard]] QByteArrayList names() const { return m_sections.keys(); }

private:
    QByteArray m_nonce;
    QHash<QByteArray, ProbeSection> m_sections;
};

} // namespace Helmclaw
