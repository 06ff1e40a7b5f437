// SPDX-License-Identifier: MIT
#include "ssh/SshConfig.h"
#include "ssh/SshConfigFiles.h"
#include "ssh/SshConfigParser.h"
#include "tests/support/DescriptorShortage.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QRandomGenerator>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

using namespace Helmclaw;
using namespace Helmclaw::Test;

class tst_SshConfig : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init() { m_folder.reset(new QTemporaryDir); }
    void words_data();
    void words();
    void aliases_data();
    void aliases();
    void includes();
    void includesInsideBlocks();
    void relativeIncludes();
    void includeTroubles();
    void aliasesOfUnusableFiles();
    void inputsNameEverythingThatCounts();
    void survivesRandomFiles();

    void parseEffective();
    void parseEffectiveNone();
    void parseEffectiveExpands();
    void parseEffectiveAgent_data();
    void parseEffectiveAgent();
    void remarks_data();
    void remarks();
    void defaultsAreNoSettings();
    void options();
    void methods();
    void proxyTokens_data();
    void proxyTokens();
    void parseEffectiveRefuses_data();
    void parseEffectiveRefuses();
    void parseSurvivesRandomOutput();

    void query();
    void queryRefusesBadHosts_data();
    void queryRefusesBadHosts();
    void queryTellsWhatSshSaid();
    void aShortageIsNotTakenForAMissingSsh();
    void withoutSshLibsshReads();
    void withoutSshNobodyGoesAnotherWay();
    void queryCanBeDeletedAnyTime();
    void queryHasADeadline();

private:
    [[nodiscard]] Result<SshHostConfig> withoutSsh(const SshConfigRequest &request) const;
    QString write(const QString &name, const QByteArray &content)
    {
        const QString file = m_folder->filePath(name);
        QDir().mkpath(QFileInfo(file).path());
        QFile target(file);
        if (!target.open(QIODevice::WriteOnly) || target.write(content) != content.size())
            qFatal("cannot write %s", qPrintable(file));
        return file;
    }
    QScopedPointer<QTemporaryDir> m_folder;
};

void tst_SshConfig::words_data()
{
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QList<QByteArray>>("expected");
    QTest::newRow("empty") << QByteArray() << QList<QByteArray> {};
    QTest::newRow("blanks") << QByteArray(" \t ") << QList<QByteArray> {};
    QTest::newRow("words") << QByteArray(" a  b\tc ") << QList<QByteArray> { "a", "b", "c" };
    QTest::newRow("double quotes") << QByteArray("\"a b\" c") << QList<QByteArray> { "a b", "c" };
    QTest::newRow("single quotes") << QByteArray("'a \"b' c") << QList<QByteArray> { "a \"b", "c" };
    QTest::newRow("quotes inside") << QByteArray("a\" \"b") << QList<QByteArray> { "a b" };
    QTest::newRow("escapes") << QByteArray("a\\ b \\\"c \\\\d") << QList<QByteArray> { "a b", "\"c", "\\d" };
    QTest::newRow("other backslashes stay") << QByteArray("a\\b") << QList<QByteArray> { "a\\b" };
    QTest::newRow("comment") << QByteArray("a # b") << QList<QByteArray> { "a" };
    QTest::newRow("no comment") << QByteArray("a#b") << QList<QByteArray> { "a#b" };
    QTest::newRow("unpaired") << QByteArray("a \"b") << QList<QByteArray> {};
    QTest::newRow("empty word") << QByteArray("\"\" b") << QList<QByteArray> { "", "b" };
}

void tst_SshConfig::words()
{
    QFETCH(QByteArray, line);
    QTEST(SshConfigFiles::words(line), "expected");
}

void tst_SshConfig::aliases_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::addColumn<QStringList>("expected");
    const auto row = [](const char *title, const QByteArray &content, const char *expected) {
        QTest::newRow(title) << content << QString::fromUtf8(expected).split(QLatin1Char(' '), Qt::SkipEmptyParts);
    };
    row("empty", "", "");
    row("several", "Host a\n  Port 2\nHost b c\n", "a b c");
    row("no final newline", "Host a", "a");
    row("CRLF", "Host a\r\n  Port 2\r\nHost b\r\n", "a b");
    row("patterns", "Host *.org b? !c d\n", "d");
    row("negated by itself", "Host a !a b\n", "b");
    row("equals sign", "Host=a\nHost = b\nHost\t=\tc\n", "a b c");
    row("case", "HOST a\nhost A\n", "a A");
    row("quotes", "Host \"a\" 'b'\n\"Host\" c\n", "a b c");
    row("names with a space are no aliases", "Host \"a b\" c\n", "c");
    row("comments", "# Host x\n  #Host y\nHost a # Host z\n", "a");
    row("duplicates", "Host a b\nHost b a c\n", "a b c");
    row("options", "Host -oProxyCommand=x a\n", "a");
    row("match is skipped", "Host a\nMatch host m exec \"true\"\n  User u\nHost b\n", "a b");
    row("other keywords", "Hostname x\nHostKeyAlias y\nHosts z\nHost a\n", "a");
    row("unpaired quotes", "Host \"a\nHost b\n", "b");
    row("control characters", "Host a\x01 b\n", "b");
    row("UTF-8", "Host café\n", "café");
}

