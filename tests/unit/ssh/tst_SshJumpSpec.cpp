// SPDX-License-Identifier: MIT
#include "ssh/SshJumpSpec.h"

#include <QTest>

using namespace Helmclaw;

class tst_SshJumpSpec : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void parses_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected"); // "user host port"; empty: refused
        const auto row = [](const char *text, const char *expected) {
            QTest::newRow(text) << QString::fromLatin1(text) << QString::fromLatin1(expected);
        };
        row("bastion", " bastion 0");
        row("ops@bastion", "ops bastion 0");
        row("ops@bastion:2222", "ops bastion 2222");
        row(" bastion ", " bastion 0");
        row("me@corp@bastion", "me@corp bastion 0");
        row("ssh://ops@bastion:2222", "ops bastion 2222");
        row("ssh://bastion/", " bastion 0");
        row("[::1]:33", " ::1 33");
        row("[fe80::1%eth0]", " fe80::1%eth0 0");
        row("::1", " ::1 0");
        row("", "");
        row("-oProxyCommand=x", "");
        row("-l@bastion", "");
        row("bastion:", "");
        row("bastion:0", "");
        row("bastion:70000", "");
        row("bastion:ssh", "");
        row("[::1", "");
        row("[::1]x", "");
        row("[::1]:", "");
        row("@bastion", "");
        row("a b", "");
        row("ssh://bastion/path", "");
    }
    void parses()
    {
        QFETCH(QString, text);
        const auto spec = SshJumpSpec::parse(text);
        const QString got = spec ? QStringLiteral("%1 %2 %3").arg(spec->user, spec->host).arg(spec->port) : QString();
        QTEST(got, "expected");
        if (spec)
            QCOMPARE(*SshJumpSpec::parse(spec->toString()), *spec);
        else
            QCOMPARE(spec.error().code, ErrorCode::InvalidInput);
    }
    void lists()
    {
        QVERIFY(SshJumpSpec::parseList(QStringLiteral("none"))->isEmpty());
        QVERIFY(SshJumpSpec::parseList(QString())->isEmpty());
        const auto specs = SshJumpSpec::parseList(QStringLiteral("a,b@[::1]:3,ssh://c"));
        QVERIFY(specs);
        QCOMPARE(specs->size(), 3);
        QCOMPARE(specs->at(1).toString(), QStringLiteral("b@[::1]:3"));
        QVERIFY(!SshJumpSpec::parseList(QStringLiteral("a,,b")));
    }
};

QTEST_GUILESS_MAIN(tst_SshJumpSpec)
#include "tst_SshJumpSpec.moc"
