// SPDX-License-Identifier: MIT
// Neither tailscaled nor its command can be had from Debian: both are scripted here, with a real one's answers.
#include "ssh/tailscale/TailnetQuery.h"

#include "tests/support/ScriptedTailscaled.h"

#include <QElapsedTimer>
#include <QFile>
#include <QSignalSpy>
#include <QTest>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace Qt::Literals::StringLiterals;
using namespace Helmclaw;
using namespace std::chrono_literals;
using Helmclaw::Test::ScriptedTailscaled;

class tst_TailnetQueryScripted : public QObject
{
    Q_OBJECT

    static TailnetStatus ask(const TailnetOptions &options)
    {
        TailnetQuery query(options);
        QSignalSpy finished(&query, &TailnetQuery::finished);
        query.start();
        if (!finished.isEmpty() || !finished.wait(60000))
            qFatal("no answer, or from inside start()");
        QTest::qWait(10);
        if (finished.size() != 1)
            qFatal("finished() more than once");
        return query.status();
    }
    TailnetOptions options() const
    {
        TailnetOptions options;
        options.socket = m_daemon->socket();
        options.program = m_dir.filePath(u"missing"_s);
        options.deadline = 30s;
        options.trustedUser = ::getuid();
        return options;
    }
    /// A program that behaves as the test says.
    QString program(const QByteArray &script) const
    {
        const QString path = m_dir.filePath(u"tailscale"_s);
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write("#!/bin/sh\n" + script) < 0)
            qFatal("no script");
        file.close();
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        return path;
    }
    QString write(const char *name, const QByteArray &content) const
    {
        QFile file(m_dir.filePath(QString::fromLatin1(name)));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("no file");
        return file.fileName();
    }

    QTemporaryDir m_dir;
    std::unique_ptr<ScriptedTailscaled> m_daemon;

