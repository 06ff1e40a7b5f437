// SPDX-License-Identifier: MIT
#include "PoolTest.h"
#include "PromptTester.h"

#include <QElapsedTimer>
#include <QStandardPaths>

#include <csignal>

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

/// ssh_config's ways to make a connection, each seen at the server or in what the session came to.
class tst_SshOptions : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<SshdFixture> m_sshd;
    /// Runs a command with these options; what the session came to is in the pool.
    [[nodiscard]] std::unique_ptr<ExecReply> runWith(const PoolTest &test, const SshOptions &options,
                                                     const QString &command = QStringLiteral("echo ok")) const
    {
        SshTarget target = m_sshd->target();
        target.options = options;
        test.pool->setTarget(target);
        auto reply = test.sh(command);
        return PoolTest::wait(reply.get()) ? std::move(reply) : nullptr;
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString missing = SshdFixture::missing(); !missing.isEmpty())
            QSKIP(qPrintable(missing));
    }
    void init()
    {
        m_sshd = std::make_unique<SshdFixture>();
        QVERIFY(m_sshd->start());
    }
    void cleanup() { m_sshd.reset(); }

    void algorithms()
    {
        PoolTest test;
        SshOptions options;
        options.ciphers = { QStringLiteral("not-in-libssh"), QStringLiteral("aes256-ctr") };
        options.macs = { QStringLiteral("umac-64@openssh.com"), QStringLiteral("hmac-sha2-512") };
        options.kexAlgorithms = { QStringLiteral("sntrup761x25519-sha512@openssh.com"),
                                  QStringLiteral("ecdh-sha2-nistp384") };
        options.hostKeyAlgorithms = { QStringLiteral("ssh-ed25519-cert-v01@openssh.com"),
                                      QStringLiteral("ssh-ed25519") };
        options.pubkeyAlgorithms = { QStringLiteral("ssh-ed25519") };
        const auto reply = runWith(test, options);
        QVERIFY(reply);
        VERIFY_SUCCESS(reply);
        const SessionStatus status = test.pool->sessionStatus(QStringLiteral("srv"));
        QCOMPARE(status.cipher, QStringLiteral("aes256-ctr"));
        QCOMPARE(status.keyExchange, QStringLiteral("ecdh-sha2-nistp384"));
        QVERIFY(m_sshd->log().contains("MAC: hmac-sha2-512"));
    }

    void nothingLeftOfAList_data()
    {
        QTest::addColumn<QString>("keyword");
        for (const char *keyword :
             { "Ciphers", "KexAlgorithms", "MACs", "HostKeyAlgorithms", "PubkeyAcceptedAlgorithms" })
            QTest::newRow(keyword) << QString::fromLatin1(keyword);
    }
    void nothingLeftOfAList()
    {
        QFETCH(QString, keyword);
        SshOptions options;
        QHash<QString, QStringList *> lists { { QStringLiteral("Ciphers"), &options.ciphers },
                                              { QStringLiteral("KexAlgorithms"), &options.kexAlgorithms },
                                              { QStringLiteral("MACs"), &options.macs },
                                              { QStringLiteral("HostKeyAlgorithms"), &options.hostKeyAlgorithms },
                                              { QStringLiteral("PubkeyAcceptedAlgorithms"),
                                                &options.pubkeyAlgorithms } };
        *lists.value(keyword) = { QStringLiteral("not-in-libssh"), QStringLiteral("nor-this") };
        PoolTest test;
        const auto reply = runWith(test, options);
        QVERIFY(reply && reply->error());
        QCOMPARE(reply->error()->code, ErrorCode::Unsupported);
        QVERIFY2(reply->error()->what.startsWith(keyword) && reply->error()->what.contains(QStringLiteral("nor-this")),
                 qPrintable(reply->error()->what));
    }

    void compressionAndRekeying()
    {
        PoolTest test;
        SshOptions options;
        options.compression = true;
        options.rekeyBytes = 1024 * 1024;
        const auto reply =
            runWith(test, options, QStringLiteral("head -c 8000000 /dev/urandom | od -An -tx1 | head -c 3500000"));
        QVERIFY(reply);
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->standardOutput().size(), 3500000);
        QVERIFY2(m_sshd->log().contains("compression: zlib@openssh.com"), m_sshd->log().constData());
        QVERIFY(m_sshd->log().count("SSH2_MSG_NEWKEYS received") > 1);
    }

    void bindAddress()
    {
        PoolTest test;
        SshOptions options;
        options.bindAddress = QStringLiteral("127.0.0.2");
        const auto reply = runWith(test, options);
        QVERIFY(reply);
        VERIFY_SUCCESS(reply);
        QVERIFY(m_sshd->log().contains("Connection from 127.0.0.2"));
        options.bindAddress = QStringLiteral("not an address");
        const auto wrong = runWith(test, options);
        QVERIFY(wrong && wrong->error());
        QCOMPARE(wrong->error()->code, ErrorCode::InvalidInput);
        QVERIFY(wrong->error()->what.contains(QStringLiteral("BindAddress")));
    }

    void addressFamily()
    {
        PoolTest test;
        SshOptions options;
        options.addressFamily = SshOptions::AddressFamily::Inet6;
        const auto reply = runWith(test, options);
        QVERIFY(reply && reply->error());
        QCOMPARE(reply->error()->code, ErrorCode::ResolveFailed);
        options.addressFamily = SshOptions::AddressFamily::Inet;
        const auto good = runWith(test, options);
        QVERIFY(good);
        VERIFY_SUCCESS(good);
    }

    void methodsThatAreSwitchedOff_data()
    {
        QTest::addColumn<bool>("passwordMethod"); // or keyboard-interactive
        QTest::addColumn<bool>("allowed");
        QTest::newRow("keyboard-interactive") << false << true;
        QTest::newRow("no keyboard-interactive") << false << false;
        QTest::newRow("password") << true << true;
        QTest::newRow("no password") << true << false;
    }
    void methodsThatAreSwitchedOff()
    {
        if (const QString missing = SshdFixture::missingPam(); !missing.isEmpty())
            QSKIP(qPrintable(missing));
        QFETCH(bool, passwordMethod);
        QFETCH(bool, allowed);
        SshdFixture sshd;
        sshd.setPamScript("p:Code: |1\n", passwordMethod);
        QVERIFY(sshd.start());
        SshTarget target = sshd.target();
        target.identityFiles = { sshd.path(QStringLiteral("none")) };
        (passwordMethod ? target.options.passwords : target.options.keyboardInteractive) = allowed;
        PoolTest test;
        PromptTester user(test.pool.get());
        user.answerWith({ "1" });
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(reply->error().has_value(), !allowed);
        if (!allowed)
            QCOMPARE(codeOf(*reply), ErrorCode::AuthFailed);
        QCOMPARE(user.shown.size(), allowed ? 1 : 0);
        test.pool.reset();
        QVERIFY(sshd.waitForEnd());
        const QByteArray method = passwordMethod ? " method password" : " method keyboard-interactive";
        QCOMPARE(sshd.log().contains(method), allowed);
    }

    void strictHostKeysAreNotAskedAbout()
    {
        PoolTest test;
        QSignalSpy asked(test.pool.get(), &SshPool::hostKeyUnknown);
        SshTarget target = m_sshd->target();
        target.userKnownHostsFiles = { QStringLiteral("/dev/null") };
        target.options.strictHostKeys = true;
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(reply->error()->code, ErrorCode::HostKeyUnknown);
        QVERIFY(reply->error()->remedy.contains(QStringLiteral("StrictHostKeyChecking")));
        QCOMPARE(asked.count(), 0);
    }

    void serverAliveNoticesSilence_data()
    {
        QTest::addColumn<int>("count");
        QTest::newRow("2") << 2;
        QTest::newRow("9") << 9;
    }
    void serverAliveNoticesSilence()
    {
        QFETCH(int, count);
        if (QStandardPaths::findExecutable(QStringLiteral("busybox")).isEmpty())
            QSKIP("busybox is missing");
        SshTarget target = m_sshd->target();
        const QString pidFile = m_sshd->path(QStringLiteral("pid"));
        target.proxyCommand = {
            QStringLiteral("/bin/sh"), QStringLiteral("-c"),
            QStringLiteral("echo $$ >%1; exec busybox nc 127.0.0.1 %2").arg(pidFile).arg(m_sshd->port())
        };
        target.options.serverAliveInterval = 1s;
        target.options.serverAliveCountMax = count;
        PoolTest test; // its own keepalive would take 45 s
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("echo started; sleep 1000"));
        QVERIFY(PoolTest::until([&] { return reply->standardOutput().contains("started"); }));
        QFile file(pidFile);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto pid = static_cast<pid_t>(file.readAll().trimmed().toInt());
        QVERIFY(pid > 0);
        ::kill(pid, SIGSTOP);
        const auto goOn = qScopeGuard([pid] { ::kill(pid, SIGCONT); });
        QElapsedTimer timer;
        timer.start();
        QVERIFY(PoolTest::wait(reply.get(), 40000));
        QCOMPARE(reply->error()->code, ErrorCode::ConnectionLost);
        // Not at the first silence; the last answer may be one interval old when the silence begins.
        QVERIFY2(timer.elapsed() >= (count - 1) * 1000, qPrintable(QString::number(timer.elapsed())));
    }
};

QTEST_GUILESS_MAIN(tst_SshOptions)
#include "tst_SshOptions.moc"
