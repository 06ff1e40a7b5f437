// SPDX-License-Identifier: MIT
#include "ssh/KnownHosts.h"
#include "ssh/KnownHostsFile.h"
#include "tests/support/Files.h"

#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QMessageAuthenticationCode>
#include <QProcess>
#include <QRandomGenerator>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>
#include <QtEndian>

#include <algorithm>
#include <atomic>
#include <ctime>
#include <thread>
#include <vector>

#include <unistd.h>

using namespace Helmclaw;
using Verdict = KnownHosts::Verdict;

namespace {
QByteArray lengthPrefixed(const QByteArray &bytes)
{
    QByteArray length(4, '\0');
    qToBigEndian(quint32(bytes.size()), length.data());
    return length + bytes;
}

/// A well-formed key of its own for every @p seed.
HostKey key(quint8 seed, const QByteArray &algorithm = "ssh-ed25519")
{
    return { algorithm, lengthPrefixed(algorithm) + lengthPrefixed(QByteArray(32, char(seed))) };
}

QByteArray keyText(const HostKey &key)
{
    return key.algorithm + ' ' + key.blob.toBase64();
}

QByteArray hashed(const QByteArray &name, char salt)
{
    const QByteArray saltBytes(20, salt);
    return "|1|" + saltBytes.toBase64() + '|'
        + QMessageAuthenticationCode::hash(name, saltBytes, QCryptographicHash::Sha1).toBase64();
}

KnownHosts parsed(const QByteArray &text)
{
    KnownHosts hosts;
    hosts.addLines(text, QStringLiteral("test"));
    return hosts;
}

} // namespace

Q_DECLARE_METATYPE(Helmclaw::KnownHosts::Verdict)

class tst_KnownHosts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void verdict_data();
    void verdict();
    void reportsWhatIsPinnedAndWhere();
    void pinnedAlgorithms();
    void malformedLinesAreCounted_data();
    void malformedLinesAreCounted();
    void oddButGoodLines();
    void files();
    void wildcardsCannotHang();
    void manyHashedLines();
    void copiesAndThreads();
    void agreesWithSshKeygen();
    void survivesRandomInput();
    void appendWritesWhatSshReads();
    void appendKeepsOpenLastLine();
    void appendIsIdempotent();
    void appendRefusesWhatWouldMeanSomethingElse_data();
    void appendRefusesWhatWouldMeanSomethingElse();
    void appendSaysWhenItCannot();
    void appendsOfManyThreadsAllArrive();
};

