// SPDX-License-Identifier: MIT
#include "models/fleet/FleetModel.h"
#include "models/fleet/ServerSessions.h"
#include "models/gateway/WebUiSessions.h"
#include "models/posture/PostureStore.h"
#include "ssh/SshPool.h"

#include <QAbstractItemModelTester>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

using namespace Helmclaw;

namespace {
/// "web" for a top-level server, "prod:web,db" for a group; empty tag: "(none)".
QStringList tree(const FleetModel &model)
{
    QStringList lines;
    for (int row = 0; row < model.rowCount(); ++row) {
        const QModelIndex index = model.index(row, 0);
        if (!index.data(FleetModel::IsGroupRole).toBool()) {
            lines.append(index.data().toString());
            continue;
        }
        QStringList servers;
        for (int child = 0; child < model.rowCount(index); ++child)
            servers.append(model.index(child, 0, index).data().toString());
        const QString tag = index.data(FleetModel::GroupRole).toString();
        lines.append((tag.isEmpty() ? QStringLiteral("(none)") : tag) + QLatin1Char(':')
                     + servers.join(QLatin1Char(',')));
    }
    return lines;
}

QStringList words(const char *text)
{
    return QString::fromLatin1(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}
} // namespace

class tst_FleetModel : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void withoutTagsServersAreTopLevel();
    void groups();
    void firstTagMovesRows();
    void lastTagMovesRowsBack();
    void changeOfTagMovesTheRow();
    void secondTagAddsARow();
    void removal();
    void rolesOfServers();
    void rolesOfGroups();
    void worstVerdict();
    void statusChangesReachEveryRow();
    void idsUnderAnIndex();
    void reset();
    void randomChangesEqualAFreshModel();

private:
    QString add(const char *name, const char *tags = "")
    {
        Server server;
        server.name = QString::fromLatin1(name);
        server.host = server.name + QStringLiteral(".example");
        server.tags = words(tags);
        const auto id = m_fleet->add(server);
        return id ? *id : QString();
    }
    void setTags(const QString &id, const char *tags)
    {
        Server server = *m_fleet->byId(id);
        server.tags = words(tags);
        QVERIFY(m_fleet->update(server));
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Fleet> m_fleet;
    std::unique_ptr<SshPool> m_pool;
    std::unique_ptr<ServerSessions> m_sessions;
    std::unique_ptr<PostureStore> m_posture;
    std::unique_ptr<FleetModel> m_model;
    std::unique_ptr<QAbstractItemModelTester> m_tester;
};

void tst_FleetModel::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_fleet = std::make_unique<Fleet>();
    QVERIFY(m_fleet->load(m_folder->filePath(QStringLiteral("fleet.json"))));
    SshPoolOptions options;
    options.ownKnownHostsFile = m_folder->filePath(QStringLiteral("known_hosts"));
    m_pool = std::make_unique<SshPool>(options);
    m_sessions = std::make_unique<ServerSessions>(m_fleet.get(), m_pool.get());
    m_posture = std::make_unique<PostureStore>();
    m_model = std::make_unique<FleetModel>(m_sessions.get(), m_posture.get(), nullptr);
    m_tester = std::make_unique<QAbstractItemModelTester>(m_model.get(),
                                                          QAbstractItemModelTester::FailureReportingMode::Fatal);
}

void tst_FleetModel::cleanup()
{
    m_tester.reset();
    m_model.reset();
    m_posture.reset();
    m_sessions.reset();
    m_pool.reset();
    m_fleet.reset();
}

void tst_FleetModel::withoutTagsServersAreTopLevel()
{
    QCOMPARE(m_model->rowCount(), 0);
    QSignalSpy inserted(m_model.get(), &QAbstractItemModel::rowsInserted);
    add("b");
    add("a");
    QCOMPARE(tree(*m_model), words("b a")); // fleet order
    QCOMPARE(inserted.size(), 2);
    QCOMPARE(m_model->columnCount(), 1);
    QVERIFY(!m_model->parent(m_model->index(0, 0)).isValid());
}