void tst_SshConfig::aliases()
{
    QFETCH(QByteArray, content);
    const auto result = SshConfig::hostAliases(write(QStringLiteral("config"), content));
    QVERIFY(result);
    QTEST(*result, "expected");
}

void tst_SshConfig::includes()
{
    write(QStringLiteral("d/2"), "Host two\n");
    write(QStringLiteral("d/1"), "Host one\n");
    write(QStringLiteral("with space"), "Host space\n");
    write(QStringLiteral("last"), "Host last\n");
    const QByteArray base = QFile::encodeName(m_folder->path());
    const QString file = write(QStringLiteral("config"),
                               "Include " + base + "/d/* " + base + "/missing\nInclude=\"" + base
                                   + "/with space\"\nHost own\nMatch all\nInclude " + base + "/last\n");
    const auto result = SshConfig::hostAliases(file);
    QVERIFY(result);
    QCOMPARE(result->join(QLatin1Char(' ')), QStringLiteral("one two space own last"));
}

void tst_SshConfig::includesInsideBlocks()
{
    write(QStringLiteral("inner"), "Host web1 db1\nHost web2\n");
    const QByteArray inner = QFile::encodeName(m_folder->filePath(QStringLiteral("inner")));
    // What a Host block includes is only for the hosts of the block; "ssh -G db1" would not see it.
    auto result = SshConfig::hostAliases(write(QStringLiteral("config"), "Host web*\n  Include " + inner + '\n'));
    QVERIFY(result);
    QCOMPARE(result->join(QLatin1Char(' ')), QStringLiteral("web1 web2"));
    result =
        SshConfig::hostAliases(write(QStringLiteral("config"), "Match user root\n  Include " + inner + "\nHost x\n"));
    QVERIFY(result);
    QCOMPARE(result->join(QLatin1Char(' ')), QStringLiteral("x"));
}

void tst_SshConfig::relativeIncludes()
{
    write(QStringLiteral("ssh/conf.d/a"), "Include conf.d/b\nHost a\n");
    write(QStringLiteral("ssh/conf.d/b"), "Host b\n");
    const QString file = write(QStringLiteral("ssh/config"), "Include conf.d/a\n");
    SshConfigFiles files(m_folder->filePath(QStringLiteral("ssh")));
    QVERIFY(files.read(file));
    QCOMPARE(files.aliases().join(QLatin1Char(' ')), QStringLiteral("b a"));

    QCOMPARE(SshConfigFiles::expandTilde(QStringLiteral("~/x")), SshConfigFiles::homeFolder() + QStringLiteral("/x"));
    QCOMPARE(SshConfigFiles::expandTilde(QStringLiteral("~root/x")).section(QLatin1Char('/'), -2, -1),
             QStringLiteral("root/x"));
    QCOMPARE(SshConfigFiles::expandTilde(QStringLiteral("~no-such-user/x")), QStringLiteral("~no-such-user/x"));
    QCOMPARE(SshConfigFiles::expandTilde(QStringLiteral("/a/~")), QStringLiteral("/a/~"));
}

void tst_SshConfig::includeTroubles()
{
    const QString self = m_folder->filePath(QStringLiteral("self"));
    write(QStringLiteral("self"), "Host a\nInclude " + QFile::encodeName(self) + '\n');
    auto result = SshConfig::hostAliases(self);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::InvalidInput);
    QVERIFY(result.error().what.contains(QStringLiteral("includes itself")));
    QVERIFY(!result.error().remedy.isEmpty());

    for (const int depth : { 16, 17 }) {
        for (int i = 0; i < depth; ++i)
            write(QStringLiteral("n%1").arg(i),
                  "Include " + QFile::encodeName(m_folder->filePath(QStringLiteral("n%1").arg(i + 1))) + '\n');
        write(QStringLiteral("n%1").arg(depth), "Host deep\n");
        result = SshConfig::hostAliases(m_folder->filePath(QStringLiteral("n0")));
        QCOMPARE(result.has_value(), depth == 16);
    }
    // ssh thinks the same of both depths.
    if (!QStandardPaths::findExecutable(QStringLiteral("ssh")).isEmpty()) {
        for (const int first : { 0, 1 }) {
            QProcess ssh;
            ssh.start(QStringLiteral("ssh"),
                      { QStringLiteral("-G"), QStringLiteral("-F"),
                        m_folder->filePath(QStringLiteral("n%1").arg(first)), QStringLiteral("deep") });
            QVERIFY(ssh.waitForFinished());
            QCOMPARE(ssh.exitCode() == 0, first == 1);
        }
    }

    // Every level includes the next one twice: 2^16 files without a limit.
    for (int i = 0; i < 15; ++i) {
        const QByteArray next = QFile::encodeName(m_folder->filePath(QStringLiteral("m%1").arg(i + 1)));
        write(QStringLiteral("m%1").arg(i), "Include " + next + "\nInclude " + next + '\n');
    }
    write(QStringLiteral("m15"), "Host deep\n");
    QVERIFY(!SshConfig::hostAliases(m_folder->filePath(QStringLiteral("m0"))));

    // A folder, or a file that cannot be read, does not spoil the rest: ssh goes on as well.
    write(QStringLiteral("dir/sub/x"), "");
    write(QStringLiteral("dir/good"), "Host good\n");
    result = SshConfig::hostAliases(
        write(QStringLiteral("config"),
              "Include " + QFile::encodeName(m_folder->filePath(QStringLiteral("dir/*"))) + "\nHost own\n"));
    QVERIFY(result);
    QCOMPARE(result->join(QLatin1Char(' ')), QStringLiteral("good own"));
}