void tst_KnownHosts::verdict_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("name");
    QTest::addColumn<Verdict>("expected"); // for key(1)
    const QByteArray good = keyText(key(1)) + '\n';
    const QByteArray other = keyText(key(2)) + '\n';
    const QByteArray otherType = keyText(key(1, "ssh-rsa")) + '\n';
    const auto row = [](const char *title, const QByteArray &text, const char *name, Verdict expected) {
        QTest::newRow(title) << text << QString::fromUtf8(name) << expected;
    };
    row("empty", "", "host", Verdict::Unknown);
    row("match", "host " + good, "host", Verdict::Match);
    row("case of the name", "HOST " + good, "Host", Verdict::Match);
    row("list of names", "a,host,10.0.0.1 " + good, "host", Verdict::Match);
    row("other name", "hosts " + good, "host", Verdict::Unknown);
    row("changed", "host " + other, "host", Verdict::Changed);
    row("another type is changed", "host " + otherType, "host", Verdict::Changed);
    row("one of several", "host " + other + "host " + good, "host", Verdict::Match);
    row("port", "[host]:2222 " + good, "[host]:2222", Verdict::Match);
    row("other port", "[host]:2222 " + good, "[host]:2223", Verdict::Unknown);
    row("port is not the plain name", "[host]:2222 " + good, "host", Verdict::Unknown);
    row("port 22 is the plain name", "host " + good, "[host]:22", Verdict::Match);
    row("without port as fallback", "host " + good, "[host]:2222", Verdict::Match);
    row("no changed from the fallback", "host " + other, "[host]:2222", Verdict::Unknown);
    row("exact port goes first", "[host]:2222 " + other + "host " + good, "[host]:2222", Verdict::Changed);
    row("revoked without port", "@revoked host " + good, "[host]:2222", Verdict::Revoked);
    row("star", "*.example.org " + good, "a.b.example.org", Verdict::Match);
    row("star and port", "[*.example.org]:2222 " + good, "[a.example.org]:2222", Verdict::Match);
    row("star does not match its rest", "*.example.org " + good, "example.org", Verdict::Unknown);
    row("question mark", "hos? " + good, "host", Verdict::Match);
    row("question mark is one character", "host? " + good, "host", Verdict::Unknown);
    row("negation", "*.example.org,!a.example.org " + good, "a.example.org", Verdict::Unknown);
    row("negation elsewhere", "*.example.org,!a.example.org " + good, "b.example.org", Verdict::Match);
    row("negation first", "!a.example.org,*.example.org " + good, "a.example.org", Verdict::Unknown);
    row("only negation", "!a " + good, "b", Verdict::Unknown);
    row("hashed", hashed("host", 's') + ' ' + good, "host", Verdict::Match);
    row("hashed, changed", hashed("host", 's') + ' ' + other, "host", Verdict::Changed);
    row("hashed port", hashed("[host]:2222", 's') + ' ' + good, "[host]:2222", Verdict::Match);
    row("hashed other", hashed("other", 's') + ' ' + good, "host", Verdict::Unknown);
    row("revoked", "@revoked host " + good, "host", Verdict::Revoked);
    row("revoked for all", "@revoked * " + good + "host " + good, "host", Verdict::Revoked);
    row("revoked behind the pin", "host " + good + "@revoked host " + good, "host", Verdict::Revoked);
    row("revoked and hashed", "@revoked " + hashed("host", 's') + ' ' + good, "host", Verdict::Revoked);
    row("another key is revoked", "@revoked host " + other + "host " + good, "host", Verdict::Match);
    row("only another one is revoked", "@revoked host " + other, "host", Verdict::Unknown);
    row("authority only", "@cert-authority *.org " + other, "host.org", Verdict::CertificateAuthority);
    row("authority's own key is no pin", "@cert-authority *.org " + good, "host.org", Verdict::CertificateAuthority);
    row("authority and pin", "@cert-authority * " + other + "host " + good, "host", Verdict::Match);
    row("unknown mark is no pin", "@trusted host " + good, "host", Verdict::Unknown);
    row("comment line", "#host " + good, "host", Verdict::Unknown);
    row("indented comment", "  # host " + good, "host", Verdict::Unknown);
}

void tst_KnownHosts::verdict()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, name);
    QTEST(parsed(text).lookup(name, key(1)).verdict, "expected");
    text.replace('\n', "\r\n");
    QTEST(parsed(text).lookup(name, key(1)).verdict, "expected");
}

void tst_KnownHosts::reportsWhatIsPinnedAndWhere()
{
    KnownHosts hosts;
    hosts.addLines("\n# comment\nhost " + keyText(key(2)) + "\n@revoked host " + keyText(key(3)) + '\n',
                   QStringLiteral("one"));
    hosts.addLines(hashed("host", 'x') + ' ' + keyText(key(4)) + '\n', QStringLiteral("two"));
    const KnownHosts::Lookup lookup = hosts.lookup(QStringLiteral("host"), key(1));
    QCOMPARE(lookup.verdict, Verdict::Changed);
    QCOMPARE(lookup.pinned.size(), 2);
    QCOMPARE(lookup.pinned.at(0).key, key(2));
    QCOMPARE(lookup.pinned.at(0).file, QStringLiteral("one"));
    QCOMPARE(lookup.pinned.at(0).line, 3);
    QCOMPARE(lookup.pinned.at(1).key, key(4));
    QCOMPARE(lookup.pinned.at(1).file, QStringLiteral("two"));
    QCOMPARE(lookup.pinned.at(1).line, 1);
    QCOMPARE(hosts.skippedLines(), 0);
}

