// SPDX-License-Identifier: MIT
#include "ssh/FileLock.h"
#include "ssh/HostKeyChecker.h"
#include "ssh/HostKeyLog.h"
#include "ssh/KnownHosts.h"
#include "ssh/KnownHostsFile.h"
#include "tests/support/Files.h"

#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QMessageAuthenticationCode>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <QtEndian>

#include <atomic>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

using namespace Helmclaw;
using namespace std::chrono_literals;

namespace {
QByteArray lengthPrefixed(const QByteArray &bytes)
{
    QByteArray length(4, '\0');
    qToBigEndian(quint32(bytes.size()), length.data());
    return length + bytes;
}

HostKey key(quint8 seed, const QByteArray &algorithm = "ssh-ed25519")
{
    return { algorithm, lengthPrefixed(algorithm) + lengthPrefixed(QByteArray(32, char(seed))) };
}

QByteArray text(const HostKey &key)
{
    return key.algorithm + ' ' + key.blob.toBase64();
}

QByteArray hashed(const QByteArray &name)
{
    const QByteArray salt(20, 's');
    return "|1|" + salt.toBase64() + '|'
        + QMessageAuthenticationCode::hash(name, salt, QCryptographicHash::Sha1).toBase64();
}

} // namespace

/// Replacing a pinned key: what changes in the file, what must not, what is recorded, what is refused.
class tst_KnownHostsFile : public QObject
{
    Q_OBJECT
private:
    std::unique_ptr<QTemporaryDir> m_dir;
    [[nodiscard]] QString own() const { return m_dir->filePath(QStringLiteral("known_hosts")); }
    [[nodiscard]] QString users() const { return m_dir->filePath(QStringLiteral("users_hosts")); }
    [[nodiscard]] SshTarget target() const
    {
        SshTarget target;
        target.serverId = QStringLiteral("id1");
        target.name = QStringLiteral("lab 1");
        target.host = QStringLiteral("host");
        target.user = QStringLiteral("admin");
        target.userKnownHostsFiles = { users() };
        return target;
    }

private Q_SLOTS:
    void init() { m_dir = std::make_unique<QTemporaryDir>(); }

    void replace_data()
    {
        QTest::addColumn<QByteArray>("before");
        QTest::addColumn<QByteArray>("after");
        const QByteArray old = text(key(1));
        const QByteArray line = "host " + text(key(9)) + '\n';
        QTest::newRow("one line") << "host " + old + '\n' << line;
        QTest::newRow("nothing there") << QByteArray() << line;
        QTest::newRow("others stay") << "a " + old + "\nhost " + old + "\nb " + old + '\n'
                                     << "a " + old + "\nb " + old + '\n' + line;
        QTest::newRow("every type of key goes") << "host " + old + "\nhost " + text(key(2, "ssh-rsa")) + '\n' << line;
        QTest::newRow("one name of several") << "a,HOST,b " + old + " comment\n"
                                             << "a,b " + old + " comment\n" + line;
        QTest::newRow("named twice") << "host,host " + old + '\n' << line;
        QTest::newRow("hashed") << hashed("host") + ' ' + old + '\n' + hashed("other") + ' ' + old + '\n'
                                << hashed("other") + ' ' + old + '\n' + line;
        QTest::newRow("marks stay") << "@revoked host " + old + "\n@cert-authority * " + old + "\nhost " + old + '\n'
                                    << "@revoked host " + old + "\n@cert-authority * " + old + '\n' + line;
        QTest::newRow("what we do not understand stays")
            << "# mine\n\n@new-mark host " + old + "\nhost sk-future@x QUJD\n\xff\xfe garbage\nhost " + old + "\r\n"
            << "# mine\n\n@new-mark host " + old + "\nhost sk-future@x QUJD\n\xff\xfe garbage\n" + line;
        QTest::newRow("other port stays")
            << "[host]:2222 " + old + "\nhost " + old << "[host]:2222 " + old + '\n' + line;
        QTest::newRow("open last line") << "a " + old << "a " + old + '\n' + line;
    }
    void replace()
    {
        QFETCH(QByteArray, before);
        if (!before.isEmpty())
            QVERIFY(Test::writeFile(own(), before));
        const auto removed = KnownHostsFile::replace(own(), QStringLiteral("host"), key(9));
        QVERIFY2(removed, removed ? "" : qPrintable(removed.error().toString()));
        QTEST(Test::readFile(own()), "after");
        QCOMPARE(QFileInfo(own()).permissions() & QFile::Permissions(0x22), QFile::Permissions {});
        KnownHosts hosts;
        QVERIFY(hosts.addFile(own()));
        QCOMPARE(hosts.lookup(QStringLiteral("host"), key(9)).verdict, HostKeyVerdict::Match);
    }