void tst_FleetModel::groups()
{
    add("a", "x");
    add("b");
    add("c", "x y");
    add("d", "w");
    QCOMPARE(tree(*m_model), words("w:d x:a,c y:c (none):b"));
    QCOMPARE(tree(FleetModel(m_sessions.get(), nullptr, nullptr)), tree(*m_model));
}

void tst_FleetModel::firstTagMovesRows()
{
    const QString a = add("a");
    const QString b = add("b");
    QSignalSpy moved(m_model.get(), &QAbstractItemModel::rowsMoved);
    QSignalSpy removed(m_model.get(), &QAbstractItemModel::rowsRemoved);
    QSignalSpy resets(m_model.get(), &QAbstractItemModel::modelReset);
    const QPersistentModelIndex rowA(m_model->indexesOf(a).constFirst());
    const QPersistentModelIndex rowB(m_model->indexesOf(b).constFirst());
    setTags(b, "x");
    QCOMPARE(tree(*m_model), words("x:b (none):a"));
    QCOMPARE(moved.size(), 2);
    QCOMPARE(removed.size(), 0);
    QCOMPARE(resets.size(), 0);
    QCOMPARE(rowA.data(FleetModel::ServerIdRole).toString(), a); // selection goes with the rows
    QCOMPARE(rowB.data(FleetModel::ServerIdRole).toString(), b);
    QCOMPARE(rowB.parent().data().toString(), QStringLiteral("x"));
}

void tst_FleetModel::lastTagMovesRowsBack()
{
    const QString a = add("a", "x");
    const QString b = add("b");
    const QPersistentModelIndex rowA(m_model->indexesOf(a).constFirst());
    const QPersistentModelIndex rowB(m_model->indexesOf(b).constFirst());
    setTags(a, "");
    QCOMPARE(tree(*m_model), words("a b"));
    QVERIFY(rowA.isValid() && rowB.isValid());
    QVERIFY(!rowA.parent().isValid());
    QCOMPARE(rowB.data(FleetModel::ServerIdRole).toString(), b);
}

void tst_FleetModel::changeOfTagMovesTheRow()
{
    add("z", "x y");
    const QString a = add("a", "x");
    QSignalSpy moved(m_model.get(), &QAbstractItemModel::rowsMoved);
    const QPersistentModelIndex row(m_model->indexesOf(a).constFirst());
    setTags(a, "y");
    QCOMPARE(tree(*m_model), words("x:z y:z,a"));
    QCOMPARE(moved.size(), 1);
    QVERIFY(row.isValid());
    QCOMPARE(row.parent().data().toString(), QStringLiteral("y"));
    setTags(a, "new");
    QCOMPARE(tree(*m_model), words("new:a x:z y:z"));
    QVERIFY(row.isValid());
    setTags(a, "");
    QCOMPARE(tree(*m_model), words("x:z y:z (none):a"));
    QVERIFY(row.isValid());
}

void tst_FleetModel::secondTagAddsARow()
{
    const QString a = add("a", "x");
    const QPersistentModelIndex row(m_model->indexesOf(a).constFirst());
    setTags(a, "x y");
    QCOMPARE(m_model->indexesOf(a).size(), 2);
    QVERIFY(row.isValid());
    setTags(a, "x");
    QCOMPARE(tree(*m_model), words("x:a"));
    QVERIFY(row.isValid());
}

void tst_FleetModel::removal()
{
    const QString a = add("a", "x y");
    const QString b = add("b", "y");
    QVERIFY(m_fleet->remove(a));
    QCOMPARE(tree(*m_model), words("y:b"));
    QVERIFY(m_model->indexesOf(a).isEmpty());
    const QString c = add("c");
    QVERIFY(m_fleet->remove(b)); // the last one with a tag
    QCOMPARE(tree(*m_model), words("c"));
    QVERIFY(m_fleet->remove(c));
    QCOMPARE(m_model->rowCount(), 0);
}