void tst_SshConfig::aliasesOfUnusableFiles()
{
    auto result = SshConfig::hostAliases(m_folder->filePath(QStringLiteral("missing")));
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::FileNotFound);
    QVERIFY(result.error().what.contains(QStringLiteral("missing")));
    result = SshConfig::hostAliases(m_folder->path());
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::InvalidInput);
    if (::geteuid() == 0)
        return; // root reads everything
    const QString secret = write(QStringLiteral("secret"), "Host a\n");
    QVERIFY(QFile::setPermissions(secret, {}));
    result = SshConfig::hostAliases(secret);
    QVERIFY(!result);
    QCOMPARE(result.error().code, ErrorCode::PermissionDenied);
}

void tst_SshConfig::inputsNameEverythingThatCounts()
{
    const QString inner = write(QStringLiteral("d/inner"), "Host a\n");
    const QString file = write(QStringLiteral("config"),
                               "Include " + QFile::encodeName(m_folder->filePath(QStringLiteral("d/*"))) + '\n');
    const QStringList inputs = SshConfig::inputs(file);
    QVERIFY(inputs.contains(file));
    QVERIFY(inputs.contains(inner));
    QVERIFY(inputs.contains(m_folder->filePath(QStringLiteral("d")))); // a new file there counts, too
    QVERIFY(SshConfig::inputs(QString()).contains(SshConfig::defaultFile()));
    QVERIFY(SshConfig::inputs(QString()).contains(QStringLiteral("/etc/ssh/ssh_config")));
    QCOMPARE(SshConfig::inputs(m_folder->filePath(QStringLiteral("no"))),
             QStringList { m_folder->filePath(QStringLiteral("no")) });
}

void tst_SshConfig::survivesRandomFiles()
{
    QRandomGenerator random(5);
    const QList<QByteArray> tokens { "Host", "Match", "Include",
                                     "=",    " ",     "\t",
                                     "\n",   "\"",    "'",
                                     "\\",   "#",     "*",
                                     "?",    "!",     "a",
                                     "b",    "all",   "-x",
                                     "~",    "~/x",   "/nonexistent/*",
                                     "\r\n", "\xff",  QByteArray(1, '\0') };
    for (int round = 0; round < 2000; ++round) {
        QByteArray content;
        for (quint32 i = random.bounded(50u); i > 0; --i)
            content += random.bounded(10u) ? tokens.at(random.bounded(tokens.size()))
                                           : QByteArray(1, char(random.bounded(256)));
        const auto result = SshConfig::hostAliases(write(QStringLiteral("config"), content));
        if (!result) {
            QVERIFY(!result.error().what.isEmpty());
            continue;
        }
        for (const QString &alias : *result) {
            QVERIFY(!alias.isEmpty() && !alias.startsWith(QLatin1Char('-')));
            QVERIFY(!alias.contains(QLatin1Char('*')) && !alias.contains(QLatin1Char('?'))
                    && !alias.contains(QLatin1Char(' ')));
        }
    }
}

void tst_SshConfig::parseEffective()
{
    const QString identity = write(QStringLiteral("id key"), "x");
    const QString publicOnly = m_folder->filePath(QStringLiteral("id_token"));
    write(QStringLiteral("id_token.pub"), "x");
    const QByteArray output =
        "host web\nuser ops\nhostname 10.0.0.7\nport 2222\naddressfamily any\nidentitiesonly yes\n"
        "identityfile "
        + QFile::encodeName(identity) + "\nidentityfile /nonexistent/id\nidentityfile " + QFile::encodeName(publicOnly)
        + "\nidentityfile " + QFile::encodeName(identity)
        + "\nhostkeyalias Web\nuserknownhostsfile /a/known hosts /b/known_hosts2\n"
          "globalknownhostsfile /etc/ssh/ssh_known_hosts\npubkeyauthentication true\nproxyjump none\n";
    const auto config = SshConfig::parseEffective(output);
    QVERIFY(config);
    QCOMPARE(config->hostName, QStringLiteral("10.0.0.7"));
    QCOMPARE(config->port, quint16(2222));
    QCOMPARE(config->user, QStringLiteral("ops"));
    QCOMPARE(config->identityFiles, (QStringList { identity, publicOnly }));
    QVERIFY(config->identitiesOnly);
    QVERIFY(config->identityAgent.isEmpty());
    QCOMPARE(config->hostKeyAlias, QStringLiteral("Web"));
    QCOMPARE(config->userKnownHostsFiles,
             (QStringList { QStringLiteral("/a/known hosts"), QStringLiteral("/b/known_hosts2"),
                            QStringLiteral("/etc/ssh/ssh_known_hosts") }));
    QVERIFY(config->remarks.isEmpty());
}