void tst_KnownHosts::pinnedAlgorithms()
{
    const KnownHosts hosts =
        parsed("host,host " + keyText(key(1)) + "\nhost " + keyText(key(2)) + "\nhost " + keyText(key(1, "ssh-rsa"))
               + "\n@revoked host " + keyText(key(1, "ssh-dss")) + '\n');
    QCOMPARE(hosts.pinnedAlgorithms(QStringLiteral("HOST")), (QList<QByteArray> { "ssh-ed25519", "ssh-rsa" }));
    QCOMPARE(hosts.pinnedAlgorithms(QStringLiteral("[host]:22")).size(), 2);
    QVERIFY(hosts.pinnedAlgorithms(QStringLiteral("other")).isEmpty());
}

void tst_KnownHosts::malformedLinesAreCounted_data()
{
    QTest::addColumn<QByteArray>("line");
    const QByteArray good = keyText(key(1));
    QTest::newRow("only a name") << QByteArray("host");
    QTest::newRow("no blob") << QByteArray("host ssh-ed25519");
    QTest::newRow("bad base64") << QByteArray("host ssh-ed25519 AAA!");
    QTest::newRow("another type than the blob") << "host ssh-rsa " + key(1).blob.toBase64();
    QTest::newRow("blob cut in its type") << QByteArray("host ssh-ed25519 ") + key(1).blob.first(8).toBase64();
    QTest::newRow("blob of 2 bytes") << QByteArray("host ssh-ed25519 AAA=");
    QTest::newRow("blob with the type only") << "host ssh-ed25519 " + lengthPrefixed("ssh-ed25519").toBase64();
    QTest::newRow("protocol 1") << QByteArray("host 1024 35 1234567890");
    QTest::newRow("unknown mark") << "@evil host " + good;
    QTest::newRow("mark only") << QByteArray("@revoked");
    QTest::newRow("hash scheme 2") << QByteArray(hashed("host", 's')).replace("|1|", "|2|") + ' ' + good;
    QTest::newRow("short salt") << "|1|AAAA|AAAA " + good;
    QTest::newRow("hash in a list") << hashed("host", 's') + ",other " + good;
    QTest::newRow("only commas") << ",,, " + good;
    QTest::newRow("NUL") << QByteArray("ho\0st ", 6) + good;
}

void tst_KnownHosts::malformedLinesAreCounted()
{
    QFETCH(QByteArray, line);
    const KnownHosts hosts = parsed("first " + keyText(key(7)) + '\n' + line + "\nlast " + keyText(key(8)));
    QCOMPARE(hosts.skippedLines(), 1);
    QCOMPARE(hosts.lookup(QStringLiteral("first"), key(7)).verdict, Verdict::Match);
    QCOMPARE(hosts.lookup(QStringLiteral("last"), key(8)).verdict, Verdict::Match); // also without a final newline
    QCOMPARE(hosts.lookup(QStringLiteral("host"), key(1)).verdict, Verdict::Unknown);
}

void tst_KnownHosts::oddButGoodLines()
{
    QByteArray many("x");
    for (int i = 0; i < 100000; ++i)
        many += ",host" + QByteArray::number(i);
    const KnownHosts hosts = parsed("\t  spaced \t " + keyText(key(1)).replace(' ', "  \t")
                                    + " \t user@desk a comment\n" + many + ' ' + keyText(key(2)) + '\n');
    QCOMPARE(hosts.skippedLines(), 0);
    QCOMPARE(hosts.lookup(QStringLiteral("spaced"), key(1)).verdict, Verdict::Match);
    QCOMPARE(hosts.lookup(QStringLiteral("host99999"), key(2)).verdict, Verdict::Match);
}

