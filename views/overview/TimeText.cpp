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

QString countdown(const QDateTime &utc)
{
    const qint64 seconds = (QDateTime::currentDateTimeUtc().msecsTo(utc) + 999) / 1000;
    if (seconds <= 0)
        return QCoreApplication::translate("TimeText", "now");
    if (seconds < 100)
        return QCoreApplication::translate("TimeText", "%1 s").arg(seconds);
    return QCoreApplication::translate("TimeText", "%1 min %2 s")
        .arg(seconds / 60)
        .arg(seconds % 60, 2, 10, QLatin1Char('0'));
}

QString fullTime(const QDateTime &utc)
{
    return utc.isValid() ? QLocale().toString(utc.toLocalTime(), u"d MMM yyyy, HH:mm:ss") : QString();
}

} // namespace Helmclaw
