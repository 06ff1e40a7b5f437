// SPDX-License-Identifier: MIT
// Two Fleet objects on one file are what the window and helmclawctl are.
#include "models/fleet/Fleet.h"
#include "models/fleet/FleetFileWatcher.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace Helmclaw;

class tst_FleetFileWatcher : public QObject
{
    Q_OBJECT
    QTemporaryDir m_dir;
    [[nodiscard]] QString file() const { return m_dir.filePath(QStringLiteral("fleet.json")); }
    static Server server(const QString &name)
    {
        Server entry;
        entry.name = entry.host = name;
        return entry;
    }

private Q_SLOTS:
    void cleanup() { QFile::remove(file()); }

    void anotherProcessChangesTheFile()
    {
        Fleet window;
        QVERIFY(window.load(file()));
        FleetFileWatcher watcher(&window);
        QSignalSpy reloaded(&watcher, &FleetFileWatcher::reloaded);
        Fleet other;
        QVERIFY(other.load(file()));
        QVERIFY(other.add(server(QStringLiteral("one"))));
        QTRY_COMPARE(reloaded.count(), 1);
        QCOMPARE(window.servers().size(), 1);
        // Replaced by rename: still watched afterwards.
        QVERIFY(other.add(server(QStringLiteral("two"))));
        QTRY_COMPARE(window.servers().size(), 2);
        QVERIFY(window.add(server(QStringLiteral("three"))));
    }

    void ourOwnWritesReloadNothing()
    {
        Fleet window;
        QVERIFY(window.load(file()));
        FleetFileWatcher watcher(&window);
        QSignalSpy reloaded(&watcher, &FleetFileWatcher::reloaded);
        QVERIFY(window.add(server(QStringLiteral("one"))));
        QTest::qWait(600);
        QCOMPARE(reloaded.count(), 0);
    }

    void aBrokenFileIsToldAndTheFleetStays()
    {
        Fleet window;
        QVERIFY(window.load(file()));
        QVERIFY(window.add(server(QStringLiteral("one"))));
        FleetFileWatcher watcher(&window);
        QSignalSpy failed(&watcher, &FleetFileWatcher::failed);
        QFile broken(file());
        QVERIFY(broken.open(QIODevice::WriteOnly));
        broken.write("{");
        broken.close();
        QTRY_COMPARE(failed.count(), 1);
        QCOMPARE(window.servers().size(), 1);
        QVERIFY(QFile::remove(file()));
        QTest::qWait(600);
        QCOMPARE(window.servers().size(), 1);
    }
};

QTEST_GUILESS_MAIN(tst_FleetFileWatcher)
#include "tst_FleetFileWatcher.moc"
