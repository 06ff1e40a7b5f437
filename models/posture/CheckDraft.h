// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/Check.h"

namespace Helmclaw {

struct ServerFacts;

/// Helps a check to write its result: evidence is gathered first, the verdict ends it.
class CheckDraft
{
    Q_DECLARE_TR_FUNCTIONS(Helmclaw::CheckDraft)
public:
    explicit CheckDraft(const QString &checkId) { m_result.checkId = checkId; }

    /// @p text is already printable; "FROM: TEXT" tells where it was read.
    CheckDraft &evidence(const QString &from, const QString &text);
    CheckDraft &evidence(const QString &line);
    CheckDraft &evidence(const QStringList &lines);

    [[nodiscard]] CheckResult pass(const QString &summary) const;
    [[nodiscard]] CheckResult warn(const QString &summary, const QString &remedy) const;
    [[nodiscard]] CheckResult fail(const QString &summary, const QString &remedy) const;
    [[nodiscard]] CheckResult unknown(const QString &summary, const QString &remedy) const;
    [[nodiscard]] CheckResult notApplicable(const QString &summary) const;

    /// Why a check that only Linux has does not apply; macOS is called by its name.
    [[nodiscard]] static QString notLinuxText(const ServerFacts &facts);
    /// How to let the probe read what needs root: the sudoers(5) line for just @p command.
    [[nodiscard]] static QString sudoRemedy(const ServerFacts &facts, const QString &command);

private:
    [[nodiscard]] CheckResult finish(Verdict verdict, const QString &summary, const QString &remedy) const;
    CheckResult m_result;
};

} // namespace Helmclaw