void tst_KnownHosts::files()
{
    const QTemporaryDir folder;
    KnownHosts hosts;
    QVERIFY(hosts.addFile(folder.filePath(QStringLiteral("missing"))));
    QVERIFY(hosts.addFile(QStringLiteral("/dev/null")));

    const QString file = folder.filePath(QStringLiteral("known_hosts"));
    QVERIFY(Test::writeFile(file, "host " + keyText(key(1)) + '\n'));
    QVERIFY(hosts.addFile(file));
    QCOMPARE(hosts.lookup(QStringLiteral("host"), key(1)).pinned.constFirst().file, file);

    const auto noFile = hosts.addFile(folder.path());
    QVERIFY(!noFile);
    QCOMPARE(noFile.error().code, ErrorCode::InvalidInput);
    if (::geteuid() == 0)
        return; // root reads everything
    QVERIFY(QFile::setPermissions(file, {}));
    const auto unreadable = hosts.addFile(file);
    QVERIFY(!unreadable);
    QCOMPARE(unreadable.error().code, ErrorCode::PermissionDenied);
    QVERIFY(!unreadable.error().remedy.isEmpty());
}

void tst_KnownHosts::wildcardsCannotHang()
{
    const KnownHosts hosts = parsed(QByteArray("a*").repeated(500) + "b " + keyText(key(1)) + '\n');
    QCOMPARE(hosts.lookup(QString(5000, u'a'), key(1)).verdict, Verdict::Unknown);
}

void tst_KnownHosts::manyHashedLines()
{
    QByteArray text;
    for (int i = 0; i < 5000; ++i)
        text += hashed("host" + QByteArray::number(i), char(i)) + ' ' + keyText(key(quint8(i))) + '\n';
    QElapsedTimer timer;
    timer.start();
    const KnownHosts hosts = parsed(text);
    const qint64 parsing = timer.nsecsElapsed();
    QCOMPARE(hosts.lookup(QStringLiteral("host4999"), key(quint8(4999))).verdict, Verdict::Match);
    const qint64 first = timer.nsecsElapsed() - parsing;
    QCOMPARE(hosts.lookup(QStringLiteral("host4999"), key(1)).verdict, Verdict::Changed);
    const qint64 second = timer.nsecsElapsed() - parsing - first;
    qInfo("5000 hashed lines: parsed in %.1f ms, first lookup %.1f ms, second %.3f ms", double(parsing) / 1e6,
          double(first) / 1e6, double(second) / 1e6);
    QCOMPARE(hosts.lookup(QStringLiteral("host5000"), key(1)).verdict, Verdict::Unknown);

    // Twenty servers that nobody has asked for yet. libssh takes 169 ms of processor time for each; this is a sanity
    // check with a wide margin, not a measurement.
    const std::clock_t begin = std::clock();
    for (int i = 0; i < 20; ++i)
        QCOMPARE(hosts.lookup(QStringLiteral("new%1").arg(i), key(1)).verdict, Verdict::Unknown);
    const double spent = double(std::clock() - begin) / CLOCKS_PER_SEC;
    qInfo("20 first lookups: %.1f ms of processor time", spent * 1e3);
    QVERIFY2(spent < 3, qPrintable(QString::number(spent)));
}

