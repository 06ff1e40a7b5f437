// SPDX-License-Identifier: MIT
// A real fail2ban bans this computer: recognised, not knocked at, and lifted with the very command that the text names.
// Needs HELMCLAW_LAB, the lab's command (tests/run brings the lab up and sets it); without it: skipped, exit code 77.
#include "models/fleet/ServerSessions.h"
#include "ssh/SshPool.h"

#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

using namespace Helmclaw;

class tst_LabBan : public QObject
{
    Q_OBJECT

    static std::optional<QByteArray> run(const QString &program, const QStringList &arguments)
    {
        QProcess process;
        process.start(program, arguments);
        if (!process.waitForFinished(120000) || process.exitCode() != 0)
            return std::nullopt;
        return process.readAllStandardOutput();
    }
    static std::optional<QByteArray> lab(const QStringList &arguments)
    {
        return run(qEnvironmentVariable("HELMCLAW_LAB"), arguments);
    }
    static std::optional<QByteArray> onServer(const QStringList &argv)
    {
        return lab(QStringList { QStringLiteral("exec"), QStringLiteral("lab1"), QStringLiteral("--") } + argv);
    }
    static bool unban(const QString &address)
    {
        return onServer({ QStringLiteral("fail2ban-client"), QStringLiteral("set"), QStringLiteral("sshd"),
                          QStringLiteral("unbanip"), address })
            .has_value();
    }
    static QByteArray banned()
    {
        return onServer({ QStringLiteral("fail2ban-client"), QStringLiteral("get"), QStringLiteral("sshd"),
                          QStringLiteral("banip") })
            .value_or("?");
    }

    QTemporaryDir m_dir;
    QString m_address;

private Q_SLOTS:
    void cleanupTestCase()
    {
        for (const QByteArray &address : banned().simplified().split(' '))
            std::ignore = unban(QString::fromLatin1(address));
    }

    void aRealBan()
    {
        const auto config = lab({ QStringLiteral("ssh-config"), QStringLiteral("--path") });
        QVERIFY(config);
        const QString key = m_dir.filePath(QStringLiteral("stranger"));
        QVERIFY(run(QStringLiteral("ssh-keygen"),
                    { QStringLiteral("-q"), QStringLiteral("-t"), QStringLiteral("ed25519"), QStringLiteral("-N"),
                      QString(), QStringLiteral("-f"), key }));
        Fleet fleet;
        QVERIFY(fleet.load(m_dir.filePath(QStringLiteral("fleet.json"))));
        SshPoolOptions options;
        options.ownKnownHostsFile = m_dir.filePath(QStringLiteral("known_hosts"));
        SshPool pool(options);
        ServerSessions sessions(&fleet, &pool);
        sessions.setSshConfigFile(QString::fromUtf8(config->trimmed()));
        Server stranger;
        stranger.name = QStringLiteral("stranger");
        stranger.host = QStringLiteral("lab1");
        // Somebody whom the server does not know: what fail2ban's sshd filter counts in its normal mode. (A known
        // user's refused key it counts in the aggressive one only.)
        stranger.user = QStringLiteral("stranger");
        stranger.identityFiles = { key };
        const QString wrong = fleet.add(stranger).value();
        Server ops;
        ops.name = ops.host = QStringLiteral("lab1");
        const QString right = fleet.add(ops).value();
        const auto attempt = [&sessions](const QString &id) {
            // By hand, as a person who does not give up: nothing else goes on after three refused logins.
            QDateTime before = sessions.status(id).since;
            sessions.connectServer(id);
            const bool ended = QTest::qWaitFor(
                [&] {
                    const SessionStatus status = sessions.status(id);
                    return status.since != before
                        && (status.state == SessionState::Failed || status.state == SessionState::Ready);
                },
                60000);
            return ended ? sessions.status(id) : SessionStatus();
        };
        QCOMPARE(attempt(right).state, SessionState::Ready);
        sessions.disconnectServer(right);

        // The lab's fail2ban bans after five; it reads the journal with some delay.
        SessionStatus status;
        for (int i = 0; i < 20; ++i) {
            status = attempt(wrong);
            QCOMPARE(status.state, SessionState::Failed);
            if (status.error->code != ErrorCode::AuthFailed)
                break;
            QTest::qWait(i < 4 ? 0 : 1000);
        }
        QVERIFY2(status.error->code == ErrorCode::ProbablyBanned, qPrintable(status.error->toString()));
        const auto named = QRegularExpression(QStringLiteral("unbanip ([0-9a-f.:]+)")).match(status.error->remedy);
        QVERIFY2(named.hasMatch(), qPrintable(status.error->remedy));
        const QString address = named.captured(1);
        QVERIFY2(banned().contains(address.toLatin1()), banned().constData());

        // The ban is for the address: the good entry is in it too, and says so.
        status = attempt(right);
        QCOMPARE(status.state, SessionState::Failed);
        QVERIFY2(status.error->code == ErrorCode::ProbablyBanned, qPrintable(status.error->toString()));

        QVERIFY(unban(address));
        status = attempt(right);
        QVERIFY2(status.state == SessionState::Ready, status.error ? qPrintable(status.error->toString()) : "");
        QVERIFY(!status.error);
    }
};

int main(int argc, char *argv[])
{
    if (!qEnvironmentVariableIsSet("HELMCLAW_LAB")) {
        qInfo("SKIP: no lab (HELMCLAW_LAB is not set); tests/run starts one where it can");
        return 77;
    }
    QCoreApplication app(argc, argv);
    tst_LabBan test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_LabBan.moc"
