// SPDX-License-Identifier: MIT
#include "ssh/SshConfigParser.h"
#include "ssh/openssh/HostKeyAnswers.h"
#include "ssh/openssh/MuxProtocol.h"
#include "ssh/openssh/OpenSshPrompts.h"
#include "ssh/openssh/SshArguments.h"
#include "ssh/openssh/SshMaster.h"
#include "ssh/openssh/SshMasterLog.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <cstring>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

using namespace Helmclaw;

/// What is said to OpenSSH's ssh and what it says, without one.
class tst_OpenSsh : public QObject
{
    Q_OBJECT

private:
    static HostKey key(const QByteArray &text)
    {
        const QByteArray type("ssh-ed25519");
        return { type, WireWriter().string(type).string(text).bytes() };
    }
    static QByteArrayList asked(const HostKey &about, const char *reason = "HOSTNAME")
    {
        return { reason, about.algorithm, about.blob.toBase64() };
    }
    static SshTarget target()
    {
        SshTarget result;
        result.name = QStringLiteral("srv");
        result.host = QStringLiteral("srv.example");
        result.user = QStringLiteral("me");
        return result;
    }
    static QByteArray optionOf(const QByteArrayList &command, const QByteArray &keyword)
    {
        for (const QByteArray &word : command) {
            if (word.startsWith(keyword + '='))
                return word.sliced(keyword.size() + 1);
        }
        return "(none)";
    }

private Q_SLOTS:
    void aReplyIsTakenWhenItIsWhole()
    {
        const QByteArray whole = WireWriter()
                                     .string(WireWriter().number32(Mux::Hello).number32(4).bytes())
                                     .string(WireWriter().number32(Mux::ExitMessage).number32(7).number32(3).bytes())
                                     .bytes();
        bool broken = false;
        for (qsizetype size = 0; size < 12; ++size) {
            QByteArray part = whole.first(size);
            QVERIFY(!Mux::takeReply(part, broken));
            QVERIFY(!broken);
            QCOMPARE(part.size(), size);
        }
        QByteArray buffer = whole;
        const auto hello = Mux::takeReply(buffer, broken);
        QVERIFY(hello);
        QCOMPARE(hello->type, quint32 { Mux::Hello });
        QCOMPARE(hello->version, quint32 { 4 });
        const auto end = Mux::takeReply(buffer, broken);
        QVERIFY(end);
        QCOMPARE(end->exitStatus, quint32 { 3 });
        QVERIFY(buffer.isEmpty());
    }

