// SPDX-License-Identifier: MIT
#include "PoolTest.h"

#include "tests/support/Files.h"

#include <QRegularExpression>
#include <QTcpSocket>

#include <unistd.h>

using namespace Helmclaw;
using namespace Helmclaw::Test;

/// Servers that allow only one algorithm of a kind, and servers that are not OpenSSH.
class tst_SshInterop : public QObject
{
    Q_OBJECT

    struct Choice
    {
        const char *keyword;
        const char *value;
        bool libsshHasIt;
    };
    static constexpr Choice choices[] = {
        { "KexAlgorithms", "curve25519-sha256", true },
        { "KexAlgorithms", "curve25519-sha256@libssh.org", true },
        { "KexAlgorithms", "ecdh-sha2-nistp256", true },
        { "KexAlgorithms", "ecdh-sha2-nistp384", true },
        { "KexAlgorithms", "ecdh-sha2-nistp521", true },
        { "KexAlgorithms", "diffie-hellman-group14-sha256", true },
        { "KexAlgorithms", "diffie-hellman-group16-sha512", true },
        { "KexAlgorithms", "diffie-hellman-group18-sha512", true },
        { "KexAlgorithms", "diffie-hellman-group-exchange-sha256", true },
        { "KexAlgorithms", "sntrup761x25519-sha512@openssh.com", false },
        { "Ciphers", "aes128-gcm@openssh.com", true },
        { "Ciphers", "aes256-gcm@openssh.com", true },
        { "Ciphers", "chacha20-poly1305@openssh.com", true },
        { "Ciphers", "aes128-ctr", true },
        { "Ciphers", "aes192-ctr", true },
        { "Ciphers", "aes256-ctr", true },
        { "MACs", "hmac-sha2-256-etm@openssh.com", true },
        { "MACs", "hmac-sha2-512-etm@openssh.com", true },
        { "MACs", "hmac-sha2-256", true },
        { "MACs", "hmac-sha2-512", true },
        { "MACs", "umac-128-etm@openssh.com", false },
    };