void tst_SshConfig::parseEffectiveNone()
{
    const auto config = SshConfig::parseEffective("hostname h\nport 22\nidentityfile none\nuserknownhostsfile "
                                                  "none\nglobalknownhostsfile none\ncertificatefile none\n");
    QVERIFY(config);
    QVERIFY(config->identityFiles.isEmpty());
    QCOMPARE(config->userKnownHostsFiles,
             QStringList { QStringLiteral("/dev/null") }); // empty would mean ssh's defaults
    QVERIFY(config->remarks.isEmpty());
}

void tst_SshConfig::parseEffectiveExpands()
{
    const QString folder = m_folder->path();
    for (const char *name : { "id_h.example_2022_ops_web", "id_%", "id_value", "id_home" })
        write(QLatin1String(name), "x");
    qputenv("HELMCLAW_TEST_VALUE", "value");
    const QByteArray base = QFile::encodeName(folder);
    const auto config = SshConfig::parseEffective(
        "host web\nuser ops\nhostname h.example\nport 2022\nidentityfile " + base + "/id_%h_%p_%r_%n\nidentityfile "
        + base + "/id_%%\nidentityfile " + base + "/id_${HELMCLAW_TEST_VALUE}\nidentityfile " + base
        + "/id_%Z\ncertificatefile ~/%h-cert.pub\nidentityfile " + base + "/id_${HELMCLAW_NOT_SET}\nidentityfile "
        + base + "/id_${\n");
    QVERIFY(config);
    QCOMPARE(config->identityFiles,
             (QStringList { folder + QStringLiteral("/id_h.example_2022_ops_web"), folder + QStringLiteral("/id_%"),
                            folder + QStringLiteral("/id_value") }));
    // Said, not silently left out.
    QCOMPARE(config->remarked(SshConfigRemark::Weight::NotHonoured), QStringList { QStringLiteral("IdentityFile") });
}

void tst_SshConfig::parseEffectiveAgent_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QString>("expected");
    qputenv("HELMCLAW_TEST_AGENT", "/run/agent");
    QTest::newRow("default") << QByteArray("SSH_AUTH_SOCK") << QString();
    QTest::newRow("none") << QByteArray("none") << QStringLiteral("none");
    QTest::newRow("path") << QByteArray("/run/my agent") << QStringLiteral("/run/my agent");
    QTest::newRow("home") << QByteArray("~/agent") << SshConfigFiles::homeFolder() + QStringLiteral("/agent");
    QTest::newRow("variable") << QByteArray("$HELMCLAW_TEST_AGENT") << QStringLiteral("/run/agent");
    QTest::newRow("variable in braces") << QByteArray("${HELMCLAW_TEST_AGENT}.2") << QStringLiteral("/run/agent.2");
    QTest::newRow("variable that is not set") << QByteArray("$HELMCLAW_NOT_SET") << QStringLiteral("none");
}

void tst_SshConfig::parseEffectiveAgent()
{
    QFETCH(QByteArray, value);
    const auto config = SshConfig::parseEffective("hostname h\nport 22\nidentityagent " + value + '\n');
    QVERIFY(config);
    QTEST(config->identityAgent, "expected");
}

