// SPDX-License-Identifier: MIT
#include "models/fleet/SshConfigImport.h"

#include "models/fleet/Fleet.h"

#include <QAbstractItemModelTester>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <memory>

using namespace Helmclaw;

class tst_SshConfigImport : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void previews();
    void checking();
    void imports();
    void importThatFailsAddsNothing();
    void followsTheFleet();
    void unusableConfiguration();
    void nothingToImport();
    void manyHosts();
    void startsAgain();

private:
    QString write(const QByteArray &content)
    {
        const QString file = m_folder->filePath(QStringLiteral("config"));
        QFile target(file);
        if (!target.open(QIODevice::WriteOnly) || target.write(content) != content.size())
            qFatal("cannot write %s", qPrintable(file));
        return file;
    }
    void resolve(SshConfigImport &model, const QByteArray &content)
    {
        QSignalSpy finished(&model, &SshConfigImport::finished);
        QVERIFY(model.start(write(content)));
        QVERIFY(finished.wait(30000));
        QVERIFY(!model.isResolving());
        QTest::qWait(20);
        QCOMPARE(finished.size(), 1);
    }
    static QString text(const SshConfigImport &model, int row, SshConfigImport::Column column)
    {
        return model.index(row, column).data().toString();
    }

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Fleet> m_fleet;
};

namespace {
const QByteArray config = R"(
Host web
  HostName 10.0.0.1
  User ops
  Port 2222
Host db *.example
  User root
Host behind
  RevokedHostKeys /etc/ssh/revoked
Host certified
  ProxyJump web
  SetEnv A=b
Host known
)";
} // namespace

void tst_SshConfigImport::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_fleet = std::make_unique<Fleet>();
    QVERIFY(m_fleet->load(m_folder->filePath(QStringLiteral("fleet.json"))));
    Server server;
    server.name = QStringLiteral("Known one");
    server.host = QStringLiteral("known");
    QVERIFY(m_fleet->add(server));
}

void tst_SshConfigImport::previews()
{
    SshConfigImport model(m_fleet.get());
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    QSignalSpy finished(&model, &SshConfigImport::finished);
    QVERIFY(model.start(write(config)));
    QCOMPARE(model.rowCount(), 5); // at once
    QVERIFY(model.isResolving());
    QCOMPARE(model.checkedCount(), 0);
    QVERIFY(finished.wait(30000));

    QCOMPARE(text(model, 0, SshConfigImport::AliasColumn), QStringLiteral("web"));
    QCOMPARE(text(model, 0, SshConfigImport::TargetColumn), QStringLiteral("ops@10.0.0.1:2222"));
    QCOMPARE(text(model, 0, SshConfigImport::RemarkColumn), QStringLiteral("New"));
    QCOMPARE(text(model, 1, SshConfigImport::TargetColumn), QStringLiteral("root@db:22"));
    QVERIFY(text(model, 2, SshConfigImport::RemarkColumn).contains(QStringLiteral("RevokedHostKeys")));
    QVERIFY(text(model, 2, SshConfigImport::RemarkColumn).contains(QStringLiteral("@revoked"))); // what to do
    QCOMPARE(model.problem(2), text(model, 2, SshConfigImport::RemarkColumn));
    QVERIFY(model.problem(0).isEmpty() && model.problem(4).isEmpty());
    QVERIFY(text(model, 3, SshConfigImport::RemarkColumn).contains(QStringLiteral("SetEnv")));
    QVERIFY(text(model, 3, SshConfigImport::TargetColumn).endsWith(QStringLiteral("through web")));
    QVERIFY(text(model, 4, SshConfigImport::RemarkColumn).contains(QStringLiteral("\"Known one\"")));
    QCOMPARE(model.checkedCount(), 3); // web, db, certified
    for (int column = 0; column < SshConfigImport::ColumnCount; ++column)
        QVERIFY(!model.headerData(column, Qt::Horizontal, Qt::DisplayRole).toString().isEmpty());
    QVERIFY(m_fleet->servers().size() == 1); // a preview changes nothing
}

void tst_SshConfigImport::checking()
{
    SshConfigImport model(m_fleet.get());
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    resolve(model, config);
    QSignalSpy count(&model, &SshConfigImport::checkedCountChanged);
    const QModelIndex web = model.index(0, 0);
    const QModelIndex behind = model.index(2, 0);
    QCOMPARE(web.data(Qt::CheckStateRole).toInt(), int(Qt::Checked));
    QVERIFY(web.flags() & Qt::ItemIsUserCheckable);
    QVERIFY(model.setData(web, Qt::Unchecked, Qt::CheckStateRole));
    QCOMPARE(model.checkedCount(), 2);
    QCOMPARE(count.size(), 1);
    QVERIFY(!(behind.flags() & Qt::ItemIsUserCheckable));
    QVERIFY(!behind.data(Qt::CheckStateRole).isValid());
    QVERIFY(!model.setData(behind, Qt::Checked, Qt::CheckStateRole));
    QVERIFY(!model.setData(web, QStringLiteral("x"), Qt::EditRole));
    model.setAllChecked(true);
    QCOMPARE(model.checkedCount(), 3);
    model.setAllChecked(false);
    QCOMPARE(model.checkedCount(), 0);
    QCOMPARE(count.size(), 3);
    model.setAllChecked(false);
    QCOMPARE(count.size(), 3);
}