    void aPatternIsNotNarrowed()
    {
        const QByteArray before = "h*t,other " + text(key(1)) + '\n';
        QVERIFY(Test::writeFile(own(), before));
        const auto refused = KnownHostsFile::replace(own(), QStringLiteral("host"), key(9));
        QVERIFY(!refused);
        QVERIFY(refused.error().what.contains(own() + QStringLiteral(":1")));
        QCOMPARE(Test::readFile(own()), before);
    }

    void isRecordedBeforeItIsDone()
    {
        QVERIFY(Test::writeFile(own(), "host " + text(key(1)) + '\n'));
        const HostKeyChecker checker(own());
        const auto done = checker.replace(target(), key(9));
        QVERIFY2(done, done ? "" : qPrintable(done.error().toString()));
        const QString log = HostKeyLog::fileFor(own());
        QCOMPARE(QFileInfo(log).permissions() & QFile::Permissions(0x77), QFile::Permissions {});
        QVERIFY(Test::writeFile(log, Test::readFile(log) + "{\"cut off")); // a power cut
        QVERIFY(checker.pin(target(), key(9)));
        const auto entries = HostKeyLog::read(log);
        QVERIFY(entries);
        QCOMPARE(entries->size(), 3);
        const QJsonObject entry = entries->at(0);
        QCOMPARE(entry.value(QStringLiteral("action")).toString(), QStringLiteral("replace"));
        QCOMPARE(entry.value(QStringLiteral("server")).toString(), QStringLiteral("lab 1"));
        QCOMPARE(entry.value(QStringLiteral("serverId")).toString(), QStringLiteral("id1"));
        QCOMPARE(entry.value(QStringLiteral("name")).toString(), QStringLiteral("host"));
        QCOMPARE(entry.value(QStringLiteral("uid")).toInt(-1), int(::getuid()));
        QVERIFY(QDateTime::fromString(entry.value(QStringLiteral("time")).toString(), Qt::ISODateWithMs).isValid());
        const QJsonObject old = entry.value(QStringLiteral("old")).toArray().at(0).toObject();
        QCOMPARE(old.value(QStringLiteral("fingerprint")).toString(), key(1).fingerprint());
        QCOMPARE(old.value(QStringLiteral("place")).toString(), own() + QStringLiteral(":1"));
        QCOMPARE(entry.value(QStringLiteral("new")).toObject().value(QStringLiteral("fingerprint")).toString(),
                 key(9).fingerprint());
        QCOMPARE(entries->at(1).value(QStringLiteral("unreadable")).toString(), QStringLiteral("{\"cut off"));
        QCOMPARE(entries->at(2).value(QStringLiteral("action")).toString(), QStringLiteral("pin"));
    }

    void ofALongRecordTheNewestAreRead()
    {
        QByteArray lines;
        for (int i = 0; i < 5000; ++i)
            lines += "{\"server\":\"s" + QByteArray::number(i) + "\"}\n";
        const QString log = HostKeyLog::fileFor(own());
        // A line that is no entry, however long, is one entry.
        QVERIFY(Test::writeFile(log, lines + QByteArray(300000, 'x') + "\n\n{\"server\":\"last\"}"));
        const auto some = HostKeyLog::readNewest(log, 3);
        QVERIFY(some);
        QCOMPARE(some->older, 4999);
        QCOMPARE(some->entries.size(), 3);
        QCOMPARE(some->entries.at(0).value(QStringLiteral("server")).toString(), QStringLiteral("s4999"));
        QVERIFY(some->entries.at(1).value(QStringLiteral("unreadable")).toString().startsWith(QLatin1String("xxx")));
        QCOMPARE(some->entries.at(2).value(QStringLiteral("server")).toString(), QStringLiteral("last"));
        const auto all = HostKeyLog::read(log);
        QVERIFY(all);
        QCOMPARE(all->size(), 5002);
    }

    void withoutARecordNothingIsDone()
    {
        const QByteArray before = "host " + text(key(1)) + '\n';
        QVERIFY(Test::writeFile(own(), before));
        QVERIFY(QDir().mkpath(HostKeyLog::fileFor(own()))); // a folder where the log should be
        const HostKeyChecker checker(own());
        QVERIFY(!checker.replace(target(), key(9)));
        QVERIFY(!checker.pin(target(), key(9)));
        QCOMPARE(Test::readFile(own()), before);
    }

