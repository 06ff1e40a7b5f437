// SPDX-License-Identifier: MIT
#include "ssh/BanWatch.h"

#include <QTest>

using namespace Helmclaw;
using namespace std::chrono_literals;

class tst_BanWatch : public QObject
{
    Q_OBJECT
private:
    std::chrono::milliseconds m_now { 1h };
    BanWatch m_bans { [this] { return m_now; } };
    const QString m_here = QStringLiteral("host 22");

private Q_SLOTS:
    void init()
    {
        m_bans.loggedIn(m_here);
        m_now += 1h;
    }
    void silenceAloneSaysNothing()
    {
        QVERIFY(!m_bans.silent(m_here));
        QVERIFY(!m_bans.silent(QStringLiteral("never met")));
        m_bans.loginRefused(m_here);
        QVERIFY(!m_bans.silent(m_here));
        QCOMPARE(m_bans.refusedLogins(m_here), 1);
        QCOMPARE(m_bans.refusedLogins(QStringLiteral("host 2222")), 0);
    }
    void refusedLoginsThenSilence()
    {
        m_bans.answered(m_here, QStringLiteral("10.0.0.9"));
        m_bans.loginRefused(m_here);
        m_bans.loginRefused(m_here);
        const auto suspicion = m_bans.silent(m_here);
        QVERIFY(suspicion);
        QCOMPARE(suspicion->refusedLogins, 2);
        QCOMPARE(suspicion->ourAddress, QStringLiteral("10.0.0.9"));
        m_now += 3h; // a ban lasts longer than what it is for
        QVERIFY(m_bans.silent(m_here));
        QCOMPARE(m_bans.silent(m_here)->since, suspicion->since);
        m_bans.answered(m_here, {});
        QVERIFY(!m_bans.silent(m_here));
    }
    void oldFailuresDoNotCount()
    {
        m_bans.loginRefused(m_here);
        m_now += 9min;
        m_bans.loginRefused(m_here);
        m_now += 2min;
        QCOMPARE(m_bans.refusedLogins(m_here), 1);
        QVERIFY(!m_bans.silent(m_here));
    }
    void aLoginClearsTheSlate()
    {
        m_bans.loginRefused(m_here);
        m_bans.loginRefused(m_here);
        m_bans.loggedIn(m_here);
        QVERIFY(!m_bans.silent(m_here));
        QCOMPARE(m_bans.refusedLogins(m_here), 0);
    }
};

QTEST_GUILESS_MAIN(tst_BanWatch)
#include "tst_BanWatch.moc"