void tst_FleetModel::rolesOfServers()
{
    Server server;
    server.name = QStringLiteral("web <b>");
    server.host = QStringLiteral("web.example");
    server.user = QStringLiteral("ops");
    server.port = 2222;
    server.tags = QStringList { QStringLiteral("prod") };
    const auto id = m_fleet->add(server);
    QVERIFY(id);
    const QModelIndex index = m_model->indexesOf(*id).constFirst();
    QCOMPARE(index.data().toString(), server.name);
    QCOMPARE(index.data(FleetModel::ServerIdRole).toString(), *id);
    QCOMPARE(index.data(FleetModel::IsGroupRole).toBool(), false);
    QVERIFY(!index.data(FleetModel::GroupRole).isValid());
    QVERIFY(!index.data(Qt::DecorationRole).isValid());
    QCOMPARE(index.data(FleetModel::SessionStatusRole).value<SessionStatus>().state, SessionState::Off);
    QCOMPARE(index.data(FleetModel::WorstVerdictRole).toInt(), int(Verdict::Unknown));
    QCOMPARE(index.data(FleetModel::WebUiStateRole).toInt(), int(WebUiState::Off));
    QCOMPARE(index.data(FleetModel::SearchTextRole).toString(), QStringLiteral("web <b> web.example ops prod"));
    const QString tip = index.data(Qt::ToolTipRole).toString();
    for (const char *part : { "ops@web.example", "2222", "Not connected" })
        QVERIFY2(tip.contains(QLatin1String(part)), qPrintable(tip));
    const QString spoken = index.data(Qt::AccessibleTextRole).toString();
    QVERIFY2(spoken.contains(server.name) && spoken.contains(sessionStateLabel(SessionState::Off))
                 && spoken.contains(verdictLabel(Verdict::Unknown)),
             qPrintable(spoken));
    QVERIFY(!m_model->data(QModelIndex(), Qt::DisplayRole).isValid());
}

void tst_FleetModel::rolesOfGroups()
{
    add("a", "prod");
    add("b");
    const QModelIndex prod = m_model->index(0, 0);
    const QModelIndex rest = m_model->index(1, 0);
    QCOMPARE(prod.data().toString(), QStringLiteral("prod"));
    QCOMPARE(prod.data(FleetModel::GroupRole).toString(), QStringLiteral("prod"));
    QCOMPARE(rest.data().toString(), QStringLiteral("Ungrouped"));
    QCOMPARE(rest.data(FleetModel::GroupRole), QVariant(QString()));
    QCOMPARE(prod.data(FleetModel::IsGroupRole).toBool(), true);
    QCOMPARE(prod.data(FleetModel::ServerIdRole), QVariant(QString()));
    QVERIFY(!prod.data(FleetModel::SessionStatusRole).isValid());
    QVERIFY(prod.data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("prod")));
    QVERIFY(prod.data(Qt::ToolTipRole).toString().contains(QStringLiteral("1")));
}

void tst_FleetModel::worstVerdict()
{
    const QString a = add("a", "x");
    const QString b = add("b", "x y");
    const QModelIndex x = m_model->index(0, 0);
    const QModelIndex y = m_model->index(1, 0);
    const auto set = [&](const QString &id, Verdict verdict) {
        CheckResult result;
        result.checkId = QStringLiteral("firewall.active");
        result.verdict = verdict;
        m_posture->setResults(id, { result }, true, QDateTime::currentDateTimeUtc());
    };
    const auto worst = [](const QModelIndex &index) {
        return Verdict(index.data(FleetModel::WorstVerdictRole).toInt());
    };
    QCOMPARE(worst(x), Verdict::Unknown); // never probed is not good
    QSignalSpy changed(m_model.get(), &QAbstractItemModel::dataChanged);
    set(a, Verdict::Pass);
    QCOMPARE(changed.size(), 2); // its row and its group
    QCOMPARE(worst(x), Verdict::Unknown);
    set(b, Verdict::Pass);
    QCOMPARE(worst(x), Verdict::Pass);
    QCOMPARE(worst(y), Verdict::Pass);
    set(b, Verdict::Warn);
    QCOMPARE(worst(x), Verdict::Warn);
    QCOMPARE(worst(y), Verdict::Warn);
    set(a, Verdict::Fail);
    QCOMPARE(worst(x), Verdict::Fail);
    QCOMPARE(worst(y), Verdict::Warn);
    setTags(a, "y"); // moves the failure
    QCOMPARE(tree(*m_model), words("x:b y:a,b"));
    QCOMPARE(worst(m_model->index(0, 0)), Verdict::Warn);
    QCOMPARE(worst(m_model->index(1, 0)), Verdict::Fail);
    QVERIFY(m_fleet->remove(a));
    QCOMPARE(worst(m_model->index(1, 0)), Verdict::Warn);
}

