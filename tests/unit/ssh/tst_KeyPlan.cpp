// SPDX-License-Identifier: MIT
#include "ssh/AgentRelay.h"
#include "ssh/HostKeyChecker.h"
#include "ssh/KeyPlan.h"
#include "ssh/SshErrors.h"

#include <QTest>
#include <QtEndian>

#include <cerrno>

using namespace Helmclaw;

class tst_KeyPlan : public QObject
{
    Q_OBJECT

private:
    static void append(QByteArray &to, const QByteArray &text)
    {
        const quint32 size = qToBigEndian(static_cast<quint32>(text.size()));
        to.append(reinterpret_cast<const char *>(&size), sizeof size).append(text);
    }
    static QByteArray blob(const QByteArray &type, const QByteArray &rest)
    {
        QByteArray result;
        append(result, type);
        append(result, rest);
        return result;
    }
    static IdentityFile file(const QString &path, const QByteArray &publicBlob, IdentityFile::State state)
    {
        IdentityFile result;
        result.path = path;
        result.publicBlob = publicBlob;
        result.state = state;
        return result;
    }
    static QList<QByteArray> blobs(const QList<KeyCandidate> &plan)
    {
        QList<QByteArray> result;
        for (const KeyCandidate &candidate : plan)
            result += candidate.blob;
        return result;
    }

    const QByteArray a = blob("ssh-ed25519", "a");
    const QByteArray b = blob("ssh-ed25519", "b");
    const QByteArray c = blob("ssh-rsa", "c");
    const QByteArray dsa = blob("ssh-dss", "d");

private Q_SLOTS:
    void order()
    {
        std::vector<IdentityFile> files;
        files.push_back(file(QStringLiteral("/k/plain"), c, IdentityFile::State::Plain));
        files.push_back(file(QStringLiteral("/k/held"), b, IdentityFile::State::Encrypted));
        files.push_back(file(QStringLiteral("/k/locked"), blob("ssh-ed25519", "x"), IdentityFile::State::Encrypted));
        const QList<AgentIdentity> agent { { a, "one" }, { b, "two" }, { dsa, "old" } };
        SshTarget target;
        const QByteArray x = files.back().publicBlob;
        // Held by the agent and named; plain file; the agent's others; what needs a passphrase. DSA keys not at all.
        QCOMPARE(blobs(KeyPlan::make(target, agent, files, {})), (QList<QByteArray> { b, c, a, x }));
        QCOMPARE(blobs(KeyPlan::make(target, agent, files, a)), (QList<QByteArray> { a, b, c, x }));
        QCOMPARE(KeyPlan::make(target, agent, files, {}).back().source, KeyCandidate::Source::LockedFile);
        // A locked file that the settings name comes before what the agent happens to hold.
        target.identityFiles = { QStringLiteral("/k/locked") };
        QCOMPARE(blobs(KeyPlan::make(target, agent, files, {})), (QList<QByteArray> { b, c, x, a }));
        target.identitiesOnly = true;
        QCOMPARE(blobs(KeyPlan::make(target, agent, files, {})), (QList<QByteArray> { b, c, x }));
    }

    void agentSocket()
    {
        qputenv("SSH_AUTH_SOCK", "/run/agent");
        SshTarget target;
        QCOMPARE(KeyPlan::agentFor(target), QStringLiteral("/run/agent"));
        target.identityAgent = QStringLiteral("SSH_AUTH_SOCK");
        QCOMPARE(KeyPlan::agentFor(target), QStringLiteral("/run/agent"));
        target.identityAgent = QStringLiteral("/other");
        QCOMPARE(KeyPlan::agentFor(target), QStringLiteral("/other"));
        target.identityAgent = QStringLiteral("none");
        QVERIFY(KeyPlan::agentFor(target).isEmpty());
    }

    void agentMessages()
    {
        QByteArray message("\x0c\0\0\0\2", 5);
        append(message, a);
        append(message, "comment");
        append(message, c);
        append(message, "");
        QList<AgentIdentity> identities;
        QVERIFY(AgentRelay::parseIdentities(message, identities));
        QCOMPARE(identities, (QList<AgentIdentity> { { a, "comment" }, { c, "" } }));
        // Every cut of it is refused, and none reads past the end.
        for (qsizetype size = 0; size < message.size(); ++size) {
            identities.clear();
            QVERIFY(!AgentRelay::parseIdentities(message.left(size), identities));
        }
        identities.clear();
        QVERIFY(!AgentRelay::parseIdentities(QByteArray("\x05", 1), identities));
    }

    void hostKeyAlgorithms()
    {
        QVERIFY(HostKeyChecker::algorithmsFor({}).startsWith("ssh-ed25519,"));
        QVERIFY(HostKeyChecker::algorithmsFor({ "ssh-rsa" }).startsWith("rsa-sha2-512,rsa-sha2-256,ssh-ed25519,"));
        QVERIFY(HostKeyChecker::algorithmsFor({ "ssh-dss" }).startsWith("ssh-ed25519,"));
        const QByteArray all = HostKeyChecker::algorithmsFor({ "ecdsa-sha2-nistp256", "ssh-rsa" });
        QCOMPARE(all.count("ecdsa-sha2-nistp256"), 1);
        QVERIFY(!all.contains("ssh-rsa") && !all.contains("ssh-dss"));
    }

    void errors()
    {
        SshTarget target;
        target.name = QStringLiteral("web1");
        target.host = QStringLiteral("web1.example");
        const Error refused = SshErrors(target).connect(ECONNREFUSED);
        QCOMPARE(refused.code, ErrorCode::ConnectionRefused);
        QCOMPARE(refused.server, QStringLiteral("web1"));
        QVERIFY(!refused.remedy.contains(QLatin1String("fail2ban")));
        QVERIFY(SshErrors(target, 2).connect(ECONNREFUSED).remedy.contains(QLatin1String("fail2ban")));
        QVERIFY(
            SshErrors(target, 2).connectTimeout(std::chrono::seconds(5)).remedy.contains(QLatin1String("fail2ban")));
        const Error kex = SshErrors(target).handshake(
            "kex error : no match for method kex algos: server [sntrup761], client [curve25519\x1b]", "SSH-2.0-x");
        QCOMPARE(kex.code, ErrorCode::HandshakeFailed);
        QVERIFY(kex.what.contains(QLatin1String("no match for method kex algos")));
        QVERIFY(!kex.what.contains(QChar(0x1b)));
    }
};

QTEST_GUILESS_MAIN(tst_KeyPlan)
#include "tst_KeyPlan.moc"