private Q_SLOTS:
    void init() { m_daemon = std::make_unique<ScriptedTailscaled>(); }

    void asksTheLocalApi()
    {
        m_daemon->setStatus(ScriptedTailscaled::recorded("localapi-status.json"));
        const TailnetStatus status = ask(options());
        QCOMPARE(status.state, TailnetState::Running);
        QCOMPARE(status.peers.size(), 2);
        QVERIFY(status.rootDaemon);
        QVERIFY(m_daemon->lastRequest().startsWith("GET /localapi/v0/status HTTP/1.1\r\n"));
        QVERIFY(m_daemon->lastRequest().contains("\r\nHost: local-tailscaled.sock\r\n"));
        QCOMPARE(m_daemon->requests(), 1);
    }

    void aSocketOfAnotherUserIsNotTrusted()
    {
        m_daemon->setStatus(ScriptedTailscaled::recorded("localapi-status.json"));
        TailnetOptions other = options();
        other.trustedUser = ::getuid() + 1;
        const TailnetStatus status = ask(other);
        QCOMPARE(status.state, TailnetState::Running);
        QVERIFY(!status.rootDaemon);
    }

    void brokenAnswersAreErrors_data()
    {
        QTest::addColumn<QByteArray>("answer");
        QTest::addColumn<TailnetState>("state");
        QTest::newRow("not http") << QByteArray("hello") << TailnetState::Error;
        QTest::newRow("cut off") << QByteArray("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
                                 << TailnetState::Error;
        QTest::newRow("no json") << QByteArray("HTTP/1.1 200 OK\r\n\r\nhello") << TailnetState::Error;
        QTest::newRow("server error") << QByteArray("HTTP/1.1 500 Oops\r\n\r\nboom\x1b[2J") << TailnetState::Error;
        QTest::newRow("forbidden") << QByteArray("HTTP/1.1 403 Forbidden\r\n\r\nstatus access denied")
                                   << TailnetState::PermissionDenied;
    }
    void brokenAnswersAreErrors()
    {
        QFETCH(QByteArray, answer);
        QFETCH(TailnetState, state);
        m_daemon->setAnswer(answer);
        const TailnetStatus status = ask(options());
        QCOMPARE(status.state, state);
        QVERIFY(status.error && !status.error->remedy.isEmpty());
        QVERIFY(!status.error->what.contains(u'\x1b'));
        QVERIFY(!status.rootDaemon);
    }

    void anEndlessAnswerIsCut()
    {
        m_daemon->setAnswer("HTTP/1.1 200 OK\r\n\r\n" + QByteArray(TailnetStatus::MaxSize + 1000, ' '));
        const TailnetStatus status = ask(options());
        QCOMPARE(status.state, TailnetState::Error);
        QVERIFY2(status.error->what.contains(u"longer"_s), qPrintable(status.error->what));
    }

    void silenceEndsAtTheDeadline()
    {
        TailnetOptions hasty = options();
        hasty.deadline = 300ms;
        const TailnetStatus status = ask(hasty);
        QCOMPARE(status.state, TailnetState::Error);
        QVERIFY(status.error->what.contains(u"within"_s));
    }

    void withoutADaemonTheProgramIsAsked()
    {
        m_daemon->stop();
        TailnetOptions cli = options();
        QCOMPARE(ask(cli).state, TailnetState::NotInstalled);

        const QString json = write("status.json", ScriptedTailscaled::recorded("status-running.json"));
        cli.program = program("echo \"$@\" >\"$(dirname \"$0\")/arguments\"; cat " + QFile::encodeName(json) + "\n");
        const TailnetStatus status = ask(cli);
        QCOMPARE(status.state, TailnetState::Running);
        QVERIFY(!status.rootDaemon); // its word is good for addresses, not for host keys
        QFile arguments(m_dir.filePath(u"arguments"_s));
        QVERIFY(arguments.open(QIODevice::ReadOnly));
        QCOMPARE(QString::fromUtf8(arguments.readAll()), u"--socket=%1 status --json\n"_s.arg(m_daemon->socket()));

        const QString none = write("none.txt", ScriptedTailscaled::recorded("status-no-daemon.txt"));
        cli.program = program("cat " + QFile::encodeName(none) + " >&2; exit 1\n");
        QCOMPARE(ask(cli).state, TailnetState::NoDaemon);
        cli.program = program("echo 'Access denied: status access denied' >&2; exit 1\n");
        QCOMPARE(ask(cli).state, TailnetState::PermissionDenied);
        cli.program = program("echo 'something new' >&2; exit 7\n");
        QVERIFY(ask(cli).error->what.contains(u"something new"_s));
        cli.program = program("kill -9 $$\n");
        QCOMPARE(ask(cli).state, TailnetState::Error);
        cli.program = program("exec sleep 60\n");
        cli.deadline = 300ms;
        QElapsedTimer timer;
        timer.start();
        QCOMPARE(ask(cli).state, TailnetState::Error);
        QVERIFY(timer.elapsed() < 50000);
    }

    void aSocketNobodyListensAtIsNoDaemon()
    {
        m_daemon->stop();
        const QString path = m_dir.filePath(u"left-behind.sock"_s);
        sockaddr_un address {};
        address.sun_family = AF_UNIX;
        qstrncpy(address.sun_path, QFile::encodeName(path).constData(), sizeof address.sun_path);
        const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        QCOMPARE(::bind(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address), 0);
        ::close(fd);
        TailnetOptions stale = options();
        stale.socket = path;
        QCOMPARE(ask(stale).state, TailnetState::NoDaemon);
    }

    void mayBeDeletedAtAnyTime()
    {
        m_daemon->setStatus(ScriptedTailscaled::recorded("localapi-status.json"));
        for (int i = 0; i < 20; ++i) {
            TailnetQuery query(options());
            query.start();
            QTest::qWait(i % 5);
        }
        m_daemon->stop();
        TailnetOptions cli = options();
        cli.program = program("exec sleep 60\n");
        for (int i = 0; i < 5; ++i) {
            TailnetQuery query(cli);
            query.start();
            QTest::qWait(20);
        }
    }
};

QTEST_GUILESS_MAIN(tst_TailnetQueryScripted)
#include "tst_TailnetQueryScripted.moc"
