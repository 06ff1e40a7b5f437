// SPDX-License-Identifier: MIT
#pragma once

#include <QCoreApplication>
#include <QDateTime>
#include <QJsonObject>
#include <QList>
#include <QMetaType>
#include <QString>
#include <QStringList>

namespace Helmclaw {

/// A check's outcome, from best to worst; Unknown is never shown as good.
enum class Verdict { NotApplicable, Pass, Unknown, Warn, Fail };
/// mission C1.
enum class CheckCategory { Authentication, Data, Infrastructure, Compliance };
/// The risk that remains while the check does not pass (mission C1).
enum class Severity { Low, Medium, High, Critical };

/// The stable lower-case words of JSON output ("pass", "not-applicable", "infrastructure", "critical").
[[nodiscard]] QString verdictName(Verdict verdict);
[[nodiscard]] QString categoryName(CheckCategory category);
[[nodiscard]] QString severityName(Severity severity);
/// The word shown to people, translated.
[[nodiscard]] QString verdictLabel(Verdict verdict);

/// What does not depend on the server: one rule of the catalogue.
struct CheckInfo
{
    QString id; ///< stable: "firewall.default-incoming"
    QString title; ///< translated, for lists ("Incoming traffic denied")
    QString shortTitle; ///< translated, for a narrow column ("Incoming")
    QString area; ///< "firewall", "fail2ban", "updates", "sshd" …: groups columns
    QString why; ///< translated: why it matters
    CheckCategory category = CheckCategory::Infrastructure;
    Severity severity = Severity::Medium;
};

/// What one check said of one server.
struct CheckResult
{
    QString checkId;
    Verdict verdict = Verdict::Unknown;
    QString summary; ///< one translated line: "deny (incoming)", "sshd: 2 banned", "not readable without sudo"
    QStringList evidence; ///< the lines the check read, made printable, with where they came from
    QString remedy; ///< translated: how to fix or how to get to know; empty for Pass
    QDateTime since; ///< UTC: when the verdict was first this one (kept over refreshes)
    friend bool operator==(const CheckResult &, const CheckResult &) = default;
};

} // namespace Helmclaw

Q_DECLARE_METATYPE(Helmclaw::CheckResult)
Q_DECLARE_METATYPE(Helmclaw::Verdict)
