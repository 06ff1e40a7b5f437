// SPDX-License-Identifier: MIT
#include "PoolTest.h"

#include <QElapsedTimer>

#include <csignal>

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

class tst_SshExec : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString missing = SshdFixture::missing(); !missing.isEmpty())
            QSKIP(qPrintable(missing));
        m_sshd = std::make_unique<SshdFixture>();
        QVERIFY(m_sshd->start());
        m_test = std::make_unique<PoolTest>();
        m_test->pool->setTarget(m_sshd->target());
    }
    void cleanupTestCase()
    {
        m_test.reset();
        m_sshd.reset();
    }

    void statusAndStreams()
    {
        auto reply = m_test->sh(QStringLiteral("echo out; echo err >&2; exit 3"));
        QVERIFY(!reply->isFinished()); // never from inside the call
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->exitStatus(), 3);
        QCOMPARE(reply->standardOutput(), QByteArray("out\n"));
        QCOMPARE(reply->standardError(), QByteArray("err\n"));
        QVERIFY(!reply->isTruncated());
        const SessionStatus status = m_test->pool->sessionStatus(QStringLiteral("srv"));
        QCOMPARE(status.state, SessionState::Ready);
        QVERIFY(!status.keyExchange.isEmpty() && !status.cipher.isEmpty());
        QVERIFY(status.hostKeyFingerprint.startsWith(QLatin1String("SHA256:")));
        QVERIFY(status.authenticatedBy.contains(QLatin1String("user_key")));
    }

    void signal_data()
    {
        QTest::addColumn<bool>("underWatch");
        QTest::newRow("under watch") << true;
        QTest::newRow("bare") << false;
    }
    void signal()
    {
        QFETCH(bool, underWatch);
        ExecOptions options;
        options.endRemoteOnAbort = underWatch;
        auto reply = m_test->sh(QStringLiteral("kill -TERM $$"), options);
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->exitStatus(), -1);
        // OpenSSH's ssh does not pass the name on.
        const bool named = m_test->pool->sessionStatus(QStringLiteral("srv")).backend == SshBackend::Libssh;
        QCOMPARE(reply->exitSignal(), QByteArray(named ? "TERM" : "unknown"));
    }

    void noSuchProgram()
    {
        std::unique_ptr<ExecReply> reply(
            m_test->pool->exec(QStringLiteral("srv"), CommandLine(QStringLiteral("no-such-program"))));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->exitStatus(), 127);
    }

    void manyBytesOfArguments()
    {
        const QString argument(64 * 1024, QLatin1Char('x'));
        std::unique_ptr<ExecReply> reply(m_test->pool->exec(
            QStringLiteral("srv"), CommandLine(QStringLiteral("printf"), { QStringLiteral("%s"), argument })));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->standardOutput(), argument.toLatin1());
    }

    void tooManyBytesOfArguments()
    {
        std::unique_ptr<ExecReply> reply(m_test->pool->exec(
            QStringLiteral("srv"), CommandLine(QStringLiteral("true"), { QString(200 * 1024, QLatin1Char('x')) })));
        QVERIFY(PoolTest::wait(reply.get()));
        QVERIFY(reply->error());
        QCOMPARE(reply->error()->code, ErrorCode::InvalidInput);
    }

    void everyCharacterThroughQuoting()
    {
        // All 255 bytes that an argument can hold: 1…127 as they are, the rest as the UTF-8 of U+0080…U+00FF.
        QString all;
        for (char16_t c = 1; c <= 0xff; ++c)
            all += QChar(c);
        for (const bool underWatch : { true, false }) {
            ExecOptions options;
            options.endRemoteOnAbort = underWatch;
            std::unique_ptr<ExecReply> reply(
                m_test->pool->exec(QStringLiteral("srv"),
                                   CommandLine(QStringLiteral("printf"),
                                               { QStringLiteral("%s"), all, QString(), QStringLiteral("'\"$`\\!") }),
                                   options));
            QVERIFY(PoolTest::wait(reply.get()));
            VERIFY_SUCCESS(reply);
            QCOMPARE(reply->standardOutput(), all.toUtf8() + "'\"$`\\!");
        }
    }

    void everyByteThroughStreams()
    {
        QByteArray all;
        for (int i = 0; i < 256; ++i)
            all += char(i);
        for (const bool underWatch : { true, false }) {
            ExecOptions options;
            options.standardInput = all;
            options.endRemoteOnAbort = underWatch;
            auto reply = m_test->sh(QStringLiteral("cat; exit 5"), options);
            QVERIFY(PoolTest::wait(reply.get()));
            VERIFY_SUCCESS(reply);
            QCOMPARE(reply->standardOutput(), all);
            QCOMPARE(reply->exitStatus(), 5);
        }
    }

    void bigInput()
    {
        QByteArray input(1024 * 1024, Qt::Uninitialized);
        for (qsizetype i = 0; i < input.size(); ++i)
            input[i] = char((i * 31 + i / 251) & 0xff);
        for (const bool underWatch : { true, false }) {
            ExecOptions options;
            options.standardInput = input;
            options.endRemoteOnAbort = underWatch;
            auto reply = m_test->sh(QStringLiteral("cat"), options);
            QVERIFY(PoolTest::wait(reply.get()));
            VERIFY_SUCCESS(reply);
            QVERIFY(reply->standardOutput() == input);
        }
    }

    void inputThatNobodyReads()
    {
        ExecOptions options;
        options.standardInput = QByteArray(4 * 1024 * 1024, 'x');
        auto reply = m_test->sh(QStringLiteral("exit 4"), options);
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->exitStatus(), 4);
    }

    void script()
    {
        const QByteArray text = "echo \"$#:$1:$2\"\ncat\nsleep 0.2 &\nwait\necho 'done'\nexit 6\n";
        std::unique_ptr<ExecReply> reply(
            m_test->pool->runScript(QStringLiteral("srv"), text, { QStringLiteral("a b"), QStringLiteral("it's") }));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->standardOutput(), QByteArray("2:a b:it's\ndone\n"));
        QCOMPARE(reply->exitStatus(), 6);
    }

    void scriptIsInNoProcessList()
    {
        // The script greps all command lines for a word of its own text, assembled so that grep does not find itself.
        const QByteArray text = "grep -la \"Kangaroo\"42 /proc/[0-9]*/cmdline | grep -v self; "
                                "tr '\\0' ' ' < /proc/$$/cmdline\n# Kangaroo42\n";
        std::unique_ptr<ExecReply> reply(m_test->pool->runScript(QStringLiteral("srv"), text));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        const QByteArray out = reply->standardOutput();
        QVERIFY2(!out.contains("Kangaroo"), out.constData());
    }

    void bigScript()
    {
        QByteArray text = "n=0\n";
        for (int i = 0; i < 20000; ++i)
            text += "n=$((n+1))\n";
        text += "echo $n\n";
        std::unique_ptr<ExecReply> reply(m_test->pool->runScript(QStringLiteral("srv"), text));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->standardOutput(), QByteArray("20000\n"));
    }

    void capCutsAndEndsTheRemoteSide()
    {
        ExecOptions options;
        options.outputCap = 100000;
        auto reply =
            m_test->sh(QStringLiteral("echo $$ >%1; exec yes").arg(m_sshd->path(QStringLiteral("cap.pid"))), options);
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY(reply->isTruncated());
        QCOMPARE(reply->standardOutput().size(), 100000);
        QVERIFY(PoolTest::until([this] { return !isRunning(QStringLiteral("cap.pid")); }));
    }

    void deadline()
    {
        ExecOptions options;
        options.deadline = 700ms;
        QElapsedTimer timer;
        timer.start();
        auto reply =
            m_test->sh(QStringLiteral("echo $$ >%1; sleep 1000").arg(m_sshd->path(QStringLiteral("d.pid"))), options);
        QVERIFY(PoolTest::wait(reply.get()));
        QVERIFY(reply->error());
        QCOMPARE(reply->error()->code, ErrorCode::DeadlineExceeded);
        QCOMPARE(reply->error()->server, QStringLiteral("srv"));
        QVERIFY(timer.elapsed() >= 700 && timer.elapsed() < 5000);
        QVERIFY(PoolTest::until([this] { return !isRunning(QStringLiteral("d.pid")); }));
    }

    void abortEndsTheRemoteGroup()
    {
        // A stubborn child, too: it ignores SIGTERM and gets SIGKILL.
        auto reply = m_test->sh(QStringLiteral("echo $$ >%1; sh -c 'trap \"\" TERM; echo $$ >%2; while :; do sleep 1; "
                                               "done' & echo up; wait")
                                    .arg(m_sshd->path(QStringLiteral("a.pid")), m_sshd->path(QStringLiteral("b.pid"))));
        QVERIFY(
            PoolTest::until([&] { return !reply->standardOutput().isEmpty() && isRunning(QStringLiteral("b.pid")); }));
        QVERIFY(isRunning(QStringLiteral("a.pid")));
        reply->abort();
        QVERIFY(!reply->isFinished());
        QVERIFY(PoolTest::wait(reply.get()));
        QVERIFY(reply->error());
        QCOMPARE(reply->error()->code, ErrorCode::Cancelled);
        QVERIFY(PoolTest::until(
            [this] { return !isRunning(QStringLiteral("a.pid")) && !isRunning(QStringLiteral("b.pid")); }));
    }

    void abortDuringInputGivesNoHalfInput()
    {
        // The program must not take the beginning of its input for the whole of it.
        const QString file = m_sshd->path(QStringLiteral("half"));
        ExecOptions options;
        options.standardInput = QByteArray(32 * 1024 * 1024, 'x');
        auto reply = m_test->sh(QStringLiteral("echo up; sleep 1; cat >/dev/null; echo whole >%1").arg(file), options);
        QVERIFY(PoolTest::until([&] { return !reply->standardOutput().isEmpty(); }));
        reply->abort();
        QVERIFY(PoolTest::wait(reply.get()));
        QTest::qWait(2500);
        QVERIFY(!QFile::exists(file));
    }

    void deletingAReplyEndsItSilently()
    {
        auto reply = m_test->sh(QStringLiteral("echo $$ >%1; sleep 1000").arg(m_sshd->path(QStringLiteral("x.pid"))));
        QVERIFY(PoolTest::until([this] { return isRunning(QStringLiteral("x.pid")); }));
        reply.reset();
        QVERIFY(PoolTest::until([this] { return !isRunning(QStringLiteral("x.pid")); }));
    }

    void backgroundProcessesOfAFinishedCommandLive()
    {
        auto reply = m_test->sh(
            QStringLiteral("(sleep 300 >/dev/null 2>&1 & echo $! >%1)").arg(m_sshd->path(QStringLiteral("bg.pid"))));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QTest::qWait(500);
        QVERIFY(isRunning(QStringLiteral("bg.pid")));
        ::kill(pidIn(QStringLiteral("bg.pid")), SIGKILL);
    }

    void sensitive()
    {
        ExecOptions options;
        options.sensitive = true;
        auto reply = m_test->sh(QStringLiteral("printf topsecret; echo note >&2; sleep 0.3"), options);
        QSignalSpy ready(reply.get(), &ExecReply::readyRead);
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(ready.count(), 0);
        VERIFY_SUCCESS(reply);
        QVERIFY(reply->standardOutput().isEmpty());
        QCOMPARE(reply->standardError(), QByteArray("note\n"));
        const Secret secret = reply->takeSensitiveOutput();
        QCOMPARE(secret.view().toByteArray(), QByteArray("topsecret"));
        QVERIFY(reply->takeSensitiveOutput().isEmpty());
    }

    void manyAtOnceShareOneSession()
    {
        std::vector<std::unique_ptr<ExecReply>> replies;
        for (int i = 0; i < 40; ++i)
            replies.push_back(m_test->sh(QStringLiteral("sleep 0.1; echo %1").arg(i)));
        for (int i = 0; i < 40; ++i) {
            auto &reply = replies[static_cast<size_t>(i)];
            QVERIFY(PoolTest::wait(reply.get(), 60000));
            VERIFY_SUCCESS(reply);
            QCOMPARE(reply->standardOutput().trimmed(), QByteArray::number(i));
        }
        QCOMPARE(m_test->pool->statistics().ready, 1);
        QCOMPARE(m_sshd->log().count("Accepted publickey"), 1);
    }

    void unknownServer()
    {
        auto reply = m_test->sh(QStringLiteral("true"), {}, QStringLiteral("nobody"));
        QVERIFY(!reply->isFinished());
        QVERIFY(PoolTest::wait(reply.get()));
        QVERIFY(reply->error());
        QCOMPARE(reply->error()->code, ErrorCode::InvalidInput);
    }

    void replyOutlivesThePool()
    {
        PoolTest other;
        other.pool->setTarget(m_sshd->target());
        auto reply = other.sh(QStringLiteral("sleep 1000"));
        QVERIFY(PoolTest::until([&] { return other.pool->statistics().ready == 1; }));
        other.pool.reset();
        QVERIFY(!reply->isFinished());
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(reply->error()->code, ErrorCode::Cancelled);
    }

    void linesAreToldTogether()
    {
        // Every telling wakes the owner's thread; a command that prints line by line does not wake it for each.
        auto reply = m_test->sh(QStringLiteral("i=0; while [ $i -lt 300 ]; do echo $i; sleep 0.001; i=$((i+1)); done"));
        QElapsedTimer timer;
        QSignalSpy told(reply.get(), &ExecReply::readyRead);
        timer.start();
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->standardOutput().count('\n'), 300);
        QVERIFY2(told.count() <= timer.elapsed() / 10 + 2, qPrintable(QString::number(told.count())));
    }

private:
    pid_t pidIn(const QString &file) const
    {
        QFile handle(m_sshd->path(file));
        return handle.open(QIODevice::ReadOnly) ? static_cast<pid_t>(handle.readAll().trimmed().toInt()) : 0;
    }
    bool isRunning(const QString &file) const
    {
        const pid_t pid = pidIn(file);
        QFile status(QStringLiteral("/proc/%1/stat").arg(pid));
        return pid > 0 && status.open(QIODevice::ReadOnly) && !status.readAll().contains(") Z ");
    }

    std::unique_ptr<SshdFixture> m_sshd;
    std::unique_ptr<PoolTest> m_test;
};

QTEST_GUILESS_MAIN(tst_SshExec)
#include "tst_SshExec.moc"