void tst_SshConfig::remarks_data()
{
    using Weight = SshConfigRemark::Weight;
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QString>("expected");
    QTest::addColumn<int>("weight");
    const auto row = [](const char *line, const char *expected, Weight weight) {
        QTest::newRow(line) << QByteArray(line) << QString::fromLatin1(expected) << int(weight);
    };
    row("revokedhostkeys /x", "RevokedHostKeys", Weight::Refused);
    row("proxycommand -", "ProxyCommand", Weight::Refused);
    row("knownhostscommand /x", "KnownHostsCommand", Weight::NotHonoured);
    row("stricthostkeychecking false", "StrictHostKeyChecking", Weight::NotHonoured);
    row("stricthostkeychecking accept-new", "StrictHostKeyChecking", Weight::NotHonoured);
    row("stricthostkeychecking true", "", Weight::NotHonoured);
    row("setenv A=b", "SetEnv", Weight::NotHonoured);
    row("preferredauthentications publickey,password", "", Weight::NotHonoured);
    row("preferredauthentications password,publickey", "PreferredAuthentications", Weight::NotHonoured);
    row("preferredauthentications gssapi-with-mic,publickey", "PreferredAuthentications", Weight::NotHonoured);
    row("updatehostkeys true", "UpdateHostKeys", Weight::NotHonoured);
    row("updatehostkeys false", "", Weight::NotHonoured); // as Helmclaw does
    row("brandnewkeyword yes", "brandnewkeyword", Weight::NotHonoured);
    row("forwardagent yes", "ForwardAgent", Weight::NoEffect);
    row("controlmaster auto", "ControlMaster", Weight::NoEffect);
    for (const char *followed :
         { "certificatefile ~/c", "addressfamily inet6", "bindaddress 10.0.0.1", "proxyjump a,b",
           "proxycommand nc %h %p", "proxycommand none", "proxyjump none", "compression yes", "rekeylimit 1000000 3600",
           "connecttimeout 7", "serveraliveinterval 20", "serveralivecountmax 2", "hostkeyalias x", "tcpkeepalive no",
           "ciphers aes256-ctr", "pubkeyauthentication false", "proxyusefdpass yes" })
        row(followed, "", Weight::Refused);
}

void tst_SshConfig::remarks()
{
    QFETCH(QByteArray, line);
    QFETCH(QString, expected);
    QFETCH(int, weight);
    const auto config = SshConfig::parseEffective("hostname h\nport 22\n" + line + '\n' + line + '\n');
    QVERIFY(config);
    QCOMPARE(config->remarked(SshConfigRemark::Weight(weight)).join(QLatin1Char(' ')), expected);
    QCOMPARE(config->remarks.size(), expected.isEmpty() ? 0 : 1); // each once
}

void tst_SshConfig::defaultsAreNoSettings()
{
    const QByteArray defaults = "ciphers a,b\nforwardagent no\nuser me\n";
    const auto config = SshConfigParser::parse("hostname h\nport 22\nuser you\nciphers a,b\nforwardagent no\n",
                                               defaults, QStringLiteral("web"));
    QVERIFY(config);
    QCOMPARE(config->host, QStringLiteral("web"));
    QVERIFY(config->options.ciphers.isEmpty());
    QVERIFY(config->remarks.isEmpty());
    const auto other = SshConfigParser::parse("hostname h\nport 22\nciphers b\n", defaults, QStringLiteral("web"));
    QVERIFY(other);
    QCOMPARE(other->options.ciphers, QStringList { QStringLiteral("b") });
}

void tst_SshConfig::options()
{
    const auto config = SshConfig::parseEffective(
        "host web\nhostname h\nport 22\naddressfamily inet6\nbindaddress ::1\nconnecttimeout 7\nserveraliveinterval "
        "20\nserveralivecountmax 2\nstricthostkeychecking true\ncompression yes\nrekeylimit 1048576 3600\n"
        "tcpkeepalive no\npubkeyauthentication no\npasswordauthentication no\nkbdinteractiveauthentication no\n"
        "kexalgorithms x,y\nmacs m\nhostkeyalgorithms k\npubkeyacceptedalgorithms p,q\ncertificatefile /c\n");
    QVERIFY(config);
    const SshOptions &options = config->options;
    QCOMPARE(options.addressFamily, SshOptions::AddressFamily::Inet6);
    QCOMPARE(options.bindAddress, QStringLiteral("::1"));
    QCOMPARE(options.connectTimeout, std::chrono::seconds(7));
    QCOMPARE(options.serverAliveInterval, std::chrono::seconds(20));
    QCOMPARE(options.serverAliveCountMax, 2);
    QVERIFY(options.strictHostKeys && options.compression && !options.tcpKeepAlive);
    QCOMPARE(options.rekeyBytes, quint64(1048576));
    QCOMPARE(options.rekeyInterval, std::chrono::seconds(3600));
    QVERIFY(!options.publicKeys && !options.passwords && !options.keyboardInteractive);
    QCOMPARE(options.kexAlgorithms.join(QLatin1Char(' ')), QStringLiteral("x y"));
    QCOMPARE(options.macs.join(QLatin1Char(' ')), QStringLiteral("m"));
    QCOMPARE(options.hostKeyAlgorithms.join(QLatin1Char(' ')), QStringLiteral("k"));
    QCOMPARE(options.pubkeyAlgorithms.join(QLatin1Char(' ')), QStringLiteral("p q"));
    QCOMPARE(config->certificateFiles, QStringList { QStringLiteral("/c") });
    QCOMPARE(config->target().identityFiles, QStringList { QStringLiteral("/dev/null") });
    QCOMPARE(config->target().identityAgent, QStringLiteral("none"));
}

