// SPDX-License-Identifier: MIT
#include "app/WatchedApplication.h"

#include <QEvent>
#include <QLoggingCategory>
#include <QMetaEnum>

#include <ctime>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

Q_LOGGING_CATEGORY(lcWatchdog, "helmclaw.watchdog")

static std::chrono::nanoseconds now(clockid_t clock)
{
    timespec time {};
    clock_gettime(clock, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

WatchedApplication::WatchedApplication(int &argc, char **argv)
    : QApplication(argc, argv)
{
}

bool WatchedApplication::notify(QObject *receiver, QEvent *event)
{
    // Only the outermost delivery counts; those inside it are part of it. A nested event loop (a dialog's exec(), a
    // drag) delivers its own events at depth > 0 and would count as one long event: the house opens dialogs
    // without exec(), so such a report is right.
    if (m_depth > 0)
        return QApplication::notify(receiver, event);
    const char *const className = receiver->metaObject()->className();
    const QEvent::Type type = event->type();
    const auto wallStart = now(CLOCK_MONOTONIC);
    const auto cpuStart = now(CLOCK_THREAD_CPUTIME_ID);
    ++m_depth;
    const bool result = QApplication::notify(receiver, event);
    --m_depth;
    using std::chrono::duration_cast;
    using std::chrono::microseconds;
    const auto cpu = duration_cast<microseconds>(now(CLOCK_THREAD_CPUTIME_ID) - cpuStart);
    const auto wall = duration_cast<microseconds>(now(CLOCK_MONOTONIC) - wallStart);
    ++m_figures.events;
    m_figures.longest = std::max(m_figures.longest, wall);
    if (cpu > m_figures.longestCpu) {
        m_figures.longestCpu = cpu;
        m_figures.longestBy = u"%1, %2"_s.arg(
            QString::fromLatin1(className), QString::fromLatin1(QMetaEnum::fromType<QEvent::Type>().valueToKey(type)));
    }
    if (cpu > Frame) {
        ++m_figures.missedFrames;
#ifdef HELMCLAW_DEBUG
        qCWarning(lcWatchdog, "the GUI thread was busy for %lld ms (a frame is 16) in %s, event type %d",
                  static_cast<long long>(cpu.count() / 1000), className, static_cast<int>(type));
#endif
    }
    return result;
}

} // namespace Helmclaw
