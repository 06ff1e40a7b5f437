// SPDX-License-Identifier: MIT
#include "models/fleet/Fleet.h"
#include "models/posture/CheckCatalogue.h"
#include "models/posture/PostureModel.h"
#include "models/posture/PostureStore.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Helmclaw;

class tst_PostureModel : public QObject
{
    Q_OBJECT

    static Server server(const QString &name)
    {
        Server server;
        server.name = name;
        server.host = name;
        return server;
    }

private Q_SLOTS:
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_fleet = std::make_unique<Fleet>();
        QVERIFY(m_fleet->load(m_dir->filePath(u"fleet.json"_qs)));
        m_a = m_fleet->add(server(u"a"_qs)).value();
        m_b = m_fleet->add(server(u"b"_qs)).value();
        m_store = std::make_unique<PostureStore>();
        m_model = std::make_unique<PostureModel>(m_fleet.get(), m_store.get());
        m_tester = std::make_unique<QAbstractItemModelTester>(m_model.get(),
                                                              QAbstractItemModelTester::FailureReportingMode::Fatal);
    }
    void cleanup()
    {
        m_tester.reset();
        m_model.reset();
        m_store.reset();
        m_fleet.reset();
    }

    void aRowPerServerAColumnPerCheck()
    {
        QCOMPARE(m_model->rowCount(), 2);
        // A column per check, and one per area.
        QSet<QString> areas;
        for (const CheckInfo &info : checkCatalogue())
            areas.insert(info.area);
        QCOMPARE(m_model->columnCount(), 1 + checkCatalogue().size() + areas.size());
        QCOMPARE(m_model->rowOf(m_b), 1);
        QCOMPARE(m_model->rowOf(u"nobody"_qs), -1);
        QCOMPARE(m_model->index(1, 0).data().toString(), u"b");
        QCOMPARE(m_model->headerData(1, Qt::Horizontal, PostureModel::CheckIdRole).toString(), u"firewall.active");
        QCOMPARE(m_model->headerData(1, Qt::Horizontal, PostureModel::AreaRole).toString(), u"firewall");
        QCOMPARE(m_model->headerData(1, Qt::Horizontal, Qt::DisplayRole).toString(),
                 checkInfo(u"firewall.active"_qs).shortTitle);
    }

    void neverProbedIsUnknown()
    {
        const QModelIndex cell = m_model->index(0, 1);
        QCOMPARE(cell.data(PostureModel::VerdictRole).toInt(), int(Verdict::Unknown));
        QCOMPARE(cell.data().toString(), verdictLabel(Verdict::Unknown));
        QCOMPARE(m_model->index(0, 0).data(PostureModel::VerdictRole).toInt(), int(Verdict::Unknown));
        QVERIFY(!cell.data(PostureModel::ProbedAtRole).toDateTime().isValid());
    }

    void aResultChangesItsRowOnly()
    {
        QSignalSpy changed(m_model.get(), &QAbstractItemModel::dataChanged);
        QSignalSpy reset(m_model.get(), &QAbstractItemModel::modelReset);
        const QDateTime now = QDateTime::currentDateTimeUtc();
        m_store->setResults(m_b, { CheckResult { u"firewall.active"_qs, Verdict::Fail, u"inactive"_qs, {}, {}, {} } },
                            true, now);
        QCOMPARE(changed.size(), 1);
        QCOMPARE(reset.size(), 0);
        QCOMPARE(changed.at(0).at(0).toModelIndex(), m_model->index(1, 0));
        QCOMPARE(changed.at(0).at(1).toModelIndex(), m_model->index(1, m_model->columnCount() - 1));
        const QModelIndex cell = m_model->index(1, 1);
        QCOMPARE(cell.data(PostureModel::VerdictRole).toInt(), int(Verdict::Fail));
        QCOMPARE(cell.data(PostureModel::SummaryRole).toString(), u"inactive");
        QCOMPARE(cell.data(PostureModel::ServerIdRole).toString(), m_b);
        QCOMPARE(cell.data(PostureModel::ProbedAtRole).toDateTime(), now);
        QCOMPARE(m_model->index(1, 0).data(PostureModel::VerdictRole).toInt(), int(Verdict::Fail));
        QCOMPARE(cell.data(PostureModel::StaleRole).toBool(), false);

        m_store->setError(m_b, Error { ErrorCode::Unreachable, u"no answer"_qs, {}, u"b"_qs });
        QCOMPARE(cell.data(PostureModel::StaleRole).toBool(), true);
        QVERIFY(cell.data(PostureModel::ErrorRole).toString().contains(u"no answer"));
        QCOMPARE(cell.data(PostureModel::VerdictRole).toInt(), int(Verdict::Fail));
        m_store->setRefreshing(m_b, true);
        QCOMPARE(cell.data(PostureModel::RefreshingRole).toBool(), true);
    }

    void followsTheFleet()
    {
        QSignalSpy inserted(m_model.get(), &QAbstractItemModel::rowsInserted);
        QSignalSpy removed(m_model.get(), &QAbstractItemModel::rowsRemoved);
        QVERIFY(m_fleet->add(server(u"c"_qs)));
        QCOMPARE(inserted.size(), 1);
        QCOMPARE(m_model->rowCount(), 3);
        QVERIFY(m_fleet->remove(m_a));
        QCOMPARE(removed.size(), 1);
        QCOMPARE(m_model->rowOf(m_b), 0);
        Server renamed = *m_fleet->byId(m_b);
        renamed.name = u"bb"_qs;
        QVERIFY(m_fleet->update(renamed));
        QCOMPARE(m_model->index(0, 0).data().toString(), u"bb");
        QVERIFY(m_fleet->load(m_dir->filePath(u"other.json"_qs)));
        QCOMPARE(m_model->rowCount(), 0);
    }

private:
    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<Fleet> m_fleet;
    std::unique_ptr<PostureStore> m_store;
    std::unique_ptr<PostureModel> m_model;
    std::unique_ptr<QAbstractItemModelTester> m_tester;
    QString m_a;
    QString m_b;
};

QTEST_GUILESS_MAIN(tst_PostureModel)
#include "tst_PostureModel.moc"