void tst_SshConfig::methods()
{
    SshOptions options;
    const auto allowed = [&options] {
        QStringList names;
        for (const auto &name :
             { QStringLiteral("publickey"), QStringLiteral("keyboard-interactive"), QStringLiteral("password") }) {
            if (options.allows(name))
                names += name;
        }
        return names.join(QLatin1Char(' '));
    };
    QCOMPARE(allowed(), QStringLiteral("publickey keyboard-interactive password"));
    QVERIFY(!options.prefersPassword());
    options.keyboardInteractive = false;
    QCOMPARE(allowed(), QStringLiteral("publickey password"));
    options.passwords = false;
    QCOMPARE(allowed(), QStringLiteral("publickey"));
    options = {};
    options.preferredAuthentications = { QStringLiteral("password"), QStringLiteral("keyboard-interactive") };
    QCOMPARE(allowed(), QStringLiteral("keyboard-interactive password"));
    QVERIFY(options.prefersPassword());
    options.preferredAuthentications = { QStringLiteral("publickey") };
    QCOMPARE(allowed(), QStringLiteral("publickey"));
    QVERIFY(!options.prefersPassword());
}

void tst_SshConfig::proxyTokens_data()
{
    QTest::addColumn<QByteArray>("hostName");
    QTest::addColumn<QByteArray>("user");
    QTest::addColumn<QByteArray>("line");
    QTest::addColumn<QString>("expected"); // empty: refused
    QTest::newRow("all") << QByteArray("h.example") << QByteArray("ops")
                         << QByteArray("proxycommand nc %h %p %r %n %k %%")
                         << QStringLiteral("exec nc h.example 2022 ops web web %");
    QTest::newRow("IPv6") << QByteArray("fe80::1%eth0") << QByteArray("o") << QByteArray("proxycommand nc '%h' %p")
                          << QStringLiteral("exec nc 'fe80::1%eth0' 2022");
    QTest::newRow("shell's own stay") << QByteArray("h") << QByteArray("o")
                                      << QByteArray("proxycommand sh -c 'echo $HOME; a|b'")
                                      << QStringLiteral("exec sh -c 'echo $HOME; a|b'");
    QTest::newRow("unknown token") << QByteArray("h") << QByteArray("o") << QByteArray("proxycommand nc %d")
                                   << QString();
    QTest::newRow("half a token") << QByteArray("h") << QByteArray("o") << QByteArray("proxycommand nc %") << QString();
    QTest::newRow("host for a shell") << QByteArray("a`touch${IFS}x`") << QByteArray("o")
                                      << QByteArray("proxycommand nc %h") << QString();
    QTest::newRow("user for a shell") << QByteArray("h") << QByteArray("$(x)") << QByteArray("proxycommand nc %r")
                                      << QString();
    QTest::newRow("user as an option") << QByteArray("h") << QByteArray("-x") << QByteArray("proxycommand nc %r")
                                       << QString();
    QTest::newRow("not used") << QByteArray("h") << QByteArray("$(x)") << QByteArray("proxycommand nc %h")
                              << QStringLiteral("exec nc h");
}

void tst_SshConfig::proxyTokens()
{
    QFETCH(QByteArray, hostName);
    QFETCH(QByteArray, user);
    QFETCH(QByteArray, line);
    QFETCH(QString, expected);
    const auto config =
        SshConfig::parseEffective("host web\nport 2022\nhostname " + hostName + "\nuser " + user + '\n' + line + '\n');
    QCOMPARE(config.has_value(), !expected.isEmpty());
    if (config)
        QCOMPARE(config->proxyCommand.value(2), expected);
    else
        QCOMPARE(config.error().code, ErrorCode::InvalidInput);
}

void tst_SshConfig::parseEffectiveRefuses_data()
{
    QTest::addColumn<QByteArray>("output");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("no host") << QByteArray("port 22\n");
    QTest::newRow("no port") << QByteArray("hostname h\n");
    QTest::newRow("port 0") << QByteArray("hostname h\nport 0\n");
    QTest::newRow("port too large") << QByteArray("hostname h\nport 65536\n");
    QTest::newRow("option") << QByteArray("hostname -oX\nport 22\n");
    QTest::newRow("space") << QByteArray("hostname a b\nport 22\n");
    QTest::newRow("control") << QByteArray("hostname a\x01\nport 22\n");
}

void tst_SshConfig::parseEffectiveRefuses()
{
    QFETCH(QByteArray, output);
    const auto config = SshConfig::parseEffective(output);
    QVERIFY(!config);
    QCOMPARE(config.error().code, ErrorCode::InvalidInput);
    QVERIFY(!config.error().remedy.isEmpty());
}

