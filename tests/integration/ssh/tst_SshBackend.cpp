// SPDX-License-Identifier: MIT
#include "ForgingRelay.h"
#include "PoolTest.h"
#include "PromptTester.h"
#include "TunnelService.h"

#include "tests/support/DescriptorShortage.h"
#include "tests/support/Files.h"

#include <QDirIterator>
#include <QProcess>
#include <QStandardPaths>

#include <csignal>

#include <fcntl.h>
#include <unistd.h>

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace std::chrono_literals;

namespace {

/// The processes that this one has started and that are called @p name.
QList<pid_t> ourProcesses(const QByteArray &name)
{
    QList<pid_t> found;
    QDirIterator folders(QStringLiteral("/proc"), QDir::Dirs | QDir::NoDotAndDotDot);
    while (folders.hasNext()) {
        const QString pid = QFileInfo(folders.next()).fileName();
        QFile stat(QStringLiteral("/proc/%1/stat").arg(pid));
        if (pid.toInt() <= 0 || !stat.open(QIODevice::ReadOnly))
            continue;
        // "1234 (ssh) S 1200 …"
        const QByteArray text = stat.readAll();
        const qsizetype end = text.lastIndexOf(')');
        const QList<QByteArray> rest = text.mid(end + 2).split(' ');
        if (text.mid(text.indexOf('(') + 1, end - text.indexOf('(') - 1) == name && rest.value(1).toInt() == ::getpid()
            && rest.value(0) != "Z")
            found += pid.toInt();
    }
    return found;
}

/// The folders of all masters of this user; other tests may run beside this one.
QStringList folders()
{
    QStringList found;
    for (const QString &place :
         { qEnvironmentVariable("XDG_RUNTIME_DIR", QStringLiteral("/nonexistent")), QDir::tempPath() })
        found += QDir(place).entryList({ QStringLiteral("helmclaw-ssh-*") }, QDir::Dirs);
    return found;
}

} // namespace

/// Sessions that OpenSSH's ssh carries, against a real sshd.
class tst_SshBackend : public QObject
{
    Q_OBJECT

private:
    [[nodiscard]] SshTarget target(const QString &id = QStringLiteral("srv")) const
    {
        SshTarget result = m_sshd->target(id);
        result.backend = SshBackend::OpenSsh;
        return result;
    }
    void start(const QStringList &config = {})
    {
        m_sshd = std::make_unique<SshdFixture>();
        for (const QString &line : config)
            m_sshd->addConfig(line);
        QVERIFY(m_sshd->start());
    }
    /// Signs the fixture's host key for @p name; the authority's known_hosts line for the fixture.
    [[nodiscard]] QByteArray certify(const QString &name) const
    {
        const QString authority = m_sshd->makeKey(QStringLiteral("ca"));
        if (!SshdFixture::run(QStringLiteral("/usr/bin/ssh-keygen"),
                              { QStringLiteral("-q"), QStringLiteral("-s"), authority, QStringLiteral("-I"),
                                QStringLiteral("host"), QStringLiteral("-h"), QStringLiteral("-n"), name,
                                m_sshd->path(QStringLiteral("host_key.pub")) }))
            return {};
        return "@cert-authority [127.0.0.1]:" + QByteArray::number(m_sshd->port()) + ' '
            + readFile(authority + QStringLiteral(".pub"));
    }