void tst_KnownHosts::copiesAndThreads()
{
    KnownHosts hosts = parsed(hashed("host", 'a') + ' ' + keyText(key(1)) + '\n');
    QCOMPARE(hosts.lookup(QStringLiteral("late"), key(2)).verdict, Verdict::Unknown);
    const KnownHosts before = hosts;
    hosts.addLines(hashed("late", 'b') + ' ' + keyText(key(2)) + '\n', QStringLiteral("more"));
    QCOMPARE(hosts.lookup(QStringLiteral("late"), key(2)).verdict, Verdict::Match); // not the remembered answer
    QCOMPARE(before.lookup(QStringLiteral("late"), key(2)).verdict, Verdict::Unknown);

    std::vector<std::thread> readers;
    std::atomic<int> good = 0;
    for (int i = 0; i < 4; ++i)
        readers.emplace_back([&] {
            for (int round = 0; round < 200; ++round)
                good += hosts.lookup(QStringLiteral("late"), key(2)).verdict == Verdict::Match
                    && hosts.lookup(QStringLiteral("no%1").arg(round), key(2)).verdict == Verdict::Unknown;
        });
    for (std::thread &reader : readers)
        reader.join();
    QCOMPARE(good.load(), 800);
}

void tst_KnownHosts::agreesWithSshKeygen()
{
    if (QStandardPaths::findExecutable(QStringLiteral("ssh-keygen")).isEmpty())
        QSKIP("ssh-keygen is not installed");
    const QTemporaryDir folder;
    const QString file = folder.filePath(QStringLiteral("known_hosts"));
    const QList<QByteArray> names { "alpha", "beta.example.org", "[alpha]:2222", "10.0.0.7", "[fe80::1]:22022", "::1",
                                    "gamma" };
    const QList<QByteArray> patterns { "*",          "*.example.org", "al?ha",       "[*]:2222",     "!alpha,*",
                                       "10.0.0.*",   "!*.org,b*",     "alpha,beta*", "gamm?,!gamma", "[alpha]:*",
                                       "Alpha,GAMMA" };
    const QList<QByteArray> marks { "", "", "", "@revoked ", "@cert-authority " };
    QRandomGenerator random(11);
    const auto pick = [&](const QList<QByteArray> &list) { return list.at(random.bounded(list.size())); };

    for (int round = 0; round < 15; ++round) {
        QByteArray text;
        QList<HostKey> keys;
        QList<QByteArray> lineMarks;
        for (int line = 0; line < 12; ++line) {
            keys.append(key(quint8(random.bounded(3u))));
            lineMarks.append(pick(marks));
            const QByteArray name = random.bounded(3u) == 0 ? pick(patterns) : pick(names);
            const bool hash =
                random.bounded(3u) == 0 && !name.contains('*') && !name.contains('?') && !name.contains(',');
            text += lineMarks.last() + (hash ? hashed(name, char(line)) : name) + ' ' + keyText(keys.last())
                + (random.bounded(2u) ? "\n" : " comment\n");
        }
        QVERIFY(Test::writeFile(file, text));
        KnownHosts hosts;
        QVERIFY(hosts.addFile(file));
        QCOMPARE(hosts.skippedLines(), 0);
        for (const QByteArray &name : names) {
            QProcess keygen;
            keygen.start(QStringLiteral("ssh-keygen"),
                         { QStringLiteral("-F"), QString::fromLatin1(name), QStringLiteral("-f"), file });
            QVERIFY(keygen.waitForFinished());
            static const QRegularExpression found(QStringLiteral("^# Host .* found: line (\\d+)"),
                                                  QRegularExpression::MultilineOption);
            QList<int> pinned;
            bool revoked = false;
            bool authority = false;
            for (const auto &match : found.globalMatch(QString::fromLatin1(keygen.readAllStandardOutput()))) {
                const int line = match.captured(1).toInt();
                const QByteArray mark = lineMarks.at(line - 1);
                if (mark.isEmpty())
                    pinned.append(line);
                revoked = revoked || (mark == "@revoked " && keys.at(line - 1) == key(1));
                authority = authority || mark == "@cert-authority ";
            }
            const bool matched =
                std::any_of(pinned.begin(), pinned.end(), [&](int line) { return keys.at(line - 1) == key(1); });
            const Verdict expected = revoked ? Verdict::Revoked
                : matched                    ? Verdict::Match
                : !pinned.isEmpty()          ? Verdict::Changed
                : authority                  ? Verdict::CertificateAuthority
                                             : Verdict::Unknown;
            if (expected == Verdict::Unknown && name.startsWith('['))
                continue; // ssh(1) looks without the port then, ssh-keygen does not
            const KnownHosts::Lookup lookup = hosts.lookup(QString::fromLatin1(name), key(1));
            QList<int> ours;
            for (const KnownHosts::Entry &entry : lookup.pinned)
                ours.append(entry.line);
            QVERIFY2(ours == pinned && lookup.verdict == expected, (name + " in\n" + text).constData());
        }
    }
}