void tst_SshConfigImport::imports()
{
    SshConfigImport model(m_fleet.get());
    resolve(model, config);
    const auto added = model.importChecked({ QStringLiteral("imported") });
    QVERIFY(added);
    QCOMPARE(*added, 3);
    QCOMPARE(m_fleet->servers().size(), 4);
    const auto web = m_fleet->byName(QStringLiteral("web"));
    QVERIFY(web);
    QCOMPARE(web->host, QStringLiteral("web")); // the alias itself: ssh_config keeps applying
    QCOMPARE(web->port, 0);
    QVERIFY(web->user.isEmpty());
    QCOMPARE(web->tags, QStringList { QStringLiteral("imported") });
    QCOMPARE(model.checkedCount(), 0); // now they are in the fleet
    QVERIFY(text(model, 0, SshConfigImport::RemarkColumn).contains(QStringLiteral("Already")));
    QCOMPARE(*model.importChecked(), 0);
}

void tst_SshConfigImport::importThatFailsAddsNothing()
{
    SshConfigImport model(m_fleet.get());
    resolve(model, config);
    const auto refused = model.importChecked({ QStringLiteral("a,b") });
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::InvalidInput);
    QCOMPARE(m_fleet->servers().size(), 1);
    QCOMPARE(model.checkedCount(), 3); // nothing lost: correct the tag and try again
}

void tst_SshConfigImport::followsTheFleet()
{
    SshConfigImport model(m_fleet.get());
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    resolve(model, config);
    Server server;
    server.name = QStringLiteral("db"); // takes the name
    server.host = QStringLiteral("elsewhere");
    const auto id = m_fleet->add(server);
    QVERIFY(id);
    QVERIFY(text(model, 1, SshConfigImport::RemarkColumn).contains(QStringLiteral("name")));
    QCOMPARE(model.checkedCount(), 2);
    QVERIFY(m_fleet->remove(*id));
    QCOMPARE(text(model, 1, SshConfigImport::RemarkColumn), QStringLiteral("New"));
}

void tst_SshConfigImport::unusableConfiguration()
{
    SshConfigImport model(m_fleet.get());
    const auto missing = model.start(m_folder->filePath(QStringLiteral("missing")));
    QVERIFY(!missing);
    QCOMPARE(missing.error().code, ErrorCode::FileNotFound);

    resolve(model, "Host web\n  Foo bar\nHost a$(id)\n");
    QVERIFY(text(model, 0, SshConfigImport::RemarkColumn).contains(QStringLiteral("Bad configuration option")));
    QVERIFY(text(model, 1, SshConfigImport::RemarkColumn).contains(QStringLiteral("host"), Qt::CaseInsensitive));
    QCOMPARE(model.checkedCount(), 0);
}

void tst_SshConfigImport::nothingToImport()
{
    SshConfigImport model(m_fleet.get());
    resolve(model, "Host *\n  User x\n");
    QCOMPARE(model.rowCount(), 0);
    QCOMPARE(*model.importChecked(), 0);
}

void tst_SshConfigImport::manyHosts()
{
    SshConfigImport model(m_fleet.get());
    QByteArray content;
    for (int i = 0; i < 60; ++i)
        content += "Host h" + QByteArray::number(i) + "\n  HostName 10.0.0." + QByteArray::number(i) + '\n';
    resolve(model, content);
    QCOMPARE(model.checkedCount(), 60);
    for (int i = 0; i < 60; ++i)
        QVERIFY(text(model, i, SshConfigImport::TargetColumn).endsWith(QStringLiteral("@10.0.0.%1:22").arg(i)));
}

void tst_SshConfigImport::startsAgain()
{
    SshConfigImport model(m_fleet.get());
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
    QSignalSpy finished(&model, &SshConfigImport::finished);
    QVERIFY(model.start(write(config)));
    QVERIFY(model.start(write("Host only\n"))); // the first answers must not land in the new rows
    QVERIFY(finished.wait(30000));
    QTest::qWait(100);
    QCOMPARE(finished.size(), 1);
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(text(model, 0, SshConfigImport::AliasColumn), QStringLiteral("only"));
    QCOMPARE(model.checkedCount(), 1);
}

QTEST_GUILESS_MAIN(tst_SshConfigImport)
#include "tst_SshConfigImport.moc"
