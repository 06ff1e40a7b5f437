// SPDX-License-Identifier: MIT
#include "PoolTest.h"

#include "ssh/HostKeyLog.h"
#include "tests/support/Files.h"

using namespace Helmclaw;
using namespace Helmclaw::Test;

/// Host keys that a trusted source (the tailnet) publishes, against a real sshd whose log says whether a login was
/// tried.
class tst_SshPublishedHostKeys : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] static HostKey keyFrom(const QByteArray &line)
    {
        return { line.split(' ').at(0), QByteArray::fromBase64(line.split(' ').at(1)) };
    }
    /// Nothing is pinned anywhere; @p published are the keys that the source knows.
    [[nodiscard]] SshTarget advised(const QList<HostKey> &published, bool complete) const
    {
        SshTarget target = m_sshd->target();
        target.userKnownHostsFiles = { QStringLiteral("/dev/null") };
        target.advice.hostKeys = published;
        target.advice.hostKeysComplete = complete;
        target.advice.source = QStringLiteral("the tailnet, node n1\nevil * line");
        return target;
    }
    [[nodiscard]] HostKey otherKey(const QString &type = QStringLiteral("ed25519")) const
    {
        return keyFrom(readFile(m_sshd->makeKey(QStringLiteral("other_") + type, {}, type) + QStringLiteral(".pub")));
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

    void aPublishedKeyIsPinnedWithoutAQuestion()
    {
        PoolTest test;
        QSignalSpy asked(test.pool.get(), &SshPool::hostKeyUnknown);
        const HostKey own = keyFrom(m_sshd->hostKeyLine());
        test.pool->setTarget(advised({ otherKey(), own }, true));
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY(asked.isEmpty());
        const QByteArrayList lines = readFile(test.ownKnownHosts()).trimmed().split('\n');
        QCOMPARE(lines.size(), 1); // what the source is called cannot add a line
        QVERIFY2(lines.at(0).endsWith("published by the tailnet, node n1\\nevil * line"), lines.at(0).constData());
        const auto log = HostKeyLog::read(HostKeyLog::fileFor(test.ownKnownHosts()));
        QVERIFY(log);
        QCOMPARE(log->size(), 1);
        QVERIFY(log->at(0).value(QStringLiteral("publishedBy")).toString().startsWith(QLatin1String("the tailnet")));

        // From now on it is pinned: that the source forgets it, or says something else, changes nothing.
        test.pool->closeSession(QStringLiteral("srv"));
        test.pool->setTarget(advised({ otherKey() }, true));
        reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
    }

    void aKeyThatIsNotPublishedIsAHardStop()
    {
        PoolTest test;
        QSignalSpy asked(test.pool.get(), &SshPool::hostKeyUnknown);
        const QList<HostKey> published { otherKey(), otherKey(QStringLiteral("ecdsa")) };
        test.pool->setTarget(advised(published, true));
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QVERIFY(reply->error());
        QCOMPARE(reply->error()->code, ErrorCode::HostKeyChanged);
        QVERIFY2(reply->error()->what.contains(QLatin1String("NOT ITS OWN"))
                     && reply->error()->what.contains(keyFrom(m_sshd->hostKeyLine()).fingerprint())
                     && reply->error()->what.contains(published.at(0).fingerprint())
                     && reply->error()->what.contains(published.at(1).fingerprint()),
                 qPrintable(reply->error()->what));
        QVERIFY(asked.isEmpty());
        QVERIFY(!QFile::exists(test.ownKnownHosts()));
        QVERIFY2(m_sshd->endedWithoutLogin(), m_sshd->log().constData());
    }

    void whereOtherKeysMayBeItAsks()
    {
        PoolTest test;
        QSignalSpy asked(test.pool.get(), &SshPool::hostKeyUnknown);
        test.pool->setTarget(advised({ otherKey() }, false));
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::until([&] { return !asked.isEmpty(); }));
        test.pool->answerHostKey(asked.at(0).at(0).value<HostKeyQuestion>().id, true);
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY(!readFile(test.ownKnownHosts()).contains("published"));
    }

    void aPublishedKeyDoesNotExcuseAChange()
    {
        PoolTest test;
        SshTarget target = m_sshd->target(); // pins the old key
        QVERIFY(m_sshd->replaceHostKey());
        QVERIFY(m_sshd->start());
        target.advice.hostKeys = { keyFrom(m_sshd->hostKeyLine()) };
        target.advice.hostKeysComplete = true;
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QVERIFY(reply->error());
        QCOMPARE(reply->error()->code, ErrorCode::HostKeyChanged);
        QVERIFY2(m_sshd->endedWithoutLogin(), m_sshd->log().constData());
    }

    /// The pinned key has changed to one that is not published either: what was pinned stands beside it.
    void aChangeToAnUnpublishedKeyIsCompared()
    {
        PoolTest test;
        SshTarget target = m_sshd->target();
        const HostKey before = keyFrom(m_sshd->hostKeyLine());
        QVERIFY(m_sshd->replaceHostKey());
        QVERIFY(m_sshd->start());
        target.advice.hostKeys = { otherKey() };
        target.advice.hostKeysComplete = true;
        target.advice.source = QStringLiteral("the tailnet");
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::HostKeyChanged);
        const auto report = test.pool->sessionStatus(QStringLiteral("srv")).hostKey;
        QVERIFY(report);
        QCOMPARE(report->verdict, HostKeyVerdict::Changed);
        QCOMPARE(report->offered, keyFrom(m_sshd->hostKeyLine()));
        QVERIFY(!(report->offered == before));
    }

    void asksForAPublishedType()
    {
        // The server has two keys; the source knows the one that would not be chosen.
        const QString ecdsa = m_sshd->makeKey(QStringLiteral("host_ecdsa"), {}, QStringLiteral("ecdsa"));
        SshdFixture both;
        both.addConfig(QStringLiteral("HostKey %1\n").arg(ecdsa));
        QVERIFY(both.start());
        PoolTest test;
        SshTarget target = both.target();
        target.userKnownHostsFiles = { QStringLiteral("/dev/null") };
        target.advice.hostKeys = { keyFrom(readFile(ecdsa + QStringLiteral(".pub"))) };
        target.advice.hostKeysComplete = true;
        target.advice.source = QStringLiteral("the tailnet");
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY(readFile(test.ownKnownHosts()).contains("ecdsa-sha2-nistp256"));
    }

    void newerAdviceKeepsTheSession()
    {
        PoolTest test;
        SshTarget target = m_sshd->target();
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("echo $PPID"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        const QByteArray session = reply->standardOutput();
        QVERIFY(!session.trimmed().isEmpty());
        target.advice.unreachable = QStringLiteral("tailnet: srv is offline");
        test.pool->setTarget(target);
        reply = test.sh(QStringLiteral("echo $PPID"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->standardOutput(), session);
        // The next dial knows it.
        m_sshd->kill();
        QVERIFY(PoolTest::until(
            [&] { return test.pool->sessionStatus(QStringLiteral("srv")).state != SessionState::Ready; }));
        reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(reply->error()->code, ErrorCode::ConnectionRefused);
        QVERIFY2(reply->error()->what.startsWith(QLatin1String("tailnet: srv is offline (")),
                 qPrintable(reply->error()->what));
    }
};

QTEST_GUILESS_MAIN(tst_SshPublishedHostKeys)
#include "tst_SshPublishedHostKeys.moc"
