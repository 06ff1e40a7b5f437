// SPDX-License-Identifier: MIT
#include "views/overview/TimeText.h"

#include <QCoreApplication>
#include <QLocale>

namespace Helmclaw {

QString shortTime(const QDateTime &utc)
{
    if (!utc.isValid())
        return {};
    const QDateTime local = utc.toLocalTime();
    const QString time = QLocale().toString(local.time(), u"HH:mm");
    const qint64 days = local.date().daysTo(QDate::currentDate());
    if (days == 0)
        return time;
    if (days == 1)
        return QCoreApplication::translate("TimeText", "yesterday %1").arg(time);
    return QStringLiteral("%1 %2").arg(QLocale().toString(local.date(), QLocale::ShortFormat), time);
}

QString fullTime(const QDateTime &utc)
{
    return utc.isValid() ? QLocale().toString(utc.toLocalTime(), u"d MMM yyyy, HH:mm:ss") : QString();
}

} // namespace Helmclaw