    void aReplyThatIsNone_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("too long") << WireWriter().number32(Mux::maxMessage + 1).bytes();
        QTest::newRow("too short") << WireWriter().number32(3).bytes();
        QTest::newRow("without its fields") << WireWriter().string(WireWriter().number32(Mux::Failure).bytes()).bytes();
    }
    void aReplyThatIsNone()
    {
        QFETCH(QByteArray, bytes);
        bool broken = false;
        QVERIFY(!Mux::takeReply(bytes, broken));
        QVERIFY(broken);
    }

    void theLog()
    {
        SshMasterLog log;
        const QByteArray text =
            "OpenSSH_9.2p1 Debian\r\ndebug1: Remote protocol version 2.0, remote software version x\r\n"
            "debug1: kex: algorithm: curve25519-sha256\r\n"
            "debug1: kex: server->client cipher: aes128-ctr MAC: x compression: none\r\n"
            "Welcome, stranger\r\n"
            "debug1: Authentications that can continue: publickey,password\r\n"
            "debug1: Offering public key: /home/me/.ssh/id ED25519 SHA256:abc explicit\r\n"
            "debug1: Server accepts key: /home/me/.ssh/id ED25519 SHA256:abc explicit\r\n"
            "Authenticated to srv (via proxy) using \"publickey\".\r\n"
            "debug1: kex: algorithm: later\r\n"
            "channel 2: open failed: connect failed: Connection refused\r\n";
        for (const char byte : text) // however it is cut
            log.add(QByteArrayView(&byte, 1));
        QVERIFY(log.bannerSeen());
        QCOMPARE(log.keyExchange(), QStringLiteral("curve25519-sha256"));
        QCOMPARE(log.cipher(), QStringLiteral("aes128-ctr"));
        QCOMPARE(log.methods(), QStringList({ QStringLiteral("publickey"), QStringLiteral("password") }));
        QCOMPARE(log.offered(), QStringList(QStringLiteral("identity file /home/me/.ssh/id ED25519 SHA256:abc")));
        QCOMPARE(log.authenticatedBy(), log.offered().first());
        QCOMPARE(log.takeRefusal(), QByteArray("error (2) connect failed: Connection refused"));
        QVERIFY(log.takeRefusal().isEmpty());
        QVERIFY2(log.lastWords().isEmpty(), log.lastWords().constData()); // a banner is no reason for an end
        QVERIFY(!log.loginRefused());
        log.add("me@srv: Permission denied (publickey).\r\n");
        QVERIFY(log.loginRefused());
        QCOMPARE(log.lastWords(), QByteArray("me@srv: Permission denied (publickey)."));
        QVERIFY(!log.connectionEnded());
        log.add("Connection to srv closed by remote host.\r\n");
        QVERIFY(log.connectionEnded());
    }

    /// As ssh -v shows a key that the server would take and that cannot be unlocked, one that it does not want, one
    /// that the agent does not sign with, and one that it takes and then refuses all the same.
    void keysThatAreNotRefused()
    {
        SshMasterLog log;
        log.add("debug1: Authentications that can continue: publickey\r\n"
                "debug1: Next authentication method: publickey\r\n"
                "debug1: Offering public key: /home/me/my keys/locked ED25519 SHA256:abc explicit\r\n"
                "debug1: Server accepts key: /home/me/my keys/locked ED25519 SHA256:abc explicit\r\n"
                "debug1: Offering public key: /home/me/.ssh/stranger RSA SHA256:def explicit\r\n"
                "debug1: Authentications that can continue: publickey\r\n"
                "debug1: Offering public key: yubi ED25519-SK SHA256:ghi agent\r\n"
                "debug1: Server accepts key: yubi ED25519-SK SHA256:ghi agent\r\n"
                "sign_and_send_pubkey: signing failed for ED25519-SK \"yubi\" from agent: agent refused operation\r\n"
                "debug1: Offering public key: /home/me/.ssh/late ED25519 SHA256:jkl\r\n"
                "debug1: Server accepts key: /home/me/.ssh/late ED25519 SHA256:jkl\r\n"
                "debug1: Authentications that can continue: publickey\r\n"
                "debug1: No more authentication methods to try.\r\n"
                "me@srv: Permission denied (publickey).\r\n");
        QVERIFY(log.loginRefused());
        QCOMPARE(log.offered().size(), 4);
        QCOMPARE(log.offered().at(2), QStringLiteral("agent key SHA256:ghi (yubi)"));
        QCOMPARE(log.lockedKeys(), QStringList(QStringLiteral("/home/me/my keys/locked")));
        QCOMPARE(log.refusedKeys(),
                 QStringList({ QStringLiteral("identity file /home/me/.ssh/stranger RSA SHA256:def"),
                               QStringLiteral("identity file /home/me/.ssh/late ED25519 SHA256:jkl") }));
        QCOMPARE(
            log.unusable(),
            QStringList(QStringLiteral("signing failed for ED25519-SK \"yubi\" from agent: agent refused operation")));
    }

    void severalProofs()
    {
        SshMasterLog log;
        log.add("debug1: Authentications that can continue: publickey\r\n"
                "debug1: Offering public key: /k/id ED25519 SHA256:abc explicit\r\n"
                "debug1: Server accepts key: /k/id ED25519 SHA256:abc explicit\r\n");
        QCOMPARE(log.failures(), 1);
        QCOMPARE(log.fingerprintOf(QStringLiteral("/k/id")), QStringLiteral("SHA256:abc"));
        QVERIFY(log.fingerprintOf(QStringLiteral("/k/other")).isEmpty());
        log.add("Authenticated using \"publickey\" with partial success.\r\n"
                "debug1: Authentications that can continue: keyboard-interactive\r\n"
                "debug1: Next authentication method: keyboard-interactive\r\n"
                "Name\r\nInstruction \x1b[1m\r\n");
        QCOMPARE(log.failures(), 1); // it was right
        QVERIFY(log.refusedKeys().isEmpty());
        QCOMPARE(log.accepted(), QStringList(QStringLiteral("identity file /k/id ED25519 SHA256:abc")));
        QCOMPARE(log.takeJustSaid(), QStringList({ QStringLiteral("Name"), QStringLiteral("Instruction \\x1b[1m") }));
        QVERIFY(log.takeJustSaid().isEmpty());
        log.add("debug1: Authentications that can continue: keyboard-interactive\r\n");
        QCOMPARE(log.failures(), 2);
        log.add("Authenticated to srv (via proxy) using \"keyboard-interactive\".\r\n");
        QCOMPARE(log.authenticatedBy(), QStringLiteral("identity file /k/id ED25519 SHA256:abc, keyboard-interactive"));
    }

    /// ssh answers a channel's request with less than it logs, and several may be refused before one reads.
    void refusalsOfSeveralChannels()
    {
        SshMasterLog log;
        log.add("channel 2: open failed: administratively prohibited: open failed\r\n"
                "channel 3: open failed: connect failed: Connection refused\r\n");
        QCOMPARE(log.takeRefusal(), QByteArray("error (1) administratively prohibited: open failed"));
        QCOMPARE(log.takeRefusal(), QByteArray("error (2) connect failed: Connection refused"));
        QVERIFY(log.takeRefusal().isEmpty());
    }

    void theLogStaysSmall()
    {
        SshMasterLog log;
        const QByteArray flood(100000, 'x');
        for (int i = 0; i < 100; ++i) {
            log.add(flood);
            if (i % 10 == 0)
                log.add("\n");
        }
        QVERIFY(log.lastWords().size() < 20000);
    }

    /// A program that was killed leaves its folders; one that lives has somebody at a socket.
    void deadFoldersAreSweptAway()
    {
        QTemporaryDir place;
        const auto make = [&place](const QString &name, const char *socket, bool listening) {
            const QString folder = place.filePath(name);
            if (!QDir().mkdir(folder))
                return FileDescriptor();
            FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
            sockaddr_un address {};
            address.sun_family = AF_UNIX;
            const QByteArray path = QFile::encodeName(folder) + '/' + socket;
            std::memcpy(address.sun_path, path.constData(), static_cast<std::size_t>(path.size()));
            if (::bind(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0
                || (listening && ::listen(fd.get(), 1) != 0))
                return FileDescriptor();
            return fd;
        };
        const FileDescriptor dying = make(QStringLiteral("helmclaw-ssh-aaaaaa"), "h", false);
        const FileDescriptor dead = make(QStringLiteral("helmclaw-ssh-bbbbbb"), "c", false);
        const FileDescriptor dialling = make(QStringLiteral("helmclaw-ssh-cccccc"), "h", true);
        const FileDescriptor running = make(QStringLiteral("helmclaw-ssh-dddddd"), "c", true);
        const FileDescriptor foreign = make(QStringLiteral("helmclaw-ssh-eeeeee"), "other", false);
        const FileDescriptor other = make(QStringLiteral("something-else"), "c", false);
        QVERIFY(dying.isValid() && dead.isValid() && dialling.isValid() && running.isValid() && foreign.isValid()
                && other.isValid());
        const QDir all(place.path());
        SshMaster::sweep(place.path(), std::chrono::hours(1));
        QCOMPARE(all.entryList(QDir::Dirs | QDir::NoDotAndDotDot).size(), 6); // all are young
        SshMaster::sweep(place.path(), std::chrono::seconds(0));
        QCOMPARE(all.entryList(QDir::Dirs | QDir::NoDotAndDotDot),
                 QStringList({ QStringLiteral("helmclaw-ssh-cccccc"), QStringLiteral("helmclaw-ssh-dddddd"),
                               QStringLiteral("helmclaw-ssh-eeeeee"), QStringLiteral("something-else") }));
    }

    void prompts()
    {
        const auto passphrase = OpenSshPrompts::read({}, "Enter passphrase for key '/keys/id': ");
        QVERIFY(passphrase);
        QCOMPARE(passphrase->kind, Prompt::Kind::KeyPassphrase);
        QCOMPARE(passphrase->keyFile, QStringLiteral("/keys/id"));
        const auto password = OpenSshPrompts::read({}, "me@srv's password: ");
        QVERIFY(password);
        QCOMPARE(password->kind, Prompt::Kind::Password);
        const auto code = OpenSshPrompts::read({}, "(me@srv) Hello \x1b[31m\nVerification code: ");
        QVERIFY(code);
        QCOMPARE(code->kind, Prompt::Kind::KeyboardInteractive);
        QCOMPARE(code->fields.size(), 1);
        QVERIFY(!code->instruction.contains(QChar(0x1b)));
        QCOMPARE(code->instruction, QStringLiteral("Hello \\x1b[31m"));
        QCOMPARE(code->fields.constFirst().label, QStringLiteral("Verification code:"));
        // A server that asks for a passphrase is a server that asks.
        for (const char *bait :
             { "(me@srv) \nEnter passphrase for key '/keys/id': ", "(me@srv) Enter passphrase for key '/keys/id': ",
               "(me@srv) \nme@srv's password: ", "Welcome\nEnter passphrase for key '/keys/id': " }) {
            const auto baited = OpenSshPrompts::read({}, bait);
            QVERIFY(baited);
            QCOMPARE(baited->kind, Prompt::Kind::KeyboardInteractive);
            QVERIFY(baited->keyFile.isEmpty());
        }
        QVERIFY(!OpenSshPrompts::read({}, "Please type 'yes', 'no' or the fingerprint: "));
        const auto touch = OpenSshPrompts::read("none", "Confirm user presence for key ED25519-SK SHA256:abc");
        QVERIFY(touch);
        QCOMPARE(touch->kind, Prompt::Kind::TouchKey);
        QCOMPARE(touch->keyFingerprint, QStringLiteral("SHA256:abc"));
        // A yes that nobody has thought of is never said.
        QVERIFY(!OpenSshPrompts::read("confirm", "Are you sure you want to continue connecting (yes/no)? "));
    }

    void theCommand()
    {
        SshArguments::Wishes wishes;
        wishes.helper = QStringLiteral("/opt/50% more/helper");
        wishes.controlPath = "/run/x/c";
        SshTarget dash = target();
        dash.host = QStringLiteral("-oProxyCommand=evil");
        QByteArrayList command = SshArguments::command(dash, wishes);
        QCOMPARE(command.mid(command.size() - 2), QByteArrayList({ "--", "-oProxyCommand=evil" }));
        QCOMPARE(command[command.indexOf("-F") + 1], QByteArray("none"));
        QCOMPARE(optionOf(command, "ProxyCommand"), QByteArray("'/opt/50%% more/helper' socket"));
        QCOMPARE(optionOf(command, "KnownHostsCommand"), QByteArray("\"/opt/50%% more/helper\" hostkey %I %t %K"));
        QCOMPARE(optionOf(command, "StrictHostKeyChecking"), QByteArray("yes"));
        QCOMPARE(optionOf(command, "UserKnownHostsFile"), QByteArray("/dev/null"));
        QCOMPARE(optionOf(command, "BatchMode"), QByteArray("yes"));
        QCOMPARE(optionOf(command, "ClearAllForwardings"), QByteArray("yes"));
        wishes.mayAsk = MayAsk::Everything;
        SshTarget alias = target();
        alias.configHost = QStringLiteral("short");
        command = SshArguments::command(alias, wishes);
        QCOMPARE(command.last(), QByteArray("short"));
        QVERIFY(!command.contains("-F")); // ssh's own files
        QCOMPARE(optionOf(command, "HostName"), QByteArray("srv.example"));
        QCOMPARE(optionOf(command, "BatchMode"), QByteArray("no"));
        QCOMPARE(optionOf(command, "PasswordAuthentication"), QByteArray("(none)"));
        // Passphrases may be looked up, and nothing is begun that sends an empty answer when nobody has one.
        wishes.mayAsk = MayAsk::KeptPassphrases;
        for (const SshTarget &server : { target(), alias }) {
            command = SshArguments::command(server, wishes);
            QCOMPARE(optionOf(command, "BatchMode"), QByteArray("no"));
            QCOMPARE(optionOf(command, "PasswordAuthentication"), QByteArray("no"));
            QCOMPARE(optionOf(command, "KbdInteractiveAuthentication"), QByteArray("no"));
        }
    }

    /// Settings that decide the login and that libssh does not follow.
    void sshConfigAsksForIt_data()
    {
        QTest::addColumn<QByteArray>("lines");
        QTest::addColumn<QString>("reason");
        QTest::newRow("nothing special") << QByteArray() << QString();
        QTest::newRow("a token") << QByteArray("pkcs11provider /usr/lib/token.so\n")
                                 << QStringLiteral("PKCS11Provider");
        // As Debian's own ssh_config has it: nobody may ever use it.
        QTest::newRow("Kerberos too") << QByteArray("gssapiauthentication yes\n") << QString();
        QTest::newRow("Kerberos first") << QByteArray(
            "gssapiauthentication yes\npreferredauthentications gssapi-with-mic,publickey\n")
                                        << QString();
        QTest::newRow("Kerberos only") << QByteArray(
            "gssapiauthentication yes\npreferredauthentications gssapi-with-mic\n")
                                       << QStringLiteral("GSSAPI");
        QTest::newRow("all else is off") << QByteArray(
            "gssapiauthentication yes\npubkeyauthentication no\npasswordauthentication no\n"
            "kbdinteractiveauthentication no\n")
                                         << QStringLiteral("GSSAPI");
    }
    void sshConfigAsksForIt()
    {
        QFETCH(QByteArray, lines);
        QFETCH(QString, reason);
        const auto config = SshConfigParser::parse("hostname srv.example\nport 22\nuser me\n" + lines,
                                                   "gssapiauthentication no\n", QStringLiteral("short"));
        QVERIFY(config);
        const SshTarget target = config->target();
        QCOMPARE(target.configHost, QStringLiteral("short"));
        if (reason.isEmpty())
            QCOMPARE(target.openSshReason, QString());
        else
            QVERIFY2(target.openSshReason.contains(reason), qPrintable(target.openSshReason));
    }

    void hostKeys()
    {
        const HostKey known = key("known");
        const HostKey other = key("other");
        KnownHosts index;
        index.addLines("srv.example " + known.algorithm + ' ' + known.blob.toBase64() + "\n@cert-authority *.example "
                           + other.algorithm + ' ' + other.blob.toBase64() + '\n',
                       QStringLiteral("file"));
        const HostKeyChecker checker(QStringLiteral("/nonexistent"));
        using Kind = HostKeyAnswers::Answer::Kind;
        const auto about = [&](const QByteArrayList &words) {
            return HostKeyAnswers::answer(checker, index, target(), words);
        };
        const auto order = about({ "ORDER", "NONE", "NONE" });
        QCOMPARE(order.kind, Kind::Lines);
        QCOMPARE(order.lines, HostKeyAnswers::line(known) + HostKeyAnswers::line(other, "@cert-authority "));
        const auto match = about(asked(known));
        QCOMPARE(match.kind, Kind::Trusted);
        QCOMPARE(match.lines, HostKeyAnswers::line(known));
        const auto changed = about(asked(other));
        QCOMPARE(changed.kind, Kind::Judged);
        QCOMPARE(changed.report.verdict, HostKeyVerdict::Changed);
        QVERIFY(changed.lines.isEmpty());
        // An address is never pinned, and what is no key is not answered.
        QVERIFY(about(asked(known, "ADDRESS")).lines.isEmpty());
        QCOMPARE(about({ "HOSTNAME", "ssh-ed25519", "AAAA" }).kind, Kind::Malformed);
        QCOMPARE(about({ "HOSTNAME" }).kind, Kind::Malformed);
    }
};

QTEST_APPLESS_MAIN(tst_OpenSsh)
#include "tst_OpenSsh.moc"
