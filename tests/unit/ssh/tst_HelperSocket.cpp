// SPDX-License-Identifier: MIT
#include "ssh/WireFormat.h"
#include "ssh/openssh/HelperSocket.h"

#include "tests/support/DescriptorShortage.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <cstring>
#include <functional>
#include <future>
#include <mutex>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

namespace {

constexpr int patience = 30000;

/// What helmclaw-ssh-helper does, byte by byte.
class Peer
{
public:
    explicit Peer(const QByteArray &path)
        : m_fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        sockaddr_un address {};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.constData(), static_cast<std::size_t>(path.size()));
        std::ignore = ::connect(m_fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address);
    }
    void say(const QByteArrayList &words) const
    {
        WireWriter fields;
        for (const QByteArray &word : words)
            fields.string(word);
        sayBytes(WireWriter().string(fields.bytes()).bytes());
    }
    void sayBytes(const QByteArray &bytes) const
    {
        std::ignore = ::send(m_fd.get(), bytes.constData(), static_cast<std::size_t>(bytes.size()), MSG_NOSIGNAL);
    }
    /// All that comes until the other side hangs up.
    [[nodiscard]] QByteArray answer() const
    {
        QByteArray all;
        char buffer[4096];
        for (;;) {
            const ssize_t got = ::recv(m_fd.get(), buffer, sizeof buffer, 0);
            if (got <= 0)
                return all;
            all.append(buffer, got);
        }
    }
    void hangUp() { m_fd.reset(); }

private:
    FileDescriptor m_fd;
};

} // namespace

/// Who may ask over the socket that ssh's helpers use, and what becomes of the answers.
class tst_HelperSocket : public QObject
{
    Q_OBJECT

private:
    void inLoop(const std::function<void()> &task)
    {
        std::promise<void> done;
        m_loop->post([&] {
            task();
            done.set_value();
        });
        done.get_future().wait();
    }
    [[nodiscard]] QByteArray cookie() const { return m_cookie; }
    [[nodiscard]] QList<QByteArrayList> asked()
    {
        const std::lock_guard lock(m_mutex);
        return m_asked;
    }

    QTemporaryDir m_dir;
    QByteArray m_path;
    QByteArray m_cookie;
    std::mutex m_mutex;
    QList<QByteArrayList> m_asked; ///< under m_mutex
    std::atomic<int> m_gone { 0 };
    bool m_answering = true; ///< each question gets "yes: " and its first word
    std::unique_ptr<EventLoop> m_loop;
    std::unique_ptr<HelperSocket> m_socket;

private Q_SLOTS:
    void init()
    {
        m_asked.clear();
        m_gone = 0;
        m_answering = true;
        m_path = QFile::encodeName(m_dir.filePath(QStringLiteral("h")));
        m_loop = std::make_unique<EventLoop>();
        m_loop->start("test");
        bool listens = false;
        inLoop([&] {
            m_socket = std::make_unique<HelperSocket>(
                *m_loop,
                [this](HelperSocket::Id id, const QByteArrayList &words) {
                    {
                        const std::lock_guard lock(m_mutex);
                        m_asked += words;
                    }
                    if (m_answering)
                        m_socket->answer(id, "yes: " + words.first());
                },
                [this](HelperSocket::Id) { ++m_gone; });
            listens = m_socket->listen(m_path);
            for (const QByteArray &variable : m_socket->environment()) {
                if (variable.startsWith("HELMCLAW_SSH_COOKIE="))
                    m_cookie = variable.sliced(variable.indexOf('=') + 1);
            }
        });
        QVERIFY(listens);
        QCOMPARE(m_cookie.size(), 64);
    }
    void cleanup()
    {
        inLoop([&] { m_socket.reset(); });
        m_loop->stop();
        QFile::remove(QFile::decodeName(m_path));
    }

