// SPDX-License-Identifier: MIT
#include "ssh/EventLoop.h"
#include "ssh/TcpConnector.h"
#include "ssh/WorkerPool.h"

#include <QTest>

#include <atomic>
#include <future>

#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace Helmclaw;
using namespace std::chrono_literals;

class tst_EventLoop : public QObject
{
    Q_OBJECT

private:
    static SocketAddress v4(quint16 port)
    {
        SocketAddress address;
        auto *in = reinterpret_cast<sockaddr_in *>(&address.storage);
        in->sin_family = AF_INET;
        in->sin_port = htons(port);
        in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.size = sizeof(sockaddr_in);
        return address;
    }
    static SocketAddress v6(quint16 port)
    {
        SocketAddress address;
        auto *in = reinterpret_cast<sockaddr_in6 *>(&address.storage);
        in->sin6_family = AF_INET6;
        in->sin6_port = htons(port);
        in->sin6_addr = in6addr_loopback;
        address.size = sizeof(sockaddr_in6);
        return address;
    }
    static int listenOn(quint16 &port, int backlog)
    {
        const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        SocketAddress address = v4(0);
        ::bind(fd, reinterpret_cast<const sockaddr *>(&address.storage), address.size);
        ::listen(fd, backlog);
        ::getsockname(fd, reinterpret_cast<sockaddr *>(&address.storage), &address.size);
        port = ntohs(reinterpret_cast<const sockaddr_in *>(&address.storage)->sin_port);
        return fd;
    }
    /// Connects, and gives errno (0: connected) and the time it took.
    static int connectTo(const std::vector<SocketAddress> &addresses, std::chrono::milliseconds &took)
    {
        EventLoop loop;
        loop.start("test");
        std::promise<int> result;
        std::unique_ptr<TcpConnector> connector;
        const auto begin = std::chrono::steady_clock::now();
        loop.post([&] {
            connector = std::make_unique<TcpConnector>(loop, addresses,
                                                       [&](FileDescriptor, int error) { result.set_value(error); });
            connector->start();
        });
        auto future = result.get_future();
        const int error = future.wait_for(10s) == std::future_status::ready ? future.get() : ETIME;
        took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
        loop.post([&] { connector.reset(); });
        loop.stop();
        return error;
    }

private Q_SLOTS:
    void tasksAndTimersInOrder()
    {
        EventLoop loop;
        loop.start("test");
        std::promise<QList<int>> done;
        auto seen = std::make_shared<QList<int>>();
        loop.post([&, seen] {
            auto cancelled = loop.addTimer(10ms, [seen] { *seen += 99; });
            std::ignore = loop.addTimer(60ms, [&, seen] {
                *seen += 4;
                done.set_value(*seen);
            });
            std::ignore = loop.addTimer(30ms, [seen] { *seen += 3; });
            loop.defer([seen] { *seen += 2; });
            loop.cancelTimer(cancelled);
            *seen += 1;
        });
        QCOMPARE(done.get_future().get(), (QList<int> { 1, 2, 3, 4 }));
    }

    void aWatchMayEndItselfAndOthers()
    {
        EventLoop loop;
        loop.start("test");
        int first[2];
        int second[2];
        QVERIFY(::pipe(first) == 0 && ::pipe(second) == 0);
        std::atomic<int> calls { 0 };
        std::promise<void> done;
        loop.post([&] {
            auto one = std::make_shared<EventLoop::Id>(0);
            auto two = std::make_shared<EventLoop::Id>(0);
            // Both are ready at once; whoever comes first ends both, and the other's event finds nobody.
            const auto callback = [&loop, one, two, &calls](std::uint32_t) {
                ++calls;
                loop.unwatch(*one);
                loop.unwatch(*two);
            };
            *one = loop.watch(first[0], EPOLLIN, callback);
            *two = loop.watch(second[0], EPOLLIN, callback);
            [[maybe_unused]] auto rc = ::write(first[1], "x", 1) + ::write(second[1], "x", 1);
            std::ignore = loop.addTimer(100ms, [&done] { done.set_value(); });
        });
        done.get_future().wait();
        loop.stop();
        QCOMPARE(calls.load(), 1);
        for (const int fd : { first[0], first[1], second[0], second[1] })
            ::close(fd);
    }

    void postFromManyThreads()
    {
        EventLoop loop;
        loop.start("test");
        std::atomic<int> count { 0 };
        std::vector<std::thread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&] {
                for (int i = 0; i < 10000; ++i)
                    loop.post([&count] { ++count; });
            });
        }
        for (auto &thread : threads)
            thread.join();
        loop.stop(); // runs what was posted before
        QCOMPARE(count.load(), 40000);
        loop.post([&count] { ++count; });
        QCOMPARE(count.load(), 40000);
    }

    void interleavedFamilies()
    {
        const auto result = TcpConnector::interleaved({ v6(1), v6(2), v6(3), v4(4) });
        QList<int> families;
        for (const auto &address : result)
            families += address.storage.ss_family;
        QCOMPARE(families, (QList<int> { AF_INET6, AF_INET, AF_INET6, AF_INET6 }));
    }

    void refusedAddressFallsToTheNextAtOnce()
    {
        quint16 port = 0;
        const int listener = listenOn(port, 5);
        std::chrono::milliseconds took {};
        QCOMPARE(connectTo({ v6(port), v4(port) }, took), 0);
        ::close(listener);
        QCOMPARE(connectTo({ v4(port) }, took), ECONNREFUSED);
    }

    void silentAddressIsRacedByTheNext()
    {
        quint16 silent = 0;
        quint16 good = 0;
        const int hole = listenOn(silent, 0);
        const int listener = listenOn(good, 5);
        std::vector<int> fillers; // with its queue full, the kernel drops further SYNs
        for (int i = 0; i < 4; ++i) {
            fillers.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
            const SocketAddress address = v4(silent);
            ::connect(fillers.back(), reinterpret_cast<const sockaddr *>(&address.storage), address.size);
        }
        std::chrono::milliseconds took {};
        QCOMPARE(connectTo({ v4(silent), v4(good) }, took), 0);
        QVERIFY2(took >= 200ms && took < 3s, qPrintable(QString::number(took.count())));
        for (const int fd : fillers)
            ::close(fd);
        ::close(hole);
        ::close(listener);
    }

    void patientTasksLeaveAThreadToOthers()
    {
        WorkerPool pool(2);
        std::promise<void> release;
        std::shared_future<void> released = release.get_future().share();
        std::atomic<int> patient { 0 };
        for (int i = 0; i < 5; ++i) {
            pool.run(
                [released, &patient] {
                    ++patient;
                    released.wait();
                },
                true);
        }
        std::promise<void> quick;
        pool.run([&quick] { quick.set_value(); }, false);
        QCOMPARE(quick.get_future().wait_for(5s), std::future_status::ready);
        QVERIFY(patient <= 1);
        release.set_value();
        pool.stop();
    }
};

QTEST_GUILESS_MAIN(tst_EventLoop)
#include "tst_EventLoop.moc"