void tst_FleetModel::statusChangesReachEveryRow()
{
    const QString a = add("a", "x y");
    QSignalSpy changed(m_model.get(), &QAbstractItemModel::dataChanged);
    Q_EMIT m_sessions->statusChanged(a);
    QCOMPARE(changed.size(), 2);
    QVERIFY(changed.at(0).at(2).value<QList<int>>().contains(FleetModel::SessionStatusRole));
    Q_EMIT m_sessions->statusChanged(QStringLiteral("nobody"));
    QCOMPARE(changed.size(), 2);
}

void tst_FleetModel::idsUnderAnIndex()
{
    const QString a = add("a", "x");
    const QString b = add("b", "x y");
    const QString c = add("c");
    QCOMPARE(m_model->serverIds({}), (QStringList { a, b, c }));
    QCOMPARE(m_model->serverIds(m_model->index(0, 0)), (QStringList { a, b }));
    QCOMPARE(m_model->serverIds(m_model->indexesOf(b).constLast()), QStringList { b });
}

void tst_FleetModel::reset()
{
    add("a", "x");
    Fleet other;
    QVERIFY(other.load(m_fleet->file()));
    Server server;
    server.name = server.host = QStringLiteral("late");
    QVERIFY(other.add(server));
    QSignalSpy resets(m_model.get(), &QAbstractItemModel::modelReset);
    QVERIFY(m_fleet->load(m_fleet->file()));
    QCOMPARE(resets.size(), 1);
    QCOMPARE(tree(*m_model), words("x:a (none):late"));
}

void tst_FleetModel::randomChangesEqualAFreshModel()
{
    QRandomGenerator random(23);
    const QStringList tags = words("p q r");
    QSignalSpy resets(m_model.get(), &QAbstractItemModel::modelReset);
    int counter = 0;
    for (int round = 0; round < 250; ++round) {
        const QList<Server> servers = m_fleet->servers();
        QStringList chosen;
        for (const QString &tag : tags) {
            if (random.bounded(5u) == 0)
                chosen.append(tag);
        }
        const quint32 action = servers.isEmpty() ? 0 : random.bounded(10u);
        if (action < 2 && servers.size() < 12) {
            Server server;
            server.name = server.host = QStringLiteral("s%1").arg(++counter);
            server.tags = chosen;
            QVERIFY(m_fleet->add(server));
        } else if (action < 4 && !servers.isEmpty()) {
            QVERIFY(m_fleet->remove(servers.at(random.bounded(servers.size())).id));
        } else if (!servers.isEmpty()) {
            Server server = servers.at(random.bounded(servers.size()));
            server.tags = chosen;
            QVERIFY(m_fleet->update(server));
        }
        const FleetModel fresh(m_sessions.get(), nullptr, nullptr);
        QCOMPARE(tree(*m_model), tree(fresh));
        for (const Server &server : m_fleet->servers())
            QCOMPARE(m_model->indexesOf(server.id).size(), qMax(qsizetype(1), server.tags.size()));
    }
    QCOMPARE(resets.size(), 0);
}

QTEST_GUILESS_MAIN(tst_FleetModel)
#include "tst_FleetModel.moc"
