// SPDX-License-Identifier: MIT
#include "ssh/ChangeWatch.h"

#include <QProcess>
#include <QTest>

#include <atomic>
#include <memory>

#include <sched.h>

using namespace Helmclaw;
using namespace std::chrono_literals;

/// Sleep on clocks of the test's own; the network in a namespace of its own, where the kernel really changes it.
class tst_ChangeWatch : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void sleep_data()
    {
        QTest::addColumn<int>("boot"); // seconds since the last look
        QTest::addColumn<int>("monotonic");
        QTest::addColumn<int>("real");
        QTest::addColumn<bool>("expected");
        QTest::newRow("all well") << 5 << 5 << 5 << false;
        QTest::newRow("a busy machine") << 12 << 12 << 12 << false;
        QTest::newRow("an hour's sleep") << 3605 << 5 << 3605 << true;
        QTest::newRow("a short sleep") << 8 << 5 << 8 << true;
        QTest::newRow("the program was stopped") << 65 << 65 << 65 << true;
        QTest::newRow("a virtual machine was resumed") << 5 << 5 << 7200 << true;
        QTest::newRow("the clock was set back") << 5 << 5 << -3600 << true;
        QTest::newRow("a time server's step") << 5 << 5 << 6 << false;
    }
    void sleep()
    {
        QFETCH(int, boot);
        QFETCH(int, monotonic);
        QFETCH(int, real);
        WakeDetector detector(5s);
        const ClockReadings first { 100s, 90s, 100000s };
        QVERIFY2(!detector.observe(first), "nothing to compare with yet");
        const ClockReadings second { first.boot + std::chrono::seconds(boot),
                                     first.monotonic + std::chrono::seconds(monotonic),
                                     first.real + std::chrono::seconds(real) };
        QTEST(detector.observe(second), "expected");
        QVERIFY2(!detector.observe(second), "told once");
    }
    void theRealClocksStandStillForNobody()
    {
        WakeDetector detector(1s);
        QVERIFY(!detector.observe(ClockReadings::now()));
        QTest::qWait(50);
        QVERIFY(!detector.observe(ClockReadings::now()));
    }
    void theKernelsNews()
    {
        EventLoop loop;
        loop.start("change-test");
        std::unique_ptr<ChangeWatch> watch;
        std::atomic<int> state { 0 }; // 1: no namespace, 2: watching
        std::atomic<int> changes { 0 };
        loop.post([&] {
            if (::unshare(CLONE_NEWNET) != 0) { // of this thread only
                state = 1;
                return;
            }
            ChangeWatch::Options options;
            options.settle = 200ms;
            watch = std::make_unique<ChangeWatch>(loop, options, [&] { ++changes; });
            state = watch->hearsNetwork() ? 2 : 3;
        });
        QTRY_VERIFY(state != 0);
        if (state == 1) {
            loop.stop();
            QSKIP("a network namespace needs root");
        }
        QCOMPARE(state.load(), 2);
        std::atomic<int> rc { -1 };
        const auto ip = [&](const char *commands) {
            rc = -1;
            loop.post([&rc, commands] { rc = std::system(commands); }); // NOLINT: in that thread's namespace
            return QTest::qWaitFor([&rc] { return rc != -1; }, 30000) && rc == 0;
        };
        QVERIFY(ip("ip link set lo up && ip address add 127.0.0.2/8 dev lo"));
        if (!ip("ip link add v0 type veth peer name v1")) {
            loop.post([&] { watch.reset(); });
            loop.stop();
            QSKIP("no veth interfaces here");
        }
        QTest::qWait(600);
        QVERIFY2(changes == 0, "the loopback interface and links without addresses concern nobody");
        // Without link-local addresses, which become usable when duplicate address detection ends, some time later.
        QVERIFY(ip("ip link set v0 addrgenmode none && ip link set v1 addrgenmode none"));
        QVERIFY(ip("ip link set v0 up && ip link set v1 up && ip address add 192.0.2.1/24 dev v0"));
        QTRY_COMPARE(changes.load(), 1);
        QTest::qWait(2500);
        QCOMPARE(changes.load(), 1);
        QVERIFY(ip("ip route add default via 192.0.2.9"));
        QTRY_COMPARE(changes.load(), 2);
        loop.post([&] { watch.reset(); });
        loop.stop();
    }
};

QTEST_GUILESS_MAIN(tst_ChangeWatch)
#include "tst_ChangeWatch.moc"
