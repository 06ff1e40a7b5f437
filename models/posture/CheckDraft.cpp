// SPDX-License-Identifier: MIT
#include "models/posture/CheckDraft.h"

#include "models/posture/ServerFacts.h"

namespace Helmclaw {

namespace {
/// A list of a thousand rules or packages is no evidence any more; the summary has the number.
constexpr qsizetype maxEvidenceLines = 200;
} // namespace

CheckDraft &CheckDraft::evidence(const QString &from, const QString &text)
{
    return evidence(QStringLiteral("%1: %2").arg(from, text));
}

CheckDraft &CheckDraft::evidence(const QString &line)
{
    if (m_result.evidence.size() < maxEvidenceLines)
        m_result.evidence.append(line);
    else if (m_result.evidence.size() == maxEvidenceLines)
        m_result.evidence.append(QStringLiteral("…"));
    return *this;
}

CheckDraft &CheckDraft::evidence(const QStringList &lines)
{
    for (const QString &line : lines)
        evidence(line);
    return *this;
}

CheckResult CheckDraft::finish(Verdict verdict, const QString &summary, const QString &remedy) const
{
    CheckResult result = m_result;
    if (result.evidence.isEmpty())
        result.evidence.append(tr("the probe brought nothing to show"));
    result.verdict = verdict;
    result.summary = summary;
    result.remedy = remedy;
    return result;
}

CheckResult CheckDraft::pass(const QString &summary) const
{
    return finish(Verdict::Pass, summary, {});
}

CheckResult CheckDraft::warn(const QString &summary, const QString &remedy) const
{
    return finish(Verdict::Warn, summary, remedy);
}

CheckResult CheckDraft::fail(const QString &summary, const QString &remedy) const
{
    return finish(Verdict::Fail, summary, remedy);
}

CheckResult CheckDraft::unknown(const QString &summary, const QString &remedy) const
{
    return finish(Verdict::Unknown, summary, remedy);
}

CheckResult CheckDraft::notApplicable(const QString &summary) const
{
    return finish(Verdict::NotApplicable, summary, {});
}

QString CheckDraft::notLinuxText(const ServerFacts &facts)
{
    return facts.kernel.startsWith(u"Darwin") ? tr("not supported on macOS (connecting and tunnels are)")
                                              : tr("not a Linux server");
}

QString CheckDraft::sudoRemedy(const ServerFacts &facts, const QString &command)
{
    return tr("This needs root. Log in as root or as a user whose sudo asks for no password, or let this one command "
              "through with a "
              "file in /etc/sudoers.d (visudo -f): %1 ALL=(root) NOPASSWD: %2")
        .arg(facts.user, command);
}

} // namespace Helmclaw