void tst_KnownHosts::survivesRandomInput()
{
    QRandomGenerator random(3);
    const QList<QByteArray> tokens { "host",
                                     " ",
                                     "\t",
                                     "\n",
                                     "\r\n",
                                     "|1|",
                                     "|",
                                     "@revoked",
                                     "@cert-authority",
                                     "*",
                                     "?",
                                     "!",
                                     ",",
                                     "#",
                                     "ssh-ed25519",
                                     key(1).blob.toBase64(),
                                     "AAAA",
                                     "=",
                                     "[",
                                     "]:22",
                                     QByteArray(1, '\0'),
                                     "\xff",
                                     hashed("host", 'q'),
                                     keyText(key(1)) };
    for (int round = 0; round < 3000; ++round) {
        QByteArray text;
        for (quint32 i = random.bounded(40u); i > 0; --i)
            text += random.bounded(8u) ? tokens.at(random.bounded(tokens.size()))
                                       : QByteArray(1, char(random.bounded(256)));
        const KnownHosts hosts = parsed(text);
        for (const QString &name : { QStringLiteral("host"), QStringLiteral("[host]:22"), QStringLiteral("["),
                                     QString(), QStringLiteral("]:"), QStringLiteral("[]:1") }) {
            const KnownHosts::Lookup lookup = hosts.lookup(name, key(1));
            QCOMPARE(lookup.verdict == Verdict::Changed && lookup.pinned.isEmpty(), false);
            for (const KnownHosts::Entry &entry : lookup.pinned)
                QVERIFY(entry.line > 0 && entry.key.blob.size() > entry.key.algorithm.size() + 4);
        }
    }
}

void tst_KnownHosts::appendWritesWhatSshReads()
{
    const QTemporaryDir folder;
    const QString file = folder.filePath(QStringLiteral("a/b/known_hosts"));
    QVERIFY(KnownHostsFile::append(file, QStringLiteral("[Host]:2222"), key(1)));
    QVERIFY(KnownHostsFile::append(file, QStringLiteral("[host]:22"), key(2)));
    QCOMPARE(Test::readFile(file), "[host]:2222 " + keyText(key(1)) + "\nhost " + keyText(key(2)) + '\n');
    QCOMPARE(QFileInfo(file).permissions() & QFile::Permissions(0x77), QFile::Permissions {});
    QVERIFY(QFileInfo(file).permissions() & QFile::ReadOwner);
    for (const char *made : { "a", "a/b" })
        QCOMPARE(QFileInfo(folder.filePath(QLatin1String(made))).permissions() & QFile::Permissions(0x77),
                 QFile::Permissions {});
    KnownHosts hosts;
    QVERIFY(hosts.addFile(file));
    QCOMPARE(hosts.lookup(QStringLiteral("[host]:2222"), key(1)).verdict, Verdict::Match);

    if (QStandardPaths::findExecutable(QStringLiteral("ssh-keygen")).isEmpty())
        return;
    // ssh-keygen -H hashes the names in place: we must still find them.
    QCOMPARE(QProcess::execute(QStringLiteral("ssh-keygen"),
                               { QStringLiteral("-q"), QStringLiteral("-H"), QStringLiteral("-f"), file }),
             0);
    QVERIFY(Test::readFile(file).startsWith("|1|"));
    KnownHosts rehashed;
    QVERIFY(rehashed.addFile(file));
    QCOMPARE(rehashed.lookup(QStringLiteral("[host]:2222"), key(1)).verdict, Verdict::Match);
    QCOMPARE(rehashed.lookup(QStringLiteral("host"), key(2)).verdict, Verdict::Match);
}