    void aQuestionIsAnswered()
    {
        const Peer peer(m_path);
        peer.say({ cookie(), "ask", "", "Password:" });
        QCOMPARE(peer.answer(), WireWriter().string("yes: ask").bytes());
        QCOMPARE(asked(), QList<QByteArrayList>({ { "ask", "", "Password:" } }));
    }

    /// ssh may ask for more than one passphrase in a login, at the same time as a touch.
    void severalAtOnce()
    {
        m_answering = false;
        const Peer first(m_path);
        const Peer second(m_path);
        first.say({ cookie(), "ask", "none", "touch" });
        second.say({ cookie(), "ask", "", "passphrase" });
        QTRY_COMPARE_WITH_TIMEOUT(asked().size(), 2, patience);
    }

    void whoDoesNotKnowTheCookieIsNotHeard_data()
    {
        QTest::addColumn<QByteArray>("offered");
        QTest::newRow("none") << QByteArray();
        QTest::newRow("another") << QByteArray(64, 'a');
        QTest::newRow("the beginning") << QByteArray("short");
        QTest::newRow("more") << QByteArray("long");
    }
    void whoDoesNotKnowTheCookieIsNotHeard()
    {
        QFETCH(QByteArray, offered);
        if (offered == "short")
            offered = cookie().first(63);
        else if (offered == "long")
            offered = cookie() + 'a';
        const Peer peer(m_path);
        peer.say({ offered, "socket" });
        QVERIFY(peer.answer().isEmpty()); // and it is hung up on
        QVERIFY(asked().isEmpty());
    }

    void whatIsNoQuestionIsNotHeard_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        const QByteArray broken = WireWriter().number32(100).bytes() + "x";
        QTest::newRow("nothing in it") << WireWriter().string("").bytes();
        QTest::newRow("a broken field") << WireWriter().string(broken).bytes();
        QTest::newRow("endless") << WireWriter().number32(0x7fffffff).bytes() + QByteArray(65 * 1024, 'x');
    }
    void whatIsNoQuestionIsNotHeard()
    {
        QFETCH(QByteArray, bytes);
        const Peer peer(m_path);
        peer.sayBytes(bytes);
        QVERIFY(peer.answer().isEmpty());
        QVERIFY(asked().isEmpty());
    }

    void onlyTheCookieIsNoQuestion()
    {
        const Peer peer(m_path);
        peer.say({ cookie() });
        QVERIFY(peer.answer().isEmpty());
        QVERIFY(asked().isEmpty());
    }

    void aHelperThatGoesIsTold()
    {
        m_answering = false;
        Peer peer(m_path);
        peer.say({ cookie(), "ask", "none", "touch" });
        QTRY_COMPARE_WITH_TIMEOUT(asked().size(), 1, patience);
        QCOMPARE(m_gone.load(), 0);
        peer.hangUp();
        QTRY_COMPARE_WITH_TIMEOUT(m_gone.load(), 1, patience);
    }

    /// Without descriptors a connection waits, and the loop does not spin meanwhile.
    void withoutDescriptors()
    {
        FileDescriptor later(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_un address {};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, m_path.constData(), static_cast<std::size_t>(m_path.size()));
        auto shortage = std::make_unique<DescriptorShortage>();
        const int rc = ::connect(later.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address);
        const std::clock_t begin = std::clock();
        QTest::qWait(1000);
        const std::clock_t spent = std::clock() - begin;
        shortage.reset();
        QCOMPARE(rc, 0);
        QVERIFY2(spent < CLOCKS_PER_SEC / 4, qPrintable(QString::number(spent)));
        WireWriter fields;
        fields.string(cookie()).string("socket");
        const QByteArray question = WireWriter().string(fields.bytes()).bytes();
        QCOMPARE(::send(later.get(), question.constData(), static_cast<std::size_t>(question.size()), MSG_NOSIGNAL),
                 ssize_t(question.size()));
        QTRY_COMPARE_WITH_TIMEOUT(asked().size(), 1, patience);
    }
};

QTEST_GUILESS_MAIN(tst_HelperSocket)
#include "tst_HelperSocket.moc"