    /// @p publicKeyFile pinned for 127.0.0.1:@p port, in a file of its own.
    static QString pin(const SshdFixture &files, const QString &publicKeyFile, quint16 port)
    {
        const QString known = files.path(QStringLiteral("pinned"));
        const QByteArray key = readFile(publicKeyFile).split(' ').mid(0, 2).join(' ');
        return writeFile(known, "[127.0.0.1]:" + QByteArray::number(port) + ' ' + key + '\n') ? known : QString();
    }
    /// 2 MiB there and back: enough packets to show that the cipher and the MAC work both ways.
    static void verifyTransfer(PoolTest &test)
    {
        ExecOptions options;
        options.standardInput = QByteArray(2 * 1024 * 1024, 'h');
        const auto echo = test.sh(QStringLiteral("cat"), options);
        QVERIFY(PoolTest::wait(echo.get(), 60000));
        VERIFY_SUCCESS(echo);
        QVERIFY(echo->standardOutput() == options.standardInput);
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString missing = SshdFixture::missing(); !missing.isEmpty())
            QSKIP(qPrintable(missing));
    }

    void oneAlgorithmOnly_data()
    {
        QTest::addColumn<QString>("config");
        QTest::addColumn<bool>("libsshHasIt");
        for (const Choice &choice : choices) {
            QString config = QStringLiteral("%1 %2").arg(QLatin1String(choice.keyword), QLatin1String(choice.value));
            // An AEAD cipher would make the MAC idle.
            if (QByteArray(choice.keyword) == "MACs")
                config += QStringLiteral("\nCiphers aes256-ctr");
            QTest::newRow(choice.value) << config << choice.libsshHasIt;
        }
    }
    void oneAlgorithmOnly()
    {
        QFETCH(QString, config);
        QFETCH(bool, libsshHasIt);
        SshdFixture sshd;
        for (const QString &line : config.split(QLatin1Char('\n')))
            sshd.addConfig(line);
        QVERIFY2(sshd.start(), sshd.log().constData());
        PoolTest test;
        test.pool->setTarget(sshd.target());
        if (libsshHasIt) {
            verifyTransfer(test);
            return;
        }
        const auto refused = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(refused.get()));
        QVERIFY(refused->error().has_value());
        QCOMPARE(refused->error()->code, ErrorCode::HandshakeFailed);
        QVERIFY2(refused->error()->what.contains(QLatin1String("no algorithm in common")),
                 qPrintable(refused->error()->what));
        const QString algorithm = config.section(QLatin1Char('\n'), 0, 0).section(QLatin1Char(' '), 1);
        QVERIFY2(refused->error()->what.contains(algorithm), qPrintable(refused->error()->what));
        QVERIFY(!refused->error()->remedy.isEmpty());
    }

    void oneHostKeyTypeOnly_data()
    {
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("algorithm");
        QTest::newRow("ed25519") << QStringLiteral("ed25519") << QStringLiteral("ssh-ed25519");
        QTest::newRow("rsa, sha2-512") << QStringLiteral("rsa") << QStringLiteral("rsa-sha2-512");
        QTest::newRow("rsa, sha2-256") << QStringLiteral("rsa") << QStringLiteral("rsa-sha2-256");
        QTest::newRow("ecdsa") << QStringLiteral("ecdsa") << QStringLiteral("ecdsa-sha2-nistp256");
    }
    void oneHostKeyTypeOnly()
    {
        QFETCH(QString, type);
        QFETCH(QString, algorithm);
        SshdFixture sshd;
        const QString key = sshd.makeKey(QStringLiteral("other_host_key"), {}, type);
        sshd.addConfig(QStringLiteral("HostKey ") + key);
        sshd.addConfig(QStringLiteral("HostKeyAlgorithms ") + algorithm);
        QVERIFY2(sshd.start(), sshd.log().constData());
        SshTarget target = sshd.target();
        target.userKnownHostsFiles = { pin(sshd, key + QStringLiteral(".pub"), sshd.port()) };
        PoolTest test;
        test.pool->setTarget(target);
        verifyTransfer(test);
    }

    void dropbear()
    {
        const QString program = QStringLiteral("/usr/sbin/dropbear");
        if (!QFile::exists(program))
            QSKIP("dropbear is missing (Debian: dropbear-bin)");
        if (::geteuid() != 0)
            QSKIP("dropbear reads ~/.ssh/authorized_keys only: a home of its own needs root (a mount namespace)");
        SshdFixture files; // its keys and folder; its sshd is not started
        const QString hostKey = files.path(QStringLiteral("dropbear_key"));
        const auto made =
            SshdFixture::run(QStringLiteral("/usr/bin/dropbearkey"),
                             { QStringLiteral("-t"), QStringLiteral("ed25519"), QStringLiteral("-f"), hostKey });
        QVERIFY(made);
        static const QRegularExpression publicLine(QStringLiteral("^ssh-ed25519 .*$"),
                                                   QRegularExpression::MultilineOption);
        const QByteArray line = publicLine.match(QString::fromLatin1(*made)).captured().toLatin1();
        QVERIFY(writeFile(hostKey + QStringLiteral(".pub"), line + '\n'));
        const QString home = files.path(QStringLiteral("home"));
        QVERIFY(QDir().mkpath(home + QStringLiteral("/.ssh")));
        QVERIFY(
            QFile::copy(files.path(QStringLiteral("authorized_keys")), home + QStringLiteral("/.ssh/authorized_keys")));
        QFile::setPermissions(home, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        QFile::setPermissions(home + QStringLiteral("/.ssh"), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);

        const quint16 port = SshdFixture::freePort();
        QProcess server;
        server.setProcessChannelMode(QProcess::MergedChannels);
        server.start(QStringLiteral("unshare"),
                     { QStringLiteral("-m"), QStringLiteral("--kill-child"), QStringLiteral("--fork"),
                       QStringLiteral("sh"), QStringLiteral("-c"),
                       QStringLiteral("mount --bind \"$1\" /root && exec \"$2\" -F -E -p \"$3\" -r \"$4\""),
                       QStringLiteral("sh"), home, program, QStringLiteral("127.0.0.1:%1").arg(port), hostKey });
        QVERIFY(PoolTest::until([port] {
            QTcpSocket socket;
            socket.connectToHost(QHostAddress::LocalHost, port);
            return socket.waitForConnected(500);
        }));

        SshTarget target = files.target();
        target.port = port;
        target.userKnownHostsFiles = { pin(files, hostKey + QStringLiteral(".pub"), port) };
        PoolTest test;
        test.pool->setTarget(target);
        verifyTransfer(test);
        const auto many = test.sh(QStringLiteral("exit 7"));
        QVERIFY(PoolTest::wait(many.get()));
        QCOMPARE(many->exitStatus(), 7);
        server.kill(); // and with unshare its child
        QVERIFY(server.waitForFinished(10000));
    }
};

QTEST_GUILESS_MAIN(tst_SshInterop)
#include "tst_SshInterop.moc"
