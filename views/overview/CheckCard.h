// SPDX-License-Identifier: MIT
#pragma once

#include "models/posture/Check.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace Helmclaw {

class GlyphLabel;

/// Everything about one check on one server: the verdict, the one-line reason, why it matters, how to fix.
class CheckCard : public QWidget
{
    Q_OBJECT
public:
    explicit CheckCard(QWidget *parent = nullptr);
    void showResult(const CheckInfo &info, const CheckResult &result, const QDateTime &probedAt, bool stale);
    /// Offers to do it: the button's text, empty for none. @p obstacle: why it cannot be done now; empty when it can.
    /// @p others: on how many servers the check does not pass, this one included; more than one: offers all of them.
    void showFix(const QString &title, const QString &obstacle, int others);

Q_SIGNALS:
    void fixRequested();
    void fixEverywhereRequested();

private:
    QLabel *m_area;
    QLabel *m_title;
    GlyphLabel *m_verdict;
    QLabel *m_stale;
    QLabel *m_summary;
    QLabel *m_meta;
    QLabel *m_whyCaption;
    QLabel *m_why;
    QLabel *m_remedyCaption;
    QLabel *m_remedy;
    QPushButton *m_fix;
    QPushButton *m_fixAll;
    QLabel *m_obstacle;
};

} // namespace Helmclaw
