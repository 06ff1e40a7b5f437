// SPDX-License-Identifier: MIT
#include "PoolTest.h"

#include "ssh/HostKeyLog.h"
#include "tests/support/Files.h"

using namespace Helmclaw;
using namespace Helmclaw::Test;

/// Changed, exchanged, certified and revoked host keys of a real sshd, whose log says whether a login was tried.
class tst_SshHostKeys : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] QByteArray name() const { return QStringLiteral("[127.0.0.1]:%1 ").arg(m_sshd->port()).toLatin1(); }
    /// The target, with keys pinned in the pool's own file only.
    [[nodiscard]] SshTarget pinnedInOwn(const PoolTest &test) const
    {
        SshTarget target = m_sshd->target();
        target.userKnownHostsFiles = { QStringLiteral("/dev/null") };
        QDir().mkpath(QFileInfo(test.ownKnownHosts()).path());
        if (!writeFile(test.ownKnownHosts(), name() + m_sshd->hostKeyLine() + '\n'))
            qFatal("no known_hosts");
        return target;
    }
    static Error errorOf(const PoolTest &test)
    {
        auto reply = test.sh(QStringLiteral("true"));
        if (!PoolTest::wait(reply.get()) || !reply->error())
            return {};
        return *reply->error();
    }

    std::unique_ptr<SshdFixture> m_sshd;

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

    void anotherTypeCountsAsChanged_data()
    {
        QTest::addColumn<QString>("type");
        QTest::newRow("ecdsa") << QStringLiteral("ecdsa");
        QTest::newRow("rsa") << QStringLiteral("rsa");
    }
    void anotherTypeCountsAsChanged()
    {
        QFETCH(QString, type);
        PoolTest test;
        QSignalSpy asked(test.pool.get(), &SshPool::hostKeyUnknown);
        const SshTarget target = m_sshd->target(); // pins the ed25519 key
        QVERIFY(!m_sshd->makeKey(QStringLiteral("host_key"), {}, type).isEmpty());
        QVERIFY(m_sshd->start());
        test.pool->setTarget(target);
        const Error error = errorOf(test);
        QCOMPARE(error.code, ErrorCode::HostKeyChanged);
        QVERIFY2(error.what.contains(QStringLiteral("ANOTHER TYPE")), qPrintable(error.what));
        QCOMPARE(asked.count(), 0);
        const SessionStatus status = test.pool->sessionStatus(QStringLiteral("srv"));
        QVERIFY(status.hostKey && status.hostKey->isOtherType());
        QCOMPARE(status.hostKey->pinned.size(), 1);
        QCOMPARE(status.hostKey->pinned.first().key.algorithm, QByteArray("ssh-ed25519"));
        QVERIFY2(m_sshd->endedWithoutLogin(), m_sshd->log().constData());
        QVERIFY(onOpenSsh() || m_sshd->log().contains("KEX done")); // ssh does not even finish it
    }

    void thePinnedTypeIsAskedForFirst()
    {
        // The server has three keys, we know the one it would show last: no alarm, no question.
        QVERIFY(!m_sshd->makeKey(QStringLiteral("other_ecdsa"), {}, QStringLiteral("ecdsa")).isEmpty());
        QVERIFY(!m_sshd->makeKey(QStringLiteral("other_rsa"), {}, QStringLiteral("rsa")).isEmpty());
        m_sshd->addConfig(QStringLiteral("HostKey ") + m_sshd->path(QStringLiteral("other_ecdsa")));
        m_sshd->addConfig(QStringLiteral("HostKey ") + m_sshd->path(QStringLiteral("other_rsa")));
        QVERIFY(m_sshd->start());
        for (const char *known : { "other_rsa.pub", "other_ecdsa.pub", "host_key.pub" }) {
            PoolTest test;
            QSignalSpy asked(test.pool.get(), &SshPool::hostKeyUnknown);
            QFile key(m_sshd->path(QLatin1String(known)));
            QVERIFY(key.open(QIODevice::ReadOnly));
            const QString file = m_sshd->path(QStringLiteral("one_known"));
            QVERIFY(writeFile(file, name() + key.readAll()));
            SshTarget target = m_sshd->target();
            target.userKnownHostsFiles = { file };
            test.pool->setTarget(target);
            auto reply = test.sh(QStringLiteral("true"));
            QVERIFY(PoolTest::wait(reply.get()));
            VERIFY_SUCCESS(reply);
            QCOMPARE(asked.count(), 0);
        }
    }

    void inspectionSendsNothing()
    {
        PoolTest test;
        test.pool->setTarget(pinnedInOwn(test));
        const auto inspect = [&test] {
            auto reply = std::unique_ptr<HostKeyReply>(test.pool->inspectHostKey(QStringLiteral("srv")));
            return PoolTest::wait(reply.get()) && !reply->error() ? reply->report() : HostKeyReport();
        };
        HostKeyReport report = inspect();
        QCOMPARE(report.verdict, HostKeyVerdict::Match);
        QCOMPARE(report.ownFile, test.ownKnownHosts());
        QVERIFY(m_sshd->replaceHostKey());
        QVERIFY(m_sshd->start());
        report = inspect();
        QCOMPARE(report.verdict, HostKeyVerdict::Changed);
        QVERIFY(report.isReplaceable());
        QVERIFY(!report.isOtherType());
        QCOMPARE(report.pinned.size(), 1);
        QVERIFY2(m_sshd->endedWithoutLogin(), m_sshd->log().constData());
        QCOMPARE(test.pool->sessionStatus(QStringLiteral("srv")).state, SessionState::Off);

        auto nobody = std::unique_ptr<HostKeyReply>(test.pool->inspectHostKey(QStringLiteral("nobody")));
        QVERIFY(PoolTest::wait(nobody.get()));
        QCOMPARE(nobody->error()->code, ErrorCode::InvalidInput);
        auto aborted = std::unique_ptr<HostKeyReply>(test.pool->inspectHostKey(QStringLiteral("srv")));
        aborted->abort();
        QVERIFY(PoolTest::wait(aborted.get()));
        m_sshd->kill();
        // A child that was just being forked may hold the port a moment longer.
        QVERIFY(PoolTest::until([&test] {
            auto refused = std::unique_ptr<HostKeyReply>(test.pool->inspectHostKey(QStringLiteral("srv")));
            return PoolTest::wait(refused.get()) && refused->error()
                && refused->error()->code == ErrorCode::ConnectionRefused;
        }));
    }

    void aReplacedKeyIsTheOnlyOneThen()
    {
        PoolTest test;
        test.pool->setTarget(pinnedInOwn(test));
        QVERIFY(m_sshd->replaceHostKey());
        QVERIFY(m_sshd->start());
        const Error changed = errorOf(test);
        QCOMPARE(changed.code, ErrorCode::HostKeyChanged);
        QVERIFY2(changed.remedy.contains(QStringLiteral("hostkey replace")), qPrintable(changed.remedy));
        const SessionStatus status = test.pool->sessionStatus(QStringLiteral("srv"));
        QVERIFY(status.hostKey && status.hostKey->isReplaceable());
        QVERIFY2(m_sshd->endedWithoutLogin(), m_sshd->log().constData());

        auto replaced =
            std::unique_ptr<HostKeyReply>(test.pool->replaceHostKey(QStringLiteral("srv"), status.hostKey->offered));
        QVERIFY(PoolTest::wait(replaced.get()));
        VERIFY_SUCCESS(replaced);
        QVERIFY2(m_sshd->endedWithoutLogin(), "replacing connects nothing");
        auto good = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(good.get()));
        VERIFY_SUCCESS(good);
        const auto log = HostKeyLog::read(HostKeyLog::fileFor(test.ownKnownHosts()));
        QVERIFY(log);
        QCOMPARE(log->size(), 1);
        QCOMPARE(log->first().value(QStringLiteral("action")).toString(), QStringLiteral("replace"));

        // And the old key, should it come back, is the stranger now.
        test.pool->closeSession(QStringLiteral("srv"));
        QVERIFY(m_sshd->replaceHostKey());
        QVERIFY(m_sshd->start());
        QCOMPARE(errorOf(test).code, ErrorCode::HostKeyChanged);
    }

    void aCertifiedHost()
    {
        // A real host certificate; the client knows the authority only.
        const QString authority = m_sshd->makeKey(QStringLiteral("authority"));
        QVERIFY(SshdFixture::run(QStringLiteral("/usr/bin/ssh-keygen"),
                                 { QStringLiteral("-q"), QStringLiteral("-s"), authority, QStringLiteral("-I"),
                                   QStringLiteral("host"), QStringLiteral("-h"), QStringLiteral("-n"),
                                   QStringLiteral("127.0.0.1"), m_sshd->path(QStringLiteral("host_key.pub")) }));
        m_sshd->addConfig(QStringLiteral("HostCertificate ") + m_sshd->path(QStringLiteral("host_key-cert.pub")));
        QVERIFY(m_sshd->start());
        QFile publicKey(authority + QStringLiteral(".pub"));
        QVERIFY(publicKey.open(QIODevice::ReadOnly));
        const QByteArray mark = "@cert-authority " + name() + publicKey.readAll();
        const QString file = m_sshd->path(QStringLiteral("authorities"));
        QVERIFY(writeFile(file, mark));
        PoolTest test;
        QSignalSpy asked(test.pool.get(), &SshPool::hostKeyUnknown);
        SshTarget target = m_sshd->target();
        target.backend = SshBackend::Libssh; // OpenSSH's ssh would verify it
        target.userKnownHostsFiles = { file };
        test.pool->setTarget(target);
        const Error error = errorOf(test);
        QCOMPARE(error.code, ErrorCode::Unsupported);
        QVERIFY2(error.what.contains(file + QStringLiteral(":1")), qPrintable(error.what));
        QVERIFY2(error.remedy.contains(QStringLiteral("hostkey replace srv --fingerprint SHA256:")),
                 qPrintable(error.remedy));
        QCOMPARE(asked.count(), 0);
        QVERIFY2(m_sshd->endedWithoutLogin(), m_sshd->log().constData());

        // The remedy: the plain key beside the authority.
        const auto status = test.pool->sessionStatus(QStringLiteral("srv"));
        QVERIFY(status.hostKey);
        auto pinned =
            std::unique_ptr<HostKeyReply>(test.pool->replaceHostKey(QStringLiteral("srv"), status.hostKey->offered));
        QVERIFY(PoolTest::wait(pinned.get()));
        VERIFY_SUCCESS(pinned);
        auto good = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(good.get()));
        VERIFY_SUCCESS(good);
        // So does one in the user's own file.
        PoolTest fresh;
        QVERIFY(writeFile(file, mark + name() + m_sshd->hostKeyLine() + '\n'));
        fresh.pool->setTarget(target);
        auto plain = fresh.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(plain.get()));
        VERIFY_SUCCESS(plain);
    }

    void aRevokedKeyGetsNoByteAndCannotBePinned()
    {
        PoolTest test;
        SshTarget target = pinnedInOwn(test);
        const QString file = m_sshd->path(QStringLiteral("revoked"));
        QVERIFY(writeFile(file, "@revoked * " + m_sshd->hostKeyLine() + '\n'));
        target.userKnownHostsFiles = { file };
        test.pool->setTarget(target);
        const Error error = errorOf(test);
        QCOMPARE(error.code, ErrorCode::HostKeyRevoked);
        QVERIFY2(error.what.contains(file + QStringLiteral(":1")), qPrintable(error.what));
        const auto status = test.pool->sessionStatus(QStringLiteral("srv"));
        QVERIFY(status.hostKey && !status.hostKey->isReplaceable());
        auto refused =
            std::unique_ptr<HostKeyReply>(test.pool->replaceHostKey(QStringLiteral("srv"), status.hostKey->offered));
        QVERIFY(PoolTest::wait(refused.get()));
        QCOMPARE(refused->error()->code, ErrorCode::HostKeyRevoked);
        QVERIFY2(m_sshd->endedWithoutLogin(), m_sshd->log().constData());
    }

    void anAliasIsThePinnedName()
    {
        PoolTest test;
        SshTarget target = m_sshd->target();
        target.hostKeyAlias = QStringLiteral("Cluster");
        const QString file = m_sshd->path(QStringLiteral("aliases"));
        QVERIFY(writeFile(file, "!other,clus* " + m_sshd->hostKeyLine() + '\n'));
        target.userKnownHostsFiles = { file };
        test.pool->setTarget(target);
        auto good = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(good.get()));
        VERIFY_SUCCESS(good);
    }
};

QTEST_GUILESS_MAIN(tst_SshHostKeys)
#include "tst_SshHostKeys.moc"