void tst_KnownHosts::appendKeepsOpenLastLine()
{
    const QTemporaryDir folder;
    const QString file = folder.filePath(QStringLiteral("known_hosts"));
    QVERIFY(Test::writeFile(file, "old " + keyText(key(1))));
    QVERIFY(KnownHostsFile::append(file, QStringLiteral("new"), key(2)));
    QCOMPARE(Test::readFile(file), "old " + keyText(key(1)) + "\nnew " + keyText(key(2)) + '\n');
}

void tst_KnownHosts::appendIsIdempotent()
{
    const QTemporaryDir folder;
    const QString file = folder.filePath(QStringLiteral("known_hosts"));
    QVERIFY(KnownHostsFile::append(file, QStringLiteral("host"), key(1)));
    const QByteArray once = Test::readFile(file);
    QVERIFY(KnownHostsFile::append(file, QStringLiteral("HOST"), key(1)));
    QCOMPARE(Test::readFile(file), once);
}

void tst_KnownHosts::appendRefusesWhatWouldMeanSomethingElse_data()
{
    QTest::addColumn<QString>("name");
    for (const char *name : { "", "a b", "a\nb", "a,b", "*", "a?", "!a", "|1|a|b", "@revoked", "#a", "a\tb" })
        QTest::newRow(*name ? name : "empty") << QString::fromLatin1(name);
}

void tst_KnownHosts::appendRefusesWhatWouldMeanSomethingElse()
{
    QFETCH(QString, name);
    const QTemporaryDir folder;
    const QString file = folder.filePath(QStringLiteral("known_hosts"));
    const auto refused = KnownHostsFile::append(file, name, key(1));
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::InvalidInput);
    HostKey broken = key(1);
    broken.algorithm = "ssh-rsa";
    QVERIFY(!KnownHostsFile::append(file, QStringLiteral("host"), broken));
    QVERIFY(!QFile::exists(file));
}

void tst_KnownHosts::appendSaysWhenItCannot()
{
    const QTemporaryDir folder;
    const QString blocked = folder.filePath(QStringLiteral("file"));
    QVERIFY(Test::writeFile(blocked, "x"));
    const auto noFolder =
        KnownHostsFile::append(blocked + QStringLiteral("/known_hosts"), QStringLiteral("host"), key(1));
    QVERIFY(!noFolder);
    QVERIFY(!noFolder.error().remedy.isEmpty());
    const auto isFolder = KnownHostsFile::append(folder.path(), QStringLiteral("host"), key(1));
    QVERIFY(!isFolder);
}

void tst_KnownHosts::appendsOfManyThreadsAllArrive()
{
    const QTemporaryDir folder;
    const QString file = folder.filePath(QStringLiteral("known_hosts"));
    std::vector<std::thread> writers;
    std::atomic<int> good = 0;
    for (int i = 0; i < 4; ++i)
        writers.emplace_back([&, i] {
            for (int round = 0; round < 5; ++round)
                good += KnownHostsFile::append(file, QStringLiteral("h%1-%2").arg(i).arg(round), key(quint8(i)))
                            .has_value();
        });
    for (std::thread &writer : writers)
        writer.join();
    QCOMPARE(good.load(), 20);
    QCOMPARE(Test::readFile(file).count('\n'), 20);
    KnownHosts hosts;
    QVERIFY(hosts.addFile(file));
    QCOMPARE(hosts.skippedLines(), 0);
}

QTEST_GUILESS_MAIN(tst_KnownHosts)
#include "tst_KnownHosts.moc"
