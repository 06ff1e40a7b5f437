// SPDX-License-Identifier: MIT
#pragma once

#include <QApplication>

#include <chrono>

namespace Helmclaw {

/// A QApplication that times every event it delivers. An event that keeps the GUI thread longer than a frame (16 ms) is
/// a bug of ours: in debug builds it is logged with the receiver and the event's type.
class WatchedApplication : public QApplication
{
    Q_OBJECT
public:
    static constexpr std::chrono::milliseconds Frame { 16 };

    WatchedApplication(int &argc, char **argv);

    bool notify(QObject *receiver, QEvent *event) override;

    struct Figures
    {
        std::chrono::microseconds longest { 0 }; ///< by the clock on the wall
        std::chrono::microseconds longestCpu {
            0
        }; ///< of the GUI thread's own CPU time: what the program itself caused
        QString longestBy; ///< "Receiver, event type" of longestCpu
        qint64 events = 0;
        qint64 missedFrames = 0; ///< events whose CPU time was above a frame
    };
    [[nodiscard]] const Figures &figures() const { return m_figures; }
    void resetFigures() { m_figures = {}; }

private:
    Figures m_figures;
    int m_depth = 0;
};

} // namespace Helmclaw
