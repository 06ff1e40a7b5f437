// SPDX-License-Identifier: MIT
#include "views/hostkeys/HostKeyComparison.h"

#include "views/hostkeys/FingerprintView.h"
#include "views/theme/Typography.h"
#include "views/widgets/CodeLabel.h"

#include <QBoxLayout>
#include <QLabel>

#include <algorithm>

namespace Helmclaw {

HostKeyComparison::HostKeyComparison(QWidget *parent)
    : QWidget(parent)
    , m_oldCaption(makeSecondaryLabel(TextStyle::Body))
    , m_oldPlace(new CodeLabel)
    , m_old(new FingerprintView)
    , m_newCaption(makeSecondaryLabel(TextStyle::Body))
    , m_new(new FingerprintView)
    , m_verdict(makeLabel(TextStyle::Strong))
    , m_pictures(new QBoxLayout(QBoxLayout::LeftToRight))
    , m_oldPicture(makeLabel(TextStyle::Mono))
    , m_newPicture(makeLabel(TextStyle::Mono))
{
    setObjectName(QStringLiteral("hostKeyComparison"));
    m_old->setObjectName(QStringLiteral("pinnedFingerprint"));
    m_new->setObjectName(QStringLiteral("shownFingerprint"));
    m_oldPlace->setObjectName(QStringLiteral("pinnedPlace"));
    m_oldPicture->setObjectName(QStringLiteral("pinnedPicture"));
    m_newPicture->setObjectName(QStringLiteral("shownPicture"));
    m_oldPicture->setAccessibleName(tr("OpenSSH's picture of the pinned key"));
    m_newPicture->setAccessibleName(tr("OpenSSH's picture of the shown key"));
    for (QLabel *label : { m_oldCaption, m_newCaption, m_verdict })
        label->setWordWrap(true);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_oldCaption);
    layout->addWidget(m_oldPlace);
    layout->addWidget(m_old);
    layout->addSpacing(6);
    layout->addWidget(m_newCaption);
    layout->addWidget(m_new);
    layout->addWidget(m_verdict);
    layout->addSpacing(6);
    layout->addLayout(m_pictures);
    m_pictures->setSpacing(16);
    m_pictures->addWidget(m_oldPicture, 0, Qt::AlignLeft);
    m_pictures->addWidget(m_newPicture, 0, Qt::AlignLeft);
    m_pictures->addStretch(1);
}

void HostKeyComparison::showReport(const HostKeyReport &report)
{
    const HostKey &offered = report.offered;
    const QString shown = QStringLiteral("%1 %2").arg(QString::fromLatin1(offered.algorithm)).arg(keyBits(offered));
    m_newCaption->setText(tr("The server shows: %1").arg(shown));
    const bool pinned = !report.pinned.isEmpty();
    for (QWidget *part : { static_cast<QWidget *>(m_oldPlace), static_cast<QWidget *>(m_old),
                           static_cast<QWidget *>(m_oldPicture), static_cast<QWidget *>(m_verdict) })
        part->setVisible(pinned);
    m_newPicture->setText(tr("Shown") + QLatin1Char('\n') + randomArt(offered));
    m_newPicture->setMinimumSize(m_newPicture->sizeHint());
    if (!pinned) {
        m_oldCaption->setText(tr("No key is pinned"));
        m_new->setFingerprint(offered.fingerprint());
        return;
    }
    const auto sameType =
        std::find_if(report.pinned.begin(), report.pinned.end(),
                     [&offered](const KnownHostsLine &line) { return line.key.algorithm == offered.algorithm; });
    const KnownHostsLine &old = sameType != report.pinned.end() ? *sameType : report.pinned.constFirst();
    QString caption = tr("Pinned: %1 %2").arg(QString::fromLatin1(old.key.algorithm)).arg(keyBits(old.key));
    if (report.pinned.size() > 1)
        caption += tr(" (and %n more)", nullptr, static_cast<int>(report.pinned.size()) - 1);
    m_oldCaption->setText(caption);
    QStringList places;
    for (const KnownHostsLine &line : report.pinned)
        places += QStringLiteral("%1:%2").arg(line.file).arg(line.line);
    m_oldPlace->setText(places.join(QLatin1Char('\n')));
    m_old->setFingerprint(old.key.fingerprint(), offered.fingerprint());
    m_new->setFingerprint(offered.fingerprint(), old.key.fingerprint());
    m_verdict->setText(report.isOtherType()
                           ? tr("Another type of key than the pinned one")
                           : tr("%1 of %2 groups differ").arg(m_new->differingGroups()).arg(m_new->groups()));
    m_oldPicture->setText(tr("Pinned") + QLatin1Char('\n') + randomArt(old.key));
    m_oldPicture->setMinimumSize(m_oldPicture->sizeHint()); // half a picture proves nothing
    updateGeometry();
}

void HostKeyComparison::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    const int both = m_oldPicture->sizeHint().width() + m_newPicture->sizeHint().width() + 16;
    m_pictures->setDirection(width() >= both ? QBoxLayout::LeftToRight : QBoxLayout::TopToBottom);
}

} // namespace Helmclaw