void tst_SshConfig::parseSurvivesRandomOutput()
{
    QRandomGenerator random(9);
    const QList<QByteArray> tokens { "hostname ",
                                     "port ",
                                     "22",
                                     "user ",
                                     "identityfile ",
                                     "identityagent ",
                                     "userknownhostsfile ",
                                     "$",
                                     "${",
                                     "}",
                                     "%",
                                     "%h",
                                     "~",
                                     "none",
                                     " ",
                                     "\n",
                                     "\n",
                                     "/x",
                                     "\xff",
                                     QByteArray(1, '\0') };
    for (int round = 0; round < 5000; ++round) {
        QByteArray output = random.bounded(2u) ? QByteArray("hostname h\nport 22\n") : QByteArray();
        for (quint32 i = random.bounded(30u); i > 0; --i)
            output += tokens.at(random.bounded(tokens.size()));
        const auto config = SshConfig::parseEffective(output);
        if (config)
            QVERIFY(!config->hostName.isEmpty() && config->port != 0 && !config->userKnownHostsFiles.isEmpty());
        else
            QVERIFY(!config.error().what.isEmpty());
    }
}

void tst_SshConfig::query()
{
    const QString identity = write(QStringLiteral("id"), "x");
    const QString file =
        write(QStringLiteral("config"),
              "Host web\n  HostName web.example.org\n  Port 2200\n  User ops\n  IdentitiesOnly yes\n  IdentityFile "
                  + QFile::encodeName(identity)
                  + "\n  ProxyJump bastion\n  IdentityAgent none\n  HostKeyAlias WEB\n"
                    "  UserKnownHostsFile /a /b\n  GlobalKnownHostsFile /c\n");
    SshConfigQuery query(QStringLiteral("web"), file);
    QCOMPARE(query.host(), QStringLiteral("web"));
    QVERIFY(!query.result());
    QSignalSpy finished(&query, &SshConfigQuery::finished);
    query.start();
    query.start(); // once is enough
    QCOMPARE(finished.size(), 0);
    QVERIFY(finished.wait(15000));
    QVERIFY2(query.result(), qPrintable(query.result() ? QString() : query.result().error().toString()));
    const SshHostConfig &config = *query.result();
    QCOMPARE(config.hostName, QStringLiteral("web.example.org"));
    QCOMPARE(config.port, quint16(2200));
    QCOMPARE(config.user, QStringLiteral("ops"));
    QVERIFY(config.identitiesOnly);
    QCOMPARE(config.identityFiles, QStringList { identity });
    QCOMPARE(config.identityAgent, QStringLiteral("none"));
    QCOMPARE(config.hostKeyAlias.toLower(), QStringLiteral("web"));
    QCOMPARE(config.userKnownHostsFiles,
             (QStringList { QStringLiteral("/a"), QStringLiteral("/b"), QStringLiteral("/c") }));
    QCOMPARE(config.proxyJump, QStringList { QStringLiteral("bastion") });
    QVERIFY2(config.remarks.isEmpty(),
             qPrintable(config.remarks.isEmpty() ? QString() : toString(config.remarks.first())));
    QTest::qWait(50);
    QCOMPARE(finished.size(), 1);
}

void tst_SshConfig::queryRefusesBadHosts_data()
{
    QTest::addColumn<QString>("host");
    QTest::newRow("empty") << QString();
    QTest::newRow("option") << QStringLiteral("-oProxyCommand=touch /tmp/x");
    QTest::newRow("newline") << QStringLiteral("a\nb");
    QTest::newRow("NUL") << QStringLiteral("a") + QChar::Null;
}

void tst_SshConfig::queryRefusesBadHosts()
{
    QFETCH(QString, host);
    SshConfigQuery query(host, write(QStringLiteral("config"), ""));
    QSignalSpy finished(&query, &SshConfigQuery::finished);
    query.start();
    QCOMPARE(finished.size(), 0); // never from inside start()
    QVERIFY(finished.wait());
    QVERIFY(!query.result());
    QCOMPARE(query.result().error().code, ErrorCode::InvalidInput);
}

void tst_SshConfig::queryTellsWhatSshSaid()
{
    SshConfigQuery query(QStringLiteral("web"), write(QStringLiteral("config"), "Foo bar\n"));
    QSignalSpy finished(&query, &SshConfigQuery::finished);
    query.start();
    QVERIFY(finished.wait(15000));
    QVERIFY(!query.result());
    QCOMPARE(query.result().error().code, ErrorCode::InvalidInput);
    QVERIFY2(query.result().error().what.contains(QStringLiteral("Bad configuration option")),
             qPrintable(query.result().error().what));
    QVERIFY(!query.result().error().remedy.isEmpty());
}

/// What SshConfigQuery says on a computer without the program ssh.
Result<SshHostConfig> tst_SshConfig::withoutSsh(const SshConfigRequest &request) const
{
    const QByteArray path = qgetenv("PATH");
    qputenv("PATH", QFile::encodeName(m_folder->path()));
    SshConfigQuery query(request);
    QSignalSpy finished(&query, &SshConfigQuery::finished);
    query.start();
    const bool atOnce = !finished.isEmpty();
    const bool came = atOnce || finished.wait(15000);
    qputenv("PATH", path);
    return came && !atOnce ? query.result()
                           : failure(ErrorCode::Internal, QStringLiteral("finished() at a wrong time"));
}