    std::unique_ptr<SshdFixture> m_sshd;

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString missing = SshdFixture::missing(); !missing.isEmpty())
            QSKIP(qPrintable(missing));
        if (QStandardPaths::findExecutable(QStringLiteral("ssh")).isEmpty())
            QSKIP("OpenSSH's client is not installed");
    }
    void cleanup() { m_sshd.reset(); }

    void aKeyLogin()
    {
        start();
        PoolTest test;
        test.pool->setTarget(target());
        auto reply = test.sh(QStringLiteral("echo out; echo err >&2; cat; exit 7"), { QByteArray("typed\n") });
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->standardOutput(), QByteArray("out\ntyped\n"));
        QCOMPARE(reply->standardError(), QByteArray("err\n"));
        QCOMPARE(reply->exitStatus(), 7);
        const SessionStatus status = test.pool->sessionStatus(QStringLiteral("srv"));
        QCOMPARE(status.state, SessionState::Ready);
        QCOMPARE(status.backend, SshBackend::OpenSsh);
        QVERIFY(!status.backendReason.isEmpty());
        QVERIFY2(status.authenticatedBy.contains(m_sshd->identityFile()), qPrintable(status.authenticatedBy));
        QVERIFY(!status.keyExchange.isEmpty());
        QVERIFY(!status.cipher.isEmpty());
        QVERIFY(status.hostKeyFingerprint.startsWith(QStringLiteral("SHA256:")));
        // One login, however many commands.
        for (int i = 0; i < 5; ++i) {
            auto next = test.sh(QStringLiteral("true"));
            QVERIFY(PoolTest::wait(next.get()));
            VERIFY_SUCCESS(next);
        }
        QCOMPARE(m_sshd->logins(), 1);
        QCOMPARE(ourProcesses("ssh").size(), 1);
    }

    void nothingIsLeftBehind()
    {
        start();
        const QStringList before = folders();
        {
            PoolTest test;
            test.pool->setTarget(target());
            auto reply = test.sh(QStringLiteral("true"));
            QVERIFY(PoolTest::wait(reply.get()));
            VERIFY_SUCCESS(reply);
            auto running = test.sh(QStringLiteral("sleep 1000"));
            QCOMPARE(ourProcesses("ssh").size(), 1);
        }
        QVERIFY(PoolTest::until([] { return ourProcesses("ssh").isEmpty(); }));
        QVERIFY(PoolTest::until([&] {
            const QStringList now = folders();
            return std::all_of(now.begin(), now.end(), [&](const QString &folder) { return before.contains(folder); });
        }));
    }

    void closingTheSessionEndsSsh()
    {
        start();
        PoolTest test;
        test.pool->setTarget(target());
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        test.pool->closeSession(QStringLiteral("srv"));
        QVERIFY(PoolTest::until([] { return ourProcesses("ssh").isEmpty(); }));
    }

    void anUnknownHostKeyIsAskedAbout()
    {
        start();
        PoolTest test;
        SshTarget unknown = target();
        unknown.userKnownHostsFiles = { QStringLiteral("/dev/null") };
        test.pool->setTarget(unknown);
        QSignalSpy questions(test.pool.get(), &SshPool::hostKeyUnknown);
        auto reply = test.sh(QStringLiteral("echo in"));
        QVERIFY(PoolTest::until([&] { return questions.count() == 1; }));
        const auto question = questions.first().first().value<HostKeyQuestion>();
        QCOMPARE(question.key.algorithm + ' ' + question.key.blob.toBase64(), m_sshd->hostKeyLine());
        QVERIFY(PoolTest::until([] { return ourProcesses("ssh").isEmpty(); })); // nothing waits meanwhile
        QVERIFY2(m_sshd->endedWithoutLogin(), m_sshd->log().constData());
        test.pool->answerHostKey(question.id, true);
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QVERIFY(readFile(test.ownKnownHosts()).contains(m_sshd->hostKeyLine()));
    }

    void aChangedHostKeyStops()
    {
        start();
        PoolTest test;
        SshTarget changed = target();
        changed.userKnownHostsFiles = { m_sshd->path(QStringLiteral("old_known_hosts")) };
        QVERIFY(QFile::copy(m_sshd->knownHostsFile(), changed.userKnownHostsFiles.first()));
        QVERIFY(m_sshd->replaceHostKey());
        QVERIFY(m_sshd->start());
        test.pool->setTarget(changed);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::HostKeyChanged);
        QVERIFY2(m_sshd->endedWithoutLogin(), m_sshd->log().constData());
        QVERIFY(test.pool->sessionStatus(QStringLiteral("srv")).hostKey.has_value());
    }

    void aRevokedHostKeyStops()
    {
        start();
        PoolTest test;
        SshTarget revoked = target();
        const QString file = m_sshd->path(QStringLiteral("revoking"));
        QVERIFY(writeFile(file, "@revoked * " + m_sshd->hostKeyLine() + '\n' + readFile(m_sshd->knownHostsFile())));
        revoked.userKnownHostsFiles = { file };
        test.pool->setTarget(revoked);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::HostKeyRevoked);
        QVERIFY2(m_sshd->endedWithoutLogin(), m_sshd->log().constData());
    }

    void aPostQuantumServerIsReachedByItself()
    {
        start({ QStringLiteral("KexAlgorithms sntrup761x25519-sha512@openssh.com") });
        PoolTest test;
        SshTarget automatic = m_sshd->target();
        automatic.backend = SshBackend::Auto;
        test.pool->setTarget(automatic);
        auto reply = test.sh(QStringLiteral("echo in"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        const SessionStatus status = test.pool->sessionStatus(QStringLiteral("srv"));
        QCOMPARE(status.backend, SshBackend::OpenSsh);
        QVERIFY2(status.backendReason.contains(QStringLiteral("algorithm")), qPrintable(status.backendReason));
        QVERIFY(status.keyExchange.startsWith(QStringLiteral("sntrup761")));
        // It is remembered: the next dial does not try libssh first.
        test.pool->closeSession(QStringLiteral("srv"));
        const qsizetype before = m_sshd->connections();
        auto again = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(again.get()));
        VERIFY_SUCCESS(again);
        QCOMPARE(m_sshd->connections(), before + 1);

        SshTarget only = m_sshd->target(QStringLiteral("only"));
        only.backend = SshBackend::Libssh;
        test.pool->setTarget(only);
        auto refused = test.sh(QStringLiteral("true"), {}, QStringLiteral("only"));
        QVERIFY(PoolTest::wait(refused.get()));
        QCOMPARE(codeOf(*refused), ErrorCode::HandshakeFailed);
    }

    void theHostKeyOfAPostQuantumServer()
    {
        start({ QStringLiteral("KexAlgorithms sntrup761x25519-sha512@openssh.com") });
        PoolTest test;
        test.pool->setTarget(m_sshd->target());
        std::unique_ptr<HostKeyReply> pinned(test.pool->inspectHostKey(QStringLiteral("srv")));
        QVERIFY(PoolTest::wait(pinned.get()));
        VERIFY_SUCCESS(pinned);
        QCOMPARE(pinned->report().verdict, HostKeyVerdict::Match);
        SshTarget unknown = m_sshd->target();
        unknown.userKnownHostsFiles = { QStringLiteral("/dev/null") };
        test.pool->setTarget(unknown);
        std::unique_ptr<HostKeyReply> shown(test.pool->inspectHostKey(QStringLiteral("srv")));
        QVERIFY(PoolTest::wait(shown.get()));
        VERIFY_SUCCESS(shown);
        QCOMPARE(shown->report().verdict, HostKeyVerdict::Unknown);
        QCOMPARE(shown->report().offered.algorithm + ' ' + shown->report().offered.blob.toBase64(),
                 m_sshd->hostKeyLine());
        QVERIFY2(m_sshd->endedWithoutLogin(), m_sshd->log().constData());
    }

    /// Whoever has seen a server's public key can show it. It counts once the signature by it has been checked.
    void aHostKeyWithoutItsPrivateHalf()
    {
        start();
        ForgingRelay relay(m_sshd->port());
        PoolTest test;
        SshTarget impostor = target();
        impostor.port = relay.serverPort();
        impostor.userKnownHostsFiles = { m_sshd->pin(m_sshd->path(QStringLiteral("host_key.pub")),
                                                     relay.serverPort()) };
        test.pool->setTarget(impostor);
        std::unique_ptr<HostKeyReply> seen(test.pool->inspectHostKey(QStringLiteral("srv")));
        QVERIFY(PoolTest::wait(seen.get()));
        QCOMPARE(relay.forged(), 1);
        QVERIFY(seen->error());
        QCOMPARE(codeOf(*seen), ErrorCode::HandshakeFailed);
        QVERIFY2(seen->error()->what.contains(QStringLiteral("signature")), qPrintable(seen->error()->what));
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::HandshakeFailed);
        QVERIFY2(m_sshd->endedWithoutLogin(), m_sshd->log().constData());
    }

    void theHostKeyOfAServerWithACertificate()
    {
        start();
        const QByteArray authority = certify(QStringLiteral("127.0.0.1"));
        m_sshd->addConfig(QStringLiteral("HostCertificate ") + m_sshd->path(QStringLiteral("host_key-cert.pub")));
        QVERIFY(m_sshd->start());
        const QString file = m_sshd->path(QStringLiteral("authorities"));
        QVERIFY(writeFile(file, authority));
        PoolTest test;
        SshTarget certified = target();
        certified.userKnownHostsFiles = { file };
        test.pool->setTarget(certified);
        std::unique_ptr<HostKeyReply> shown(test.pool->inspectHostKey(QStringLiteral("srv")));
        QVERIFY(PoolTest::wait(shown.get()));
        VERIFY_SUCCESS(shown);
        QCOMPARE(shown->report().offered.algorithm + ' ' + shown->report().offered.blob.toBase64(),
                 m_sshd->hostKeyLine());
        QVERIFY2(m_sshd->endedWithoutLogin(), m_sshd->log().constData());
    }

    /// What ssh does not even begin with is neither the server's silence nor a step to a ban.
    void settingsThatSshRefuses()
    {
        start();
        PoolTest test;
        SshTarget bad = target();
        bad.options.ciphers = { QStringLiteral("no-such-cipher") };
        test.pool->setTarget(bad);
        for (int i = 0; i < 4; ++i) {
            auto reply = test.sh(QStringLiteral("true"));
            QVERIFY(PoolTest::wait(reply.get()));
            QCOMPARE(codeOf(*reply), ErrorCode::InvalidInput);
            QVERIFY2(reply->error()->what.contains(QStringLiteral("no-such-cipher")), qPrintable(reply->error()->what));
        }
    }

    void libsshStaysTheFirstChoice()
    {
        start();
        PoolTest test;
        SshTarget automatic = m_sshd->target();
        automatic.backend = SshBackend::Auto;
        test.pool->setTarget(automatic);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(test.pool->sessionStatus(QStringLiteral("srv")).backend, SshBackend::Libssh);
        QVERIFY(ourProcesses("ssh").isEmpty());
    }

    void aHostCertificate()
    {
        start();
        const QByteArray authority = certify(QStringLiteral("127.0.0.1"));
        QVERIFY(!authority.isEmpty());
        m_sshd->addConfig(QStringLiteral("HostCertificate ") + m_sshd->path(QStringLiteral("host_key-cert.pub")));
        QVERIFY(m_sshd->start());
        const QString file = m_sshd->path(QStringLiteral("authorities"));
        QVERIFY(writeFile(file, authority));
        PoolTest test;
        SshTarget automatic = m_sshd->target();
        automatic.backend = SshBackend::Auto;
        automatic.userKnownHostsFiles = { file };
        test.pool->setTarget(automatic);
        auto reply = test.sh(QStringLiteral("echo in"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        const SessionStatus status = test.pool->sessionStatus(QStringLiteral("srv"));
        QCOMPARE(status.backend, SshBackend::OpenSsh);
        QVERIFY2(status.hostKeyFingerprint.contains(QStringLiteral("certified by")),
                 qPrintable(status.hostKeyFingerprint));
        QVERIFY(!QFile::exists(test.ownKnownHosts())); // nothing was pinned: the authority vouches
    }

    void aHostCertificateForAnotherName()
    {
        start();
        const QByteArray authority = certify(QStringLiteral("other.example"));
        QVERIFY(!authority.isEmpty());
        m_sshd->addConfig(QStringLiteral("HostCertificate ") + m_sshd->path(QStringLiteral("host_key-cert.pub")));
        QVERIFY(m_sshd->start());
        const QString file = m_sshd->path(QStringLiteral("authorities"));
        QVERIFY(writeFile(file, authority));
        PoolTest test;
        SshTarget wrong = target();
        wrong.userKnownHostsFiles = { file };
        test.pool->setTarget(wrong);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QVERIFY(reply->error());
        QCOMPARE(codeOf(*reply), ErrorCode::HostKeyChanged);
        QVERIFY2(m_sshd->endedWithoutLogin(), m_sshd->log().constData());
    }

    void anAuthorityWithoutACertificate()
    {
        start();
        const QByteArray authority = certify(QStringLiteral("127.0.0.1"));
        const QString file = m_sshd->path(QStringLiteral("authorities"));
        QVERIFY(writeFile(file, authority));
        PoolTest test;
        SshTarget automatic = m_sshd->target();
        automatic.backend = SshBackend::Auto;
        automatic.userKnownHostsFiles = { file };
        test.pool->setTarget(automatic);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::Unsupported);
        QVERIFY2(m_sshd->endedWithoutLogin(), m_sshd->log().constData());
    }

    void aRefusedKey()
    {
        start();
        PoolTest test;
        SshTarget wrong = target();
        wrong.identityFiles = { m_sshd->makeKey(QStringLiteral("stranger")) };
        test.pool->setTarget(wrong);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::AuthFailed);
        QVERIFY2(reply->error()->what.contains(QStringLiteral("stranger")), qPrintable(reply->error()->what));
        QVERIFY(PoolTest::until([] { return ourProcesses("ssh").isEmpty(); }));
    }

    /// ssh would offer every key that the agent has, which fail2ban takes for an attack.
    void aFullAgentIsNotEmptiedOut()
    {
        start({ QStringLiteral("MaxAuthTries 20") });
        SshAgentFixture agent;
        for (int i = 0; i < 8; ++i)
            QVERIFY(agent.add(m_sshd->makeKey(QStringLiteral("key%1").arg(i))));
        PoolTest test;
        SshTarget one = target();
        one.identityAgent = agent.socket();
        one.identitiesOnly = false;
        one.identityFiles = { m_sshd->makeKey(QStringLiteral("wrong")) };
        test.pool->setTarget(one);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::AuthFailed);
        QVERIFY2(reply->error()->what.contains(QLatin1String("more keys were not offered")),
                 qPrintable(reply->error()->toString()));
        QVERIFY(m_sshd->waitForEnd());
        const auto offers = m_sshd->log().count("Failed publickey for");
        QVERIFY2(offers > 0 && offers <= one.maxKeyOffers + 1, QByteArray::number(offers).constData());
    }

    /// ssh reads ssh_config itself, and what it says about forwardings and commands does not count.
    void anAlias()
    {
        start();
        const QString config = m_sshd->path(QStringLiteral("ssh_config"));
        QVERIFY(writeFile(config,
                          "IgnoreUnknown Gibberish\nHost short\n  Gibberish yes\n  HostName wrong.invalid\n"
                          "  RemoteCommand exit 3\n  RequestTTY force\n  ForkAfterAuthentication yes\n"
                          "  LocalForward 1 127.0.0.1:1\n  StrictHostKeyChecking no\n  ControlMaster no\n"
                          "  ProxyJump nowhere.invalid\n  PermitLocalCommand yes\n  LocalCommand exit 4\n"
                          "  UserKnownHostsFile /dev/null\n  Ciphers aes256-ctr\n"));
        PoolTest test;
        SshTarget alias = target();
        alias.configHost = QStringLiteral("short");
        alias.configFile = config;
        test.pool->setTarget(alias);
        auto reply = test.sh(QStringLiteral("echo in"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->standardOutput(), QByteArray("in\n"));
        QCOMPARE(test.pool->sessionStatus(QStringLiteral("srv")).cipher, QStringLiteral("aes256-ctr"));
        // StrictHostKeyChecking no does not open the door.
        alias.userKnownHostsFiles = { QStringLiteral("/dev/null") };
        test.pool->setTarget(alias);
        QSignalSpy questions(test.pool.get(), &SshPool::hostKeyUnknown);
        auto unknown = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::until([&] { return questions.count() == 1; }));
    }

    void aPassphrase()
    {
        start();
        const QString key = m_sshd->makeKey(QStringLiteral("locked"), QStringLiteral("correct horse"));
        QVERIFY(m_sshd->authoriseKey(key));
        PoolTest test;
        PromptTester user(test.pool.get());
        user.answerWith({ "correct horse" });
        SshTarget locked = target();
        locked.identityFiles = { key };
        test.pool->setTarget(locked);
        auto reply = test.sh(QStringLiteral("echo in"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(user.shown.size(), 1);
        QCOMPARE(user.shown.first().kind, Prompt::Kind::KeyPassphrase);
        QCOMPARE(user.shown.first().keyFile, key);
        QVERIFY(user.open.isEmpty());
    }

    /// The server wants two keys, and both are locked: two questions, and the second is no repetition of the first.
    void twoPassphrases()
    {
        start({ QStringLiteral("AuthenticationMethods publickey,publickey") });
        const QString one = m_sshd->makeKey(QStringLiteral("one"), QStringLiteral("first secret"));
        const QString two = m_sshd->makeKey(QStringLiteral("two"), QStringLiteral("second secret"));
        QVERIFY(m_sshd->authorise(readFile(one + QStringLiteral(".pub")) + readFile(two + QStringLiteral(".pub"))));
        PoolTest test;
        PromptTester user(test.pool.get());
        user.answerWith({ "first secret", "second secret" });
        SshTarget locked = target();
        locked.identityFiles = { one, two };
        test.pool->setTarget(locked);
        auto reply = test.sh(QStringLiteral("echo in"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(user.shown.size(), 2);
        QCOMPARE(user.shown.first().keyFile, one);
        QCOMPARE(user.shown.last().keyFile, two);
        QVERIFY2(user.shown.last().problem.isEmpty(), qPrintable(user.shown.last().problem));
    }

    /// Whatever asks before the server's key is accepted, nobody is shown it and it gets no answer.
    void nothingIsAskedBeforeTheHostKeyIsAccepted()
    {
        start();
        const QString said = m_sshd->path(QStringLiteral("said"));
        const QString folder = m_sshd->path(QStringLiteral("bin"));
        QVERIFY(QDir().mkdir(folder));
        QFile ssh(folder + QStringLiteral("/ssh"));
        QVERIFY(ssh.open(QIODevice::WriteOnly));
        ssh.write("#!/bin/sh\nSSH_ASKPASS_PROMPT= \"$SSH_ASKPASS\" \"me@srv's password: \" >'" + QFile::encodeName(said)
                  + "'\necho \"status $?\" >>'" + QFile::encodeName(said) + "'\n");
        ssh.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        ssh.close();
        const QByteArray path = qgetenv("PATH");
        qputenv("PATH", QFile::encodeName(folder) + ':' + path);
        PoolTest test;
        PromptTester user(test.pool.get());
        user.answerWith({ "a secret" });
        test.pool->setTarget(target());
        auto reply = test.sh(QStringLiteral("true"));
        const bool ended = PoolTest::wait(reply.get());
        qputenv("PATH", path);
        QVERIFY(ended);
        QVERIFY(reply->error());
        QVERIFY(user.shown.isEmpty());
        const QByteArray answer = readFile(said);
        QVERIFY2(answer.startsWith("status ") && answer != "status 0\n", answer.constData());
    }

    void aCancelledPassphrase()
    {
        start();
        const QString key = m_sshd->makeKey(QStringLiteral("locked"), QStringLiteral("correct horse"));
        QVERIFY(m_sshd->authoriseKey(key));
        PoolTest test;
        PromptTester user(test.pool.get());
        user.answerWith({});
        SshTarget locked = target();
        locked.identityFiles = { key };
        test.pool->setTarget(locked);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::Cancelled);
        QVERIFY(PoolTest::until([] { return ourProcesses("ssh").isEmpty(); }));
    }

    void nobodyIsAskedWithoutAListener()
    {
        start();
        const QString key = m_sshd->makeKey(QStringLiteral("locked"), QStringLiteral("correct horse"));
        QVERIFY(m_sshd->authoriseKey(key));
        PoolTest test;
        SshTarget locked = target();
        locked.identityFiles = { key };
        test.pool->setTarget(locked);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::AuthFailed);
        // The server has refused nothing: it would have taken the key.
        QVERIFY2(!reply->error()->what.contains(QStringLiteral("refused")), qPrintable(reply->error()->what));
        QVERIFY2(reply->error()->remedy.contains(QStringLiteral("ssh-add ") + key), qPrintable(reply->error()->remedy));
        // So it is not on its way to a ban, however often this happens.
        for (int i = 0; i < 4; ++i) {
            auto again = test.sh(QStringLiteral("true"));
            QVERIFY(PoolTest::wait(again.get()));
            QCOMPARE(codeOf(*again), ErrorCode::AuthFailed);
            QCOMPARE(again->error()->what, reply->error()->what);
        }
    }

    void aPassword()
    {
        if (const QString missing = SshdFixture::missingPam(); !missing.isEmpty())
            QSKIP(qPrintable(missing));
        m_sshd = std::make_unique<SshdFixture>();
        m_sshd->setPamScript("p:Password: |open sesame\n", true);
        QVERIFY(m_sshd->start());
        PoolTest test;
        PromptTester user(test.pool.get());
        user.answerWith({ "wrong", "open sesame" });
        SshTarget byPassword = target();
        byPassword.identityFiles = { m_sshd->makeKey(QStringLiteral("stranger")) };
        test.pool->setTarget(byPassword);
        auto reply = test.sh(QStringLiteral("echo in"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(user.shown.size(), 2);
        QCOMPARE(user.shown.first().kind, Prompt::Kind::Password);
        QVERIFY(user.shown.first().problem.isEmpty());
        QVERIFY(!user.shown.last().problem.isEmpty());
        QCOMPARE(test.pool->sessionStatus(QStringLiteral("srv")).authenticatedBy, QStringLiteral("password"));
    }

    /// An empty answer would be a wrong one, and counted.
    void aQuestionThatNobodyAnswers_data()
    {
        QTest::addColumn<bool>("password");
        QTest::newRow("keyboard-interactive") << false;
        QTest::newRow("password") << true;
    }
    void aQuestionThatNobodyAnswers()
    {
        if (const QString missing = SshdFixture::missingPam(); !missing.isEmpty())
            QSKIP(qPrintable(missing));
        QFETCH(const bool, password);
        m_sshd = std::make_unique<SshdFixture>();
        m_sshd->setPamScript("p:Password: |open sesame\n", password);
        QVERIFY(m_sshd->start());
        PoolTest test;
        PromptTester user(test.pool.get());
        user.onPrompt([&](const Prompt &prompt) { test.pool->declinePrompt(prompt.id); });
        SshTarget asked = target();
        asked.identityFiles = { m_sshd->path(QStringLiteral("none")) };
        test.pool->setTarget(asked);
        for (int i = 0; i < 4; ++i) { // after three refused logins the pool would pause
            auto reply = test.sh(QStringLiteral("true"));
            QVERIFY(PoolTest::wait(reply.get()));
            QCOMPARE(codeOf(*reply), ErrorCode::AuthFailed);
            const QString what = reply->error()->what;
            QVERIFY2(what.contains(QLatin1String("nobody could be asked"))
                         && !what.contains(QLatin1String("answer(s)")),
                     qPrintable(what));
        }
        QCOMPARE(user.shown.size(), 4);
        QVERIFY(m_sshd->waitForEnd());
        QVERIFY2(!m_sshd->log().contains("Failed "), m_sshd->log().constData());
    }

    /// Only the same passphrase once more means that the answer was wrong.
    void oneKeyAfterTheOther()
    {
        if (const QString missing = SshdFixture::missingPam(); !missing.isEmpty())
            QSKIP(qPrintable(missing));
        m_sshd = std::make_unique<SshdFixture>();
        m_sshd->setPamScript("p:Password: |open sesame\n", true);
        m_sshd->addConfig(QStringLiteral("AuthenticationMethods publickey,publickey,password"));
        QVERIFY(m_sshd->start());
        SshTarget keys = target();
        keys.identityFiles.clear();
        QByteArray publicHalves;
        for (const QString &name : { QStringLiteral("first"), QStringLiteral("second") }) {
            keys.identityFiles += m_sshd->makeKey(name, name);
            publicHalves += readFile(keys.identityFiles.constLast() + QStringLiteral(".pub"));
        }
        QVERIFY(m_sshd->authorise(publicHalves));
        PoolTest test;
        PromptTester user(test.pool.get());
        user.answerWith({ "wrong", "first", "second", "open sesame" });
        test.pool->setTarget(keys);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(user.shown.size(), 4);
        QCOMPARE(user.shown[0].follows, quint64 { 0 });
        QCOMPARE(user.shown[1].follows, user.shown[0].id);
        QVERIFY(!user.shown[1].problem.isEmpty());
        for (const int fresh : { 0, 2, 3 }) {
            QCOMPARE(user.shown[fresh].follows, quint64 { 0 });
            QVERIFY2(user.shown[fresh].problem.isEmpty(), qPrintable(user.shown[fresh].problem));
        }
    }

    void aKilledSshIsALostConnection()
    {
        start();
        PoolTest test;
        test.pool->setTarget(target());
        auto reply = test.sh(QStringLiteral("echo here; sleep 1000"));
        QVERIFY(PoolTest::until([&] { return reply->standardOutput() == "here\n"; }));
        const QList<pid_t> masters = ourProcesses("ssh");
        QCOMPARE(masters.size(), 1);
        ::kill(masters.first(), SIGKILL);
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::ConnectionLost);
        auto again = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(again.get()));
        VERIFY_SUCCESS(again);
    }

    void aKilledServerIsALostConnection()
    {
        start();
        PoolTest test;
        test.pool->setTarget(target());
        auto reply = test.sh(QStringLiteral("echo here; sleep 1000"));
        QVERIFY(PoolTest::until([&] { return reply->standardOutput() == "here\n"; }));
        m_sshd->kill();
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::ConnectionLost);
        QVERIFY(PoolTest::until([] { return ourProcesses("ssh").isEmpty(); }));
    }

    void aHangingSshIsNoticedAndEnded()
    {
        start();
        SshPoolOptions options;
        options.checkDeadline = 500ms;
        PoolTest test(options);
        test.pool->setTarget(target());
        auto reply = test.sh(QStringLiteral("echo here; sleep 1000"));
        QVERIFY(PoolTest::until([&] { return reply->standardOutput() == "here\n"; }));
        const QList<pid_t> masters = ourProcesses("ssh");
        QCOMPARE(masters.size(), 1);
        ::kill(masters.first(), SIGSTOP);
        ExecOptions shortly;
        shortly.deadline = 500ms;
        auto late = test.sh(QStringLiteral("true"), shortly);
        QVERIFY(PoolTest::wait(late.get()));
        QCOMPARE(codeOf(*late), ErrorCode::DeadlineExceeded);
        test.pool->checkSessions();
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::ConnectionLost);
        QVERIFY(PoolTest::until([&] { return !ourProcesses("ssh").contains(masters.first()); }));
    }

    void aHealthySessionPassesTheCheck()
    {
        start();
        SshPoolOptions options;
        options.checkDeadline = 5s;
        PoolTest test(options);
        test.pool->setTarget(target());
        auto running = test.sh(QStringLiteral("echo here; sleep 1000"));
        QVERIFY(PoolTest::until([&] { return running->standardOutput() == "here\n"; }));
        test.pool->checkSessions();
        QTest::qWait(6000); // a check that got no answer has ended the session by now
        QVERIFY(!running->isFinished());
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(m_sshd->logins(), 1);
    }

    void aSilentPeer()
    {
        start();
        QTcpServer silent;
        QVERIFY(silent.listen(QHostAddress::LocalHost));
        SshPoolOptions options;
        options.handshakeDeadline = 500ms;
        PoolTest test(options);
        SshTarget nobody = target();
        nobody.port = silent.serverPort();
        test.pool->setTarget(nobody);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::HandshakeFailed);
        QVERIFY(PoolTest::until([] { return ourProcesses("ssh").isEmpty(); }));
    }

    void aJumpHost_data()
    {
        QTest::addColumn<bool>("jumpByOpenSsh");
        QTest::addColumn<bool>("innerByOpenSsh");
        QTest::newRow("libssh behind openssh") << true << false;
        QTest::newRow("openssh behind libssh") << false << true;
        QTest::newRow("openssh behind openssh") << true << true;
    }
    void aJumpHost()
    {
        QFETCH(bool, jumpByOpenSsh);
        QFETCH(bool, innerByOpenSsh);
        start();
        SshdFixture inner;
        QVERIFY(inner.start());
        PoolTest test;
        SshTarget hop = m_sshd->target(QString());
        hop.name = QStringLiteral("bastion");
        hop.backend = jumpByOpenSsh ? SshBackend::OpenSsh : SshBackend::Libssh;
        SshTarget behind = inner.target();
        behind.jumpHosts = { hop };
        behind.backend = innerByOpenSsh ? SshBackend::OpenSsh : SshBackend::Libssh;
        test.pool->setTarget(behind);
        auto reply = test.sh(QStringLiteral("head -c 300000 /dev/zero | tr '\\0' x"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->standardOutput().count('x'), 300000);
        QCOMPARE(m_sshd->logins(), 1);
        QCOMPARE(inner.logins(), 1);
    }

    /// What a command says is not taken for what ssh says in its place.
    void aCommandWithSshsWords()
    {
        start();
        PoolTest test;
        test.pool->setTarget(target());
        auto reply = test.sh(QStringLiteral("echo 'exec request failed on channel 7' >&2; sleep 0.2; exit 5"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->exitStatus(), 5);
    }

    /// What this computer is short of is not ssh's fault: its session and what runs in it stay.
    void aMomentWithoutDescriptors()
    {
        start();
        PoolTest test;
        test.pool->setTarget(target());
        const QString go = m_sshd->path(QStringLiteral("go"));
        auto running = test.sh(QStringLiteral("echo here; until [ -e '%1' ]; do sleep 0.1; done; echo done").arg(go));
        QVERIFY(PoolTest::until([&] { return running->standardOutput() == "here\n"; }));
        auto shortage = std::make_unique<DescriptorShortage>();
        auto next = test.sh(QStringLiteral("echo next"));
        QTest::qWait(3000); // a session under suspicion has 2 s
        shortage.reset();
        QVERIFY(!running->isFinished());
        QVERIFY(writeFile(go, ""));
        QVERIFY(PoolTest::wait(running.get()));
        VERIFY_SUCCESS(running);
        QCOMPARE(running->standardOutput(), QByteArray("here\ndone\n"));
        QVERIFY(PoolTest::wait(next.get()));
        VERIFY_SUCCESS(next);
        QCOMPARE(next->standardOutput(), QByteArray("next\n"));
        QCOMPARE(m_sshd->logins(), 1);
    }

    /// The kernel lends a user little memory for pipes: what says little has small ones.
    void pipesAreNoLargerThanNeeded()
    {
        start();
        PoolTest test;
        test.pool->setTarget(target());
        auto reply = test.sh(QStringLiteral("echo here; sleep 1000"));
        QVERIFY(PoolTest::until([&] { return reply->standardOutput() == "here\n"; }));
        int pipes = 0;
        const QStringList descriptors =
            QDir(QStringLiteral("/proc/self/fd")).entryList(QDir::NoDotAndDotDot | QDir::System | QDir::AllEntries);
        for (const QString &fd : descriptors) {
            const int size = ::fcntl(fd.toInt(), F_GETPIPE_SZ);
            pipes += size > 0 ? 1 : 0;
            QVERIFY2(size <= 64 * 1024, qPrintable(QString::number(size)));
        }
        QVERIFY(pipes >= 2);
    }

    /// However this program ends, ssh does not outlive it.
    void theHelperEndsWithItsParent()
    {
        QProcess parent;
        parent.start(QStringLiteral("/bin/sh"),
                     { QStringLiteral("-c"),
                       QStringLiteral("\"$0\" run $$ sleep 1000 & echo $!; read line; kill -KILL $$"),
                       QStringLiteral(HELMCLAW_SSH_HELPER) });
        QVERIFY(parent.waitForReadyRead(30000));
        const pid_t pid = parent.readLine().trimmed().toInt();
        QVERIFY(pid > 0);
        const auto stat = [pid] { // "1234 (sleep) S …"; nothing once it is gone
            QFile file(QStringLiteral("/proc/%1/stat").arg(pid));
            return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
        };
        QVERIFY(PoolTest::until([&] { return stat().contains("(sleep)"); }));
        parent.write("go\n");
        QVERIFY(parent.waitForFinished(30000));
        QVERIFY(PoolTest::until([&] { return stat().isEmpty() || stat().contains(") Z "); }));
    }

    void withoutTheHelper()
    {
        start();
        SshPoolOptions options;
        PoolTest test(options, QStringLiteral("/nonexistent/helper"));
        test.pool->setTarget(target());
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        QCOMPARE(codeOf(*reply), ErrorCode::Unsupported);
        QVERIFY(!reply->error()->remedy.isEmpty());
    }
};

QTEST_GUILESS_MAIN(tst_SshBackend)
#include "tst_SshBackend.moc"
