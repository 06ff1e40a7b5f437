// SPDX-License-Identifier: MIT
// Every check of the catalogue against real servers: changed by their own tools so that the check should not pass, and
// it does not; mended, and it does. The rows are in LabCheckRows.cpp and its sisters.
// Needs HELMCLAW_LAB, the lab's command (tests/run brings the lab up and sets it); without it: skipped, exit code 77.
#include "LabCheckRows.h"
#include "LabFleet.h"
#include "models/posture/CheckCatalogue.h"

#include <QMetaEnum>
#include <QSet>
#include <QTest>

using namespace Helmclaw;
Q_DECLARE_METATYPE(Helmclaw::LabCheckRow)

class tst_LabChecks : public QObject
{
    Q_OBJECT

    LabFleet m_fleet;
    QHash<QString, QString> m_before;

    /// Empty, or in what the results are not as they should be.
    static QString differences(const ServerPosture &posture, const LabCheckRow &row, bool mended)
    {
        if (posture.lastError)
            return posture.lastError->toString();
        QStringList wrong;
        for (const LabExpectation &expected : row.expected) {
            const CheckResult *result = posture.find(expected.checkId);
            const Verdict verdict = mended ? expected.whenMended : expected.whenBroken;
            if (result && result->verdict == verdict)
                continue;
            // Package lists age with the lab's cache; then "unknown" is the truth, and says why.
            if (mended && result && result->verdict == Verdict::Unknown && result->summary.contains(u"days old"_qs))
                continue;
            wrong += result ? QStringLiteral("%1: %2, not %3 (%4; %5)")
                                  .arg(expected.checkId, verdictName(result->verdict), verdictName(verdict),
                                       result->summary, result->evidence.join(u" | "_qs))
                            : QStringLiteral("%1: no such result").arg(expected.checkId);
        }
        return wrong.join(u'\n');
    }

private Q_SLOTS:
    void initTestCase()
    {
        QVERIFY(m_fleet.open());
        for (const LabCheckRow &row : labCheckRows()) {
            if (!m_before.contains(row.server))
                m_before.insert(row.server, LabFleet::letters(m_fleet.refreshed(row.server)));
        }
    }

    void brokenAndMended_data()
    {
        QTest::addColumn<LabCheckRow>("row");
        QHash<QString, int> count;
        for (const LabCheckRow &row : labCheckRows()) {
            QStringList names;
            for (const LabExpectation &expected : row.expected)
                names += expected.checkId;
            const QString name = names.join(u", "_qs);
            const int n = ++count[name];
            QTest::newRow(qPrintable(n == 1 ? name : u"%1 (%2)"_qs.arg(name).arg(n))) << row;
        }
    }
    void brokenAndMended()
    {
        QFETCH(LabCheckRow, row);
        const auto restore = qScopeGuard([&row] {
            const QString &lines = row.restore.isEmpty() ? row.mend : row.restore;
            std::ignore = LabFleet::does(row.server, lines);
        });
        QVERIFY(LabFleet::does(row.server, row.breaks));
        const QString broken = differences(m_fleet.refreshed(row.server), row, false);
        QVERIFY2(broken.isEmpty(), qPrintable(broken));
        QVERIFY(LabFleet::does(row.server, row.mend));
        const QString mended = differences(m_fleet.refreshed(row.server), row, true);
        QVERIFY2(mended.isEmpty(), qPrintable(mended));
    }

    void everyServerIsAsItWas()
    {
        for (auto it = m_before.cbegin(); it != m_before.cend(); ++it)
            QCOMPARE(it.key() + u": "_qs + LabFleet::letters(m_fleet.refreshed(it.key())), it.key() + u": "_qs + *it);
    }

    void everyCheckHasARow()
    {
        // Checks that no change of a lab server can make fail or warn, each with the reason.
        const QHash<QString, const char *> exceptions {
            { u"openclaw.version"_qs, "the registry is not asked here" },
            { u"docker.published"_qs, "no dockerd in the lab" },
            { u"docker.user"_qs, "no dockerd in the lab" },
            { u"docker.privileged"_qs, "no dockerd in the lab" },
            { u"docker.mounts"_qs, "no dockerd in the lab" },
            { u"docker.host-network"_qs, "no dockerd in the lab" },
        };
        QSet<QString> covered;
        for (const LabCheckRow &row : labCheckRows()) {
            for (const LabExpectation &expected : row.expected) {
                QVERIFY2(!checkInfo(expected.checkId).id.isEmpty(), qPrintable(expected.checkId));
                QVERIFY2(expected.whenBroken != expected.whenMended, qPrintable(expected.checkId));
                covered.insert(expected.checkId);
            }
        }
        QStringList without;
        for (const CheckInfo &check : checkCatalogue()) {
            if (covered.contains(check.id) == exceptions.contains(check.id))
                without += check.id;
        }
        QCOMPARE(without, QStringList());
    }
};

int main(int argc, char *argv[])
{
    if (!qEnvironmentVariableIsSet("HELMCLAW_LAB")) {
        qInfo("SKIP: no lab (HELMCLAW_LAB is not set); tests/run starts one where it can");
        return 77;
    }
    QCoreApplication app(argc, argv);
    tst_LabChecks test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_LabChecks.moc"
