// SPDX-License-Identifier: MIT
#include "ssh/HostKey.h"
#include "ssh/SessionState.h"
#include "ssh/SshTarget.h"

#include <QProcess>
#include <QSet>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace Helmclaw;

class tst_SshTypes : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void fingerprintIsWhatSshKeygenPrints();
    void knownHostsName_data();
    void knownHostsName();
    void targetText();
    void stateNames();
};

void tst_SshTypes::fingerprintIsWhatSshKeygenPrints()
{
    if (QStandardPaths::findExecutable(QStringLiteral("ssh-keygen")).isEmpty())
        QSKIP("ssh-keygen is not installed");
    const QTemporaryDir folder;
    for (const QString &type : { QStringLiteral("ed25519"), QStringLiteral("ecdsa"), QStringLiteral("rsa") }) {
        const QString file = folder.filePath(type);
        QCOMPARE(QProcess::execute(QStringLiteral("ssh-keygen"),
                                   { QStringLiteral("-q"), QStringLiteral("-t"), type, QStringLiteral("-N"), QString(),
                                     QStringLiteral("-f"), file }),
                 0);
        QFile publicKey(file + QStringLiteral(".pub"));
        QVERIFY(publicKey.open(QIODevice::ReadOnly));
        const QList<QByteArray> words = publicKey.readAll().split(' ');
        const HostKey key { words.at(0), QByteArray::fromBase64(words.at(1)) };
        QProcess keygen;
        keygen.start(QStringLiteral("ssh-keygen"), { QStringLiteral("-l"), QStringLiteral("-f"), file });
        QVERIFY(keygen.waitForFinished());
        const QByteArray output = keygen.readAllStandardOutput();
        QVERIFY2(output.contains(' ' + key.fingerprint().toLatin1() + ' '), output.constData());
    }
}

void tst_SshTypes::knownHostsName_data()
{
    QTest::addColumn<QString>("host");
    QTest::addColumn<int>("port");
    QTest::addColumn<QString>("alias");
    QTest::addColumn<QString>("expected");
    QTest::newRow("plain") << QStringLiteral("host") << 22 << QString() << QStringLiteral("host");
    QTest::newRow("lower case") << QStringLiteral("Host.Example") << 22 << QString() << QStringLiteral("host.example");
    QTest::newRow("port") << QStringLiteral("host") << 2222 << QString() << QStringLiteral("[host]:2222");
    QTest::newRow("IPv6") << QStringLiteral("::1") << 22 << QString() << QStringLiteral("::1");
    QTest::newRow("IPv6 and port") << QStringLiteral("fe80::1%eth0") << 8022 << QString()
                                   << QStringLiteral("[fe80::1%eth0]:8022");
    QTest::newRow("alias") << QStringLiteral("host") << 2222 << QStringLiteral("Alias") << QStringLiteral("alias");
}

void tst_SshTypes::knownHostsName()
{
    QFETCH(QString, host);
    QFETCH(int, port);
    QFETCH(QString, alias);
    SshTarget target;
    target.host = host;
    target.port = quint16(port);
    target.hostKeyAlias = alias;
    QTEST(target.knownHostsName(), "expected");
}

void tst_SshTypes::targetText()
{
    SshTarget target;
    target.host = QStringLiteral("web");
    target.user = QStringLiteral("ops");
    QCOMPARE(target.toString(), QStringLiteral("ops@web:22"));
    target.host = QStringLiteral("::1");
    target.port = 2222;
    QCOMPARE(target.toString(), QStringLiteral("ops@[::1]:2222"));
    target.user.clear();
    QCOMPARE(target.toString(), QStringLiteral("[::1]:2222"));
}

void tst_SshTypes::stateNames()
{
    QCOMPARE(sessionStateName(SessionState::Ready), QStringLiteral("ready"));
    QCOMPARE(sessionStateName(SessionState::HostKey), QStringLiteral("host-key"));
    QSet<QString> names;
    for (int state = 0; state <= int(SessionState::Failed); ++state)
        names.insert(sessionStateName(SessionState(state)));
    QCOMPARE(names.size(), int(SessionState::Failed) + 1);
}

QTEST_GUILESS_MAIN(tst_SshTypes)
#include "tst_SshTypes.moc"