/// ssh is there, and this computer is short of descriptors: what libssh understands of the files would be less.
void tst_SshConfig::aShortageIsNotTakenForAMissingSsh()
{
    if (QStandardPaths::findExecutable(QStringLiteral("ssh")).isEmpty())
        QSKIP("OpenSSH's client is not installed");
    SshConfigQuery query(QStringLiteral("web"), write(QStringLiteral("config"), "Host web\n  User x\n"));
    QSignalSpy finished(&query, &SshConfigQuery::finished);
    {
        const DescriptorShortage shortage;
        query.start();
    }
    QVERIFY(finished.wait(15000));
    QVERIFY(!query.result());
    QCOMPARE(query.result().error().code, ErrorCode::Internal);
    QVERIFY2(query.result().error().what.contains(QStringLiteral("cannot be started")),
             qPrintable(query.result().error().what));
}

void tst_SshConfig::withoutSshLibsshReads()
{
    const QString key = write(QStringLiteral("key"), "not looked into");
    const QString file = write(QStringLiteral("config"),
                               "Host web\n  HostName 192.0.2.7\n  Port=2222\n  IdentityFile \"" + key.toUtf8()
                                   + "\"\n  HostKeyAlias other\nMatch host 192.0.2.7\n  User deploy\n"
                                     "Host *\n  Ciphers aes128-ctr\n  ForwardX11 yes\n");
    const auto config = withoutSsh({ .host = QStringLiteral("web"), .configFile = file });
    QVERIFY2(config, config ? "" : qPrintable(config.error().toString()));
    QCOMPARE(config->host, QStringLiteral("web"));
    QCOMPARE(config->hostName, QStringLiteral("192.0.2.7"));
    QCOMPARE(config->port, 2222);
    QCOMPARE(config->user, QStringLiteral("deploy"));
    QCOMPARE(config->identityFiles, QStringList { key });
    // What it cannot read is said, and not followed.
    const QStringList ignored = config->remarked(SshConfigRemark::Weight::NotHonoured);
    QCOMPARE(ignored.constFirst(), QStringLiteral("ssh"));
    QVERIFY2(ignored.contains(QLatin1String("hostkeyalias"), Qt::CaseInsensitive)
                 && ignored.contains(QLatin1String("ciphers"), Qt::CaseInsensitive),
             qPrintable(ignored.join(QLatin1Char(' '))));
    QVERIFY(!ignored.contains(QLatin1String("port"), Qt::CaseInsensitive));
    QVERIFY(config->hostKeyAlias.isEmpty());
    // The user's own settings count more.
    const auto asked =
        withoutSsh({ .host = QStringLiteral("web"), .user = QStringLiteral("me"), .port = 4, .configFile = file });
    QVERIFY(asked);
    QCOMPARE(asked->user, QStringLiteral("me"));
    QCOMPARE(asked->port, 4);
}

void tst_SshConfig::withoutSshNobodyGoesAnotherWay()
{
    const QString file = write(QStringLiteral("config"), "Host web\n  ProxyJump bastion\n");
    const auto behind = withoutSsh({ .host = QStringLiteral("web"), .configFile = file });
    QVERIFY(!behind);
    QCOMPARE(behind.error().code, ErrorCode::Unsupported);
    QVERIFY(behind.error().remedy.contains(QStringLiteral("openssh-client")));
    const auto jump =
        withoutSsh({ .host = QStringLiteral("web"), .jump = QStringLiteral("bastion"), .configFile = file });
    QVERIFY(!jump);
    QCOMPARE(jump.error().code, ErrorCode::Unsupported);
    const auto missing =
        withoutSsh({ .host = QStringLiteral("web"), .configFile = m_folder->filePath(QStringLiteral("no")) });
    QVERIFY(!missing);
}

void tst_SshConfig::queryCanBeDeletedAnyTime()
{
    const QString slow = write(QStringLiteral("config"), "Match exec \"sleep 30\"\n  User x\n");
    {
        SshConfigQuery query(QStringLiteral("web"), slow);
        query.start();
        QTest::qWait(100);
        QElapsedTimer timer;
        timer.start();
        auto *child = new SshConfigQuery(QStringLiteral("web"), slow);
        child->start();
        delete child;
        QVERIFY(timer.elapsed() < 2000); // does not wait for the child's end
    }
    QTest::qWait(100);
}

void tst_SshConfig::queryHasADeadline()
{
    SshConfigQuery query(QStringLiteral("web"), write(QStringLiteral("config"), "Match exec \"sleep 25\"\n  User x\n"));
    QSignalSpy finished(&query, &SshConfigQuery::finished);
    query.start();
    QVERIFY(finished.wait(15000));
    QVERIFY(!query.result());
    QCOMPARE(query.result().error().code, ErrorCode::DeadlineExceeded);
    QTest::qWait(200); // the killed child is cleaned up by the event loop
}

QTEST_GUILESS_MAIN(tst_SshConfig)
#include "tst_SshConfig.moc"
