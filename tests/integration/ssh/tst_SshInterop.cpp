// SPDX-License-Identifier: MIT
#include "PoolTest.h"
#include "TunnelService.h"

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
        bool newestOnly; ///< the machine's OpenSSH may lack it
    };
    static constexpr Choice choices[] = {
        { "KexAlgorithms", "curve25519-sha256", true, false },
        { "KexAlgorithms", "curve25519-sha256@libssh.org", true, false },
        { "KexAlgorithms", "ecdh-sha2-nistp256", true, false },
        { "KexAlgorithms", "ecdh-sha2-nistp384", true, false },
        { "KexAlgorithms", "ecdh-sha2-nistp521", true, false },
        { "KexAlgorithms", "diffie-hellman-group14-sha256", true, false },
        { "KexAlgorithms", "diffie-hellman-group16-sha512", true, false },
        { "KexAlgorithms", "diffie-hellman-group18-sha512", true, false },
        { "KexAlgorithms", "diffie-hellman-group-exchange-sha256", true, false },
        { "KexAlgorithms", "sntrup761x25519-sha512@openssh.com", false, false },
        { "KexAlgorithms", "sntrup761x25519-sha512", false, true },
        { "KexAlgorithms", "mlkem768x25519-sha256", false, true },
        { "Ciphers", "aes128-gcm@openssh.com", true, false },
        { "Ciphers", "aes256-gcm@openssh.com", true, false },
        { "Ciphers", "chacha20-poly1305@openssh.com", true, false },
        { "Ciphers", "aes128-ctr", true, false },
        { "Ciphers", "aes192-ctr", true, false },
        { "Ciphers", "aes256-ctr", true, false },
        { "MACs", "hmac-sha2-256-etm@openssh.com", true, false },
        { "MACs", "hmac-sha2-512-etm@openssh.com", true, false },
        { "MACs", "hmac-sha2-256", true, false },
        { "MACs", "hmac-sha2-512", true, false },
        { "MACs", "umac-128-etm@openssh.com", false, false },
    };

    /// The OpenSSH installations to try, by name: the machine's (no folder) and, where it is there, the archive's
    /// newest.
    static QMap<QByteArray, QString> installations()
    {
        QMap<QByteArray, QString> all { { "machine's", QString() } };
        if (const QString newest = SshdFixture::newestInstallation(); !newest.isEmpty())
            all.insert("newest", newest);
        return all;
    }
    static void addInstallations()
    {
        QTest::addColumn<QString>("installation");
        const auto all = installations();
        for (auto it = all.begin(); it != all.end(); ++it)
            QTest::newRow(it.key().constData()) << it.value();
    }
    static void verifyRefusedByName(const PoolTest &test, const QString &algorithm)
    {
        const auto refused = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(refused.get()));
        QVERIFY(refused->error().has_value());
        QCOMPARE(refused->error()->code, ErrorCode::HandshakeFailed);
        QVERIFY2(refused->error()->what.contains(QLatin1String("no algorithm in common")),
                 qPrintable(refused->error()->what));
        QVERIFY2(refused->error()->what.contains(algorithm), qPrintable(refused->error()->what));
        QVERIFY(!refused->error()->remedy.isEmpty());
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

    void theNewestIsThere()
    {
        QString why;
        const QString folder = SshdFixture::newestInstallation(&why);
        if (folder.isEmpty())
            QSKIP(qPrintable(why));
        qInfo() << readFile(folder + QStringLiteral("/version")).trimmed();
    }

    void oneAlgorithmOnly_data()
    {
        QTest::addColumn<QString>("installation");
        QTest::addColumn<QString>("config");
        QTest::addColumn<bool>("libsshHasIt");
        for (const Choice &choice : choices) {
            QString config = QStringLiteral("%1 %2").arg(QLatin1String(choice.keyword), QLatin1String(choice.value));
            // An AEAD cipher would make the MAC idle.
            if (QByteArray(choice.keyword) == "MACs")
                config += QStringLiteral("\nCiphers aes256-ctr");
            const auto all = installations();
            for (auto it = all.begin(); it != all.end(); ++it) {
                if (!choice.newestOnly || !it.value().isEmpty())
                    QTest::addRow("%s: %s", it.key().constData(), choice.value)
                        << it.value() << config << choice.libsshHasIt;
            }
        }
    }
    void oneAlgorithmOnly()
    {
        QFETCH(QString, installation);
        QFETCH(QString, config);
        QFETCH(bool, libsshHasIt);
        SshdFixture sshd;
        sshd.setInstallation(installation);
        for (const QString &line : config.split(QLatin1Char('\n')))
            sshd.addConfig(line);
        QVERIFY2(sshd.start(), sshd.log().constData());
        PoolTest test;
        test.pool->setTarget(sshd.target());
        if (libsshHasIt) {
            verifyTransfer(test);
            return;
        }
        const QString algorithm = config.section(QLatin1Char('\n'), 0, 0).section(QLatin1Char(' '), 1);
        SshTarget onlyLibssh = sshd.target();
        onlyLibssh.backend = SshBackend::Libssh;
        test.pool->setTarget(onlyLibssh);
        verifyRefusedByName(test, algorithm);
        // OpenSSH's ssh takes over, when the one here knows it.
        QByteArray known;
        for (const QString &kind : { QStringLiteral("kex"), QStringLiteral("mac") })
            known += SshdFixture::run(QStringLiteral("/usr/bin/ssh"), { QStringLiteral("-Q"), kind }).value_or("");
        PoolTest automatic;
        automatic.pool->setTarget(sshd.target());
        if (known.split('\n').contains(algorithm.toLatin1()))
            verifyTransfer(automatic);
        else
            verifyRefusedByName(automatic, algorithm);
    }

    void oneHostKeyTypeOnly_data()
    {
        QTest::addColumn<QString>("installation");
        QTest::addColumn<QString>("type");
        QTest::addColumn<QString>("algorithm");
        const auto all = installations();
        for (auto it = all.begin(); it != all.end(); ++it) {
            const auto row = [&it](const char *type, const char *algorithm) {
                QTest::addRow("%s: %s", it.key().constData(), algorithm)
                    << it.value() << QString::fromLatin1(type) << QString::fromLatin1(algorithm);
            };
            row("ed25519", "ssh-ed25519");
            row("rsa", "rsa-sha2-512");
            row("rsa", "rsa-sha2-256");
            row("ecdsa", "ecdsa-sha2-nistp256");
        }
    }
    void oneHostKeyTypeOnly()
    {
        QFETCH(QString, installation);
        QFETCH(QString, type);
        QFETCH(QString, algorithm);
        SshdFixture sshd;
        sshd.setInstallation(installation);
        const QString key = sshd.makeKey(QStringLiteral("other_host_key"), {}, type);
        sshd.addConfig(QStringLiteral("HostKey ") + key);
        sshd.addConfig(QStringLiteral("HostKeyAlgorithms ") + algorithm);
        QVERIFY2(sshd.start(), sshd.log().constData());
        SshTarget target = sshd.target();
        target.userKnownHostsFiles = { sshd.pin(key + QStringLiteral(".pub"), sshd.port()) };
        PoolTest test;
        test.pool->setTarget(target);
        verifyTransfer(test);
    }

    /// A host key of the newest OpenSSH that libssh 0.10 has no name for.
    void aPostQuantumHostKey()
    {
        QString why;
        const QString newest = SshdFixture::newestInstallation(&why);
        if (newest.isEmpty())
            QSKIP(qPrintable(why));
        SshdFixture sshd;
        const QString key = sshd.path(QStringLiteral("mldsa"));
        if (!SshdFixture::run(newest + QStringLiteral("/ssh-keygen"),
                              { QStringLiteral("-q"), QStringLiteral("-t"), QStringLiteral("mldsa44-ed25519"),
                                QStringLiteral("-N"), QString(), QStringLiteral("-f"), key }))
            QSKIP("this OpenSSH makes no ML-DSA keys yet");
        sshd.setInstallation(newest);
        sshd.addConfig(QStringLiteral("HostKey ") + key);
        sshd.addConfig(QStringLiteral("HostKeyAlgorithms ssh-mldsa44-ed25519"));
        QVERIFY2(sshd.start(), sshd.log().constData());
        PoolTest test;
        test.pool->setTarget(sshd.target());
        verifyRefusedByName(test, QStringLiteral("ssh-mldsa44-ed25519"));
    }

    /// Since 9.8 sshd itself bans for a while who was refused (PerSourcePenalties).
    void aPenalty()
    {
        QString why;
        const QString newest = SshdFixture::newestInstallation(&why);
        if (newest.isEmpty())
            QSKIP(qPrintable(why));
        SshdFixture sshd;
        sshd.setInstallation(newest);
        sshd.addConfig(QStringLiteral("PerSourcePenalties authfail:600s min:1000s max:2000s"));
        QVERIFY2(sshd.start(), sshd.log().constData());
        PoolTest test;
        test.pool->setTarget(sshd.targetWithKey(sshd.makeKey(QStringLiteral("stranger"))));
        for (int i = 0; i < 2; ++i) {
            const auto refused = test.sh(QStringLiteral("true"));
            QVERIFY(PoolTest::wait(refused.get()));
            QCOMPARE(codeOf(*refused), ErrorCode::AuthFailed);
            QVERIFY(sshd.waitForEnd()); // it is counted at the end of the connection
        }
        const auto banned = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(banned.get()));
        QVERIFY(banned->error());
        QVERIFY2(banned->error()->code == ErrorCode::ProbablyBanned, qPrintable(banned->error()->toString()));
        const QString since = banned->error()->what;
        const auto still = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(still.get()));
        QVERIFY(still->error());
        QCOMPARE(still->error()->what, since); // and since when
        QVERIFY2(banned->error()->remedy.contains(QLatin1String("banned")), qPrintable(banned->error()->toString()));
    }

    void execFilesAndTunnel_data() { addInstallations(); }
    void execFilesAndTunnel()
    {
        QFETCH(QString, installation);
        SshdFixture sshd;
        sshd.setInstallation(installation);
        if (!installation.isEmpty()) { // its own program, not the part that is built into sshd
            sshd.setSubsystem(false);
            sshd.addConfig(QStringLiteral("Subsystem sftp %1/sftp-server").arg(installation));
        }
        QVERIFY2(sshd.start(), sshd.log().constData());
        PoolTest test;
        // The first time its key is not known: a connection without a login, which servers since 9.8 count against us.
        SshTarget target = sshd.target();
        target.userKnownHostsFiles = { QStringLiteral("/dev/null") };
        test.pool->setTarget(target);
        QSignalSpy asked(test.pool.get(), &SshPool::hostKeyUnknown);
        ExecOptions options;
        options.standardInput = "from us";
        const auto command = test.sh(QStringLiteral("cat; echo aside >&2; exit 7"), options);
        QVERIFY(PoolTest::until([&] { return asked.count() == 1; }));
        test.pool->answerHostKey(asked.first().first().value<HostKeyQuestion>().id, true);
        QVERIFY(PoolTest::wait(command.get()));
        VERIFY_SUCCESS(command);
        QCOMPARE(command->standardOutput(), QByteArray("from us"));
        QCOMPARE(command->standardError(), QByteArray("aside\n"));
        QCOMPARE(command->exitStatus(), 7);

        const QString file = sshd.path(QStringLiteral("file"));
        const QByteArray content = pattern(1'000'000);
        const std::unique_ptr<WriteFileReply> write(test.pool->writeFile(QStringLiteral("srv"), file, content));
        QVERIFY(PoolTest::wait(write.get()));
        VERIFY_SUCCESS(write);
        QVERIFY(write->isSynced());
        QVERIFY(readFile(file) == content);
        const std::unique_ptr<ReadFileReply> read(test.pool->readFile(QStringLiteral("srv"), file));
        QVERIFY(PoolTest::wait(read.get()));
        VERIFY_SUCCESS(read);
        QVERIFY(read->data() == content);

        const TunnelService service(TunnelService::echo);
        TunnelOptions wanted;
        wanted.remotePort = service.serverPort();
        const std::unique_ptr<Tunnel> tunnel(test.pool->openTunnel(QStringLiteral("srv"), wanted));
        QVERIFY(PoolTest::until([&] { return tunnel->state() == TunnelState::Listening; }));
        QTcpSocket client;
        client.connectToHost(QHostAddress::LocalHost, tunnel->localPort());
        client.write(content);
        QVERIFY(PoolTest::until([&] { return client.bytesAvailable() == content.size(); }));
        QVERIFY(client.readAll() == content);
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
        server.setChildProcessModifier(endWithUs);
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
        target.userKnownHostsFiles = { files.pin(hostKey + QStringLiteral(".pub"), port) };
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
