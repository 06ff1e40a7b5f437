// SPDX-License-Identifier: MIT
#include "models/posture/PostureJson.h"
#include "models/posture/PostureStore.h"

#include <QJsonArray>
#include <QSignalSpy>
#include <QTest>

using namespace Helmclaw;

class tst_PostureStore : public QObject
{
    Q_OBJECT

    static CheckResult result(const QString &id, Verdict verdict)
    {
        return { id, verdict, u"summary"_qs, { u"evidence"_qs }, u"remedy"_qs, {} };
    }
    const QDateTime m_first { { 2026, 11, 21 }, { 8, 0 }, Qt::UTC };
    const QDateTime m_second { { 2026, 11, 21 }, { 9, 0 }, Qt::UTC };

private Q_SLOTS:
    void keepsSinceWhileTheVerdictStays()
    {
        PostureStore store;
        QSignalSpy changed(&store, &PostureStore::changed);
        store.setResults(u"a"_qs, { result(u"x"_qs, Verdict::Pass), result(u"y"_qs, Verdict::Pass) }, true, m_first);
        store.setResults(u"a"_qs, { result(u"x"_qs, Verdict::Pass), result(u"y"_qs, Verdict::Fail) }, true, m_second);
        QCOMPARE(changed.size(), 2);
        QCOMPARE(store.posture(u"a"_qs).find(u"x"_qs)->since, m_first);
        QCOMPARE(store.posture(u"a"_qs).find(u"y"_qs)->since, m_second);
        QCOMPARE(store.posture(u"a"_qs).probedAt, m_second);
        QVERIFY(!store.posture(u"a"_qs).find(u"z"_qs));
    }

    void anErrorKeepsTheOldResults()
    {
        PostureStore store;
        store.setResults(u"a"_qs, { result(u"x"_qs, Verdict::Pass) }, false, m_first);
        QCOMPARE(store.posture(u"a"_qs).worst(), Verdict::Pass);
        store.setRefreshing(u"a"_qs, true);
        QVERIFY(store.posture(u"a"_qs).refreshing);
        store.setError(u"a"_qs, Error { ErrorCode::Unreachable, u"no answer"_qs, {}, u"lab1"_qs });
        QVERIFY(!store.posture(u"a"_qs).refreshing);
        QCOMPARE(store.posture(u"a"_qs).results.size(), 1);
        QCOMPARE(store.posture(u"a"_qs).worst(), Verdict::Unknown);
        // The next good probe takes the error away; the verdict was the same all the time.
        store.setResults(u"a"_qs, { result(u"x"_qs, Verdict::Pass) }, false, m_second);
        QVERIFY(!store.posture(u"a"_qs).lastError);
        QCOMPARE(store.posture(u"a"_qs).find(u"x"_qs)->since, m_first);
    }

    void worst()
    {
        ServerPosture posture;
        QCOMPARE(posture.worst(), Verdict::Unknown);
        posture.results = { result(u"x"_qs, Verdict::NotApplicable) };
        QCOMPARE(posture.worst(), Verdict::NotApplicable);
        posture.results.append(result(u"y"_qs, Verdict::Warn));
        posture.lastError = Error();
        QCOMPARE(posture.worst(), Verdict::Warn);
    }

    void removeForgets()
    {
        PostureStore store;
        store.setResults(u"a"_qs, { result(u"x"_qs, Verdict::Pass) }, true, m_first);
        QSignalSpy changed(&store, &PostureStore::changed);
        store.remove(u"a"_qs);
        store.remove(u"a"_qs);
        QCOMPARE(changed.size(), 1);
        QVERIFY(store.posture(u"a"_qs).results.isEmpty());
    }

    void json()
    {
        PostureStore store;
        store.setResults(
            u"a"_qs,
            { result(u"firewall.active"_qs, Verdict::Fail), result(u"updates.reboot"_qs, Verdict::NotApplicable) },
            true, m_first);
        store.setError(u"a"_qs,
                       Error { ErrorCode::HostKeyChanged, u"the key changed"_qs, u"compare it"_qs, u"lab1"_qs });
        const QJsonObject json = postureToJson(store.posture(u"a"_qs));
        QCOMPARE(json.value(u"worst").toString(), u"fail");
        QCOMPARE(json.value(u"probedAt").toString(), u"2026-11-21T08:00:00Z");
        QCOMPARE(json.value(u"withSudo").toBool(), true);
        QCOMPARE(json.value(u"stale").toBool(), true);
        QCOMPARE(json.value(u"error").toObject().value(u"code").toString(), u"host-key-changed");
        QCOMPARE(json.value(u"error").toObject().value(u"remedy").toString(), u"compare it");
        const QJsonObject check = json.value(u"checks").toArray().at(0).toObject();
        QCOMPARE(check.value(u"id").toString(), u"firewall.active");
        QCOMPARE(check.value(u"area").toString(), u"firewall");
        QCOMPARE(check.value(u"category").toString(), u"infrastructure");
        QCOMPARE(check.value(u"severity").toString(), u"critical");
        QCOMPARE(check.value(u"verdict").toString(), u"fail");
        QCOMPARE(check.value(u"summary").toString(), u"summary");
        QCOMPARE(check.value(u"evidence").toArray(), QJsonArray { u"evidence"_qs });
        QCOMPARE(check.value(u"remedy").toString(), u"remedy");
        QCOMPARE(check.value(u"since").toString(), u"2026-11-21T08:00:00Z");
        QVERIFY(!check.value(u"why").toString().isEmpty());
        QCOMPARE(json.value(u"checks").toArray().at(1).toObject().value(u"verdict").toString(), u"not-applicable");

        const QJsonObject never = postureToJson({});
        QVERIFY(never.value(u"probedAt").isNull() && never.value(u"error").isNull());
        QCOMPARE(never.value(u"worst").toString(), u"unknown");
        QVERIFY(never.value(u"checks").toArray().isEmpty());
    }
};

QTEST_GUILESS_MAIN(tst_PostureStore)
#include "tst_PostureStore.moc"
