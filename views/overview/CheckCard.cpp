// SPDX-License-Identifier: MIT
#include "views/overview/CheckCard.h"

#include "models/posture/CheckCatalogue.h"
#include "views/overview/TimeText.h"
#include "views/theme/Glyphs.h"
#include "views/theme/Typography.h"
#include "views/widgets/GlyphLabel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace Helmclaw {

namespace {

QString severityLabel(Severity severity)
{
    switch (severity) {
    case Severity::Low:
        return CheckCard::tr("Low risk");
    case Severity::Medium:
        return CheckCard::tr("Medium risk");
    case Severity::High:
        return CheckCard::tr("High risk");
    case Severity::Critical:
        break;
    }
    return CheckCard::tr("Critical risk");
}

QString categoryLabel(CheckCategory category)
{
    switch (category) {
    case CheckCategory::Authentication:
        return CheckCard::tr("Authentication");
    case CheckCategory::Data:
        return CheckCard::tr("Data");
    case CheckCategory::Infrastructure:
        return CheckCard::tr("Infrastructure");
    case CheckCategory::Compliance:
        break;
    }
    return CheckCard::tr("Compliance");
}

QLabel *paragraph()
{
    QLabel *label = makeLabel(TextStyle::Body);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    return label;
}

} // namespace

CheckCard::CheckCard(QWidget *parent)
    : QWidget(parent)
    , m_area(makeSecondaryLabel(TextStyle::Caption))
    , m_title(makeLabel(TextStyle::Heading))
    , m_verdict(new GlyphLabel(GlyphLabel::Shape::Pill))
    , m_stale(makeSecondaryLabel(TextStyle::Small))
    , m_summary(paragraph())
    , m_meta(makeSecondaryLabel(TextStyle::Small))
    , m_whyCaption(makeSecondaryLabel(TextStyle::Caption, tr("Why it matters")))
    , m_why(paragraph())
    , m_remedyCaption(makeSecondaryLabel(TextStyle::Caption, tr("How to fix")))
    , m_remedy(paragraph())
    , m_fix(new QPushButton)
    , m_fixAll(new QPushButton)
    , m_obstacle(makeSecondaryLabel(TextStyle::Small))
{
    m_title->setObjectName(QStringLiteral("checkTitle"));
    m_title->setWordWrap(true);
    m_verdict->setObjectName(QStringLiteral("checkVerdict"));
    m_summary->setObjectName(QStringLiteral("checkSummary"));
    m_remedy->setObjectName(QStringLiteral("checkRemedy"));
    m_meta->setWordWrap(true);
    m_fix->setObjectName(QStringLiteral("checkFix"));
    m_obstacle->setWordWrap(true);
    connect(m_fix, &QPushButton::clicked, this, &CheckCard::fixRequested);
    m_fixAll->setObjectName(QStringLiteral("checkFixAll"));
    m_fixAll->setToolTip(tr("Where the check does not pass, of the servers in the table"));
    connect(m_fixAll, &QPushButton::clicked, this, &CheckCard::fixEverywhereRequested);
    auto *fixes = new QHBoxLayout;
    fixes->setSpacing(8);
    fixes->addWidget(m_fix);
    fixes->addWidget(m_fixAll);
    fixes->addStretch(1);

    auto *verdictRow = new QHBoxLayout;
    verdictRow->setSpacing(8);
    verdictRow->addWidget(m_verdict);
    verdictRow->addWidget(m_stale, 1);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    layout->addWidget(m_area);
    layout->addWidget(m_title);
    layout->addSpacing(6);
    layout->addLayout(verdictRow);
    layout->addSpacing(6);
    layout->addWidget(m_summary);
    layout->addSpacing(2);
    layout->addWidget(m_meta);
    // Distance belongs to the caption: it goes when the caption does.
    m_remedyCaption->setContentsMargins(0, 12, 0, 0);
    m_whyCaption->setContentsMargins(0, 12, 0, 0);
    layout->addWidget(m_remedyCaption);
    layout->addWidget(m_remedy);
    layout->addSpacing(4);
    layout->addLayout(fixes);
    layout->addWidget(m_obstacle);
    layout->addWidget(m_whyCaption);
    layout->addWidget(m_why);
}

void CheckCard::showResult(const CheckInfo &info, const CheckResult &result, const QDateTime &probedAt, bool stale)
{
    m_area->setText(areaTitle(info.area));
    m_title->setText(info.title);
    m_verdict->setGlyph(glyphOf(result.verdict));
    m_stale->setText(stale ? tr("as of %1, the last try failed").arg(shortTime(probedAt)) : QString());
    m_summary->setText(result.summary);
    QStringList meta;
    if (result.verdict != Verdict::Pass && result.verdict != Verdict::NotApplicable)
        meta.append(severityLabel(info.severity));
    meta.append(categoryLabel(info.category));
    if (result.since.isValid())
        meta.append(tr("since %1").arg(shortTime(result.since)));
    m_meta->setText(meta.join(QStringLiteral("  ·  ")));
    m_why->setText(info.why);
    m_whyCaption->setVisible(!info.why.isEmpty());
    m_why->setVisible(!info.why.isEmpty());
    m_remedy->setText(result.remedy);
    m_remedyCaption->setText(result.verdict == Verdict::Unknown ? tr("How to get to know") : tr("How to fix"));
    m_remedyCaption->setVisible(!result.remedy.isEmpty());
    m_remedy->setVisible(!result.remedy.isEmpty());
}

void CheckCard::showFix(const QString &title, const QString &obstacle, int others)
{
    m_fixAll->setText(tr("On all %n servers…", nullptr, others));
    m_fixAll->setVisible(!title.isEmpty() && others > 1);
    m_fix->setText(tr("%1…").arg(title));
    m_fix->setVisible(!title.isEmpty());
    m_fix->setEnabled(obstacle.isEmpty());
    m_obstacle->setText(obstacle);
    m_obstacle->setVisible(!title.isEmpty() && !obstacle.isEmpty());
}

} // namespace Helmclaw