    void aLineOfTheUserIsNotOurs()
    {
        QVERIFY(Test::writeFile(own(), "host " + text(key(1)) + '\n'));
        const QByteArray theirs = "host " + text(key(2)) + '\n';
        QVERIFY(Test::writeFile(users(), theirs));
        const HostKeyChecker checker(own());
        const auto refused = checker.replace(target(), key(9));
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, ErrorCode::PermissionDenied);
        QVERIFY2(refused.error().remedy.contains(QStringLiteral("ssh-keygen -R host -f ") + users()),
                 qPrintable(refused.error().remedy));
        QCOMPARE(Test::readFile(users()), theirs);
        QCOMPARE(Test::readFile(own()), "host " + text(key(1)) + '\n');
        QVERIFY(!QFile::exists(HostKeyLog::fileFor(own())));
    }

    void revokedUnknownAndPinnedKeysAreNotReplaced()
    {
        const HostKeyChecker checker(own());
        QCOMPARE(checker.replace(target(), key(9)).error().code, ErrorCode::InvalidInput); // nothing is pinned
        QVERIFY(Test::writeFile(own(), "host " + text(key(1)) + '\n'));
        QVERIFY(Test::writeFile(users(), "@revoked * " + text(key(9)) + '\n'));
        QCOMPARE(checker.replace(target(), key(9)).error().code, ErrorCode::HostKeyRevoked);
        QVERIFY(checker.replace(target(), key(1))); // already so
        QVERIFY(!QFile::exists(HostKeyLog::fileFor(own())));
    }

    void anAuthorityLeavesRoomForAPin()
    {
        QVERIFY(Test::writeFile(users(), "@cert-authority *os* " + text(key(5)) + '\n'));
        HostKeyChecker checker(own());
        QVERIFY(checker.replace(target(), key(9)));
        const auto index = checker.indexFor(target());
        QVERIFY(index);
        QCOMPARE(checker.judge(**index, target(), key(9)).verdict, HostKeyVerdict::Match);
        QCOMPARE(checker.judge(**index, target(), key(5)).verdict, HostKeyVerdict::Changed);
    }

    void theRemovalCommandWorks()
    {
        // As the user would: what we print, run by a shell, makes the server unknown again.
        SshTarget there = target();
        there.port = 2222;
        const QString odd = m_dir->filePath(QStringLiteral("it's $HOME"));
        there.userKnownHostsFiles = { odd };
        QVERIFY(Test::writeFile(odd, "[host]:2222 " + text(key(1)) + '\n'));
        HostKeyChecker checker(own());
        const HostKeyReport report = checker.judge(**checker.indexFor(there), there, key(9));
        QCOMPARE(report.removalCommands().size(), 1);
        QCOMPARE(QProcess::execute(QStringLiteral("sh"), { QStringLiteral("-c"), report.removalCommands().at(0) }), 0);
        QCOMPARE(checker.judge(**checker.indexFor(there), there, key(9)).verdict, HostKeyVerdict::Unknown);
    }

    void theLockHoldsBetweenProcesses()
    {
        std::array<int, 2> ready {};
        QCOMPARE(::pipe(ready.data()), 0);
        const pid_t child = ::fork();
        if (child == 0) {
            const auto lock = FileLock::acquire(own());
            const char byte = lock ? 'y' : 'n';
            std::ignore = ::write(ready[1], &byte, 1);
            ::pause();
            ::_exit(0);
        }
        char byte = 0;
        QCOMPARE(::read(ready[0], &byte, 1), ssize_t(1));
        QCOMPARE(byte, 'y');
        QVERIFY(!FileLock::acquire(own(), 50ms));
        ::kill(child, SIGKILL); // a console that crashed holds nothing
        ::waitpid(child, nullptr, 0);
        QVERIFY(FileLock::acquire(own(), 5s));
        ::close(ready[0]);
        ::close(ready[1]);
    }

    void writersOfAllKindsLoseNothing()
    {
        QVERIFY(Test::writeFile(own(), "# kept\nhost " + text(key(0)) + '\n'));
        std::vector<std::thread> writers;
        std::atomic<int> good = 0;
        for (int i = 0; i < 4; ++i) {
            writers.emplace_back([&, i] {
                for (int round = 0; round < 5; ++round) {
                    good +=
                        KnownHostsFile::append(own(), QStringLiteral("h%1-%2").arg(i).arg(round), key(1)).has_value();
                    good += KnownHostsFile::replace(own(), QStringLiteral("host"), key(quint8(i))).has_value();
                }
            });
        }
        for (std::thread &writer : writers)
            writer.join();
        QCOMPARE(good.load(), 40);
        QCOMPARE(Test::readFile(own()).count('\n'), 22);
        QVERIFY(Test::readFile(own()).startsWith("# kept\n"));
    }
};

QTEST_GUILESS_MAIN(tst_KnownHostsFile)
#include "tst_KnownHostsFile.moc"
