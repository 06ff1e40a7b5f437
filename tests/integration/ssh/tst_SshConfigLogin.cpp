// SPDX-License-Identifier: MIT
#include "PoolTest.h"

#include "ssh/SshRouteQuery.h"

#include <QFile>
#include <QFileInfo>
#include <QRegularExpression>
#include <QStandardPaths>

#include <array>

using namespace Helmclaw;
using namespace Helmclaw::Test;

/// "ssh -F config host" and Helmclaw reach the same place: tricky configurations, asked of ssh, compared with the
/// target that comes out, and both then log in for real.
class tst_SshConfigLogin : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<SshdFixture> m_sshd;
    std::unique_ptr<SshdFixture> m_one;
    std::unique_ptr<SshdFixture> m_two;
    QString m_config;

    [[nodiscard]] QString write(const QString &name, const QByteArray &text) const
    {
        const QString path = m_sshd->path(name);
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size())
            qFatal("cannot write %s", qPrintable(path));
        return path;
    }
    /// Who came to the server and its two jump hosts, and where each was asked to connect, by their own logs. Further
    /// than @p known.
    using Ways = std::array<QStringList, 3>;
    [[nodiscard]] Ways ways(const Ways &known = {}) const
    {
        static const QRegularExpression news(QStringLiteral("Connection from |target \\S+ port \\d+"));
        Ways result;
        for (std::size_t i = 0; i < result.size(); ++i) {
            const SshdFixture &sshd = i == 0 ? *m_sshd : i == 1 ? *m_one : *m_two;
            QRegularExpressionMatchIterator matches = news.globalMatch(QString::fromUtf8(sshd.log()));
            while (matches.hasNext())
                result[i] += matches.next().captured();
            result[i] = result[i].mid(known[i].size());
        }
        return result;
    }
    /// What "ssh -G" prints for one keyword.
    [[nodiscard]] static QByteArray effective(const QByteArray &output, const QByteArray &keyword)
    {
        for (const QByteArray &line : output.split('\n')) {
            if (line.startsWith(keyword + ' '))
                return line.sliced(keyword.size() + 1);
        }
        return {};
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString missing = SshdFixture::missing(); !missing.isEmpty())
            QSKIP(qPrintable(missing));
        if (QStandardPaths::findExecutable(QStringLiteral("ssh")).isEmpty())
            QSKIP("ssh is missing (Debian: openssh-client)");
        m_sshd = std::make_unique<SshdFixture>();
        m_one = std::make_unique<SshdFixture>();
        m_two = std::make_unique<SshdFixture>();
        QVERIFY(m_sshd->start() && m_one->start() && m_two->start());
    }
    void cleanupTestCase()
    {
        m_sshd.reset();
        m_one.reset();
        m_two.reset();
    }

    void cases_data()
    {
        QTest::addColumn<QByteArray>("config"); // @PORT@ and so on are filled in
        QTest::addColumn<QString>("host");
        QTest::addColumn<bool>("asUser"); // the fleet entry names the user
        QTest::addColumn<bool>("onPort"); // … and the port
        const auto row = [](const char *name, const char *config, const char *host, bool asUser = false,
                            bool onPort = false) {
            QTest::newRow(name) << QByteArray(config) << QString::fromLatin1(host) << asUser << onPort;
        };
        row("alias", "Host web\n HostName 127.0.0.1\n Port @PORT@\n", "web");
        row("Match user of the fleet entry",
            "Match user @USER@ host web\n HostName 127.0.0.1\n Port @PORT@\nHost *\n User nobody-else\n Port 1\n",
            "web", true);
        row("Match originalhost", "Match originalhost web\n Port @PORT@\nHost web\n HostName 127.0.0.1\n Port 1\n",
            "web");
        row("Port by Match host", "Host web\n HostName 127.0.0.1\nMatch host 127.0.0.1\n Port @PORT@\n", "web");
        row("port of the fleet entry", "Host web\n HostName 127.0.0.1\n Port 1\n", "web", false, true);
        row("Match final", "Host web\n HostName 127.0.0.1\nMatch final host 127.0.0.1\n Port @PORT@\n", "web");
        row("Match exec", "Match host web exec \"test %n = web\"\n HostName 127.0.0.1\n Port @PORT@\n", "web");
        row("Include", "Include @DIR@/included\n", "web");
        row("Include in a Host block", "Host w*\n Include @DIR@/included\nHost web\n Port 1\n", "web");
        row("tokens in names", "Host 1\n HostName 127.0.0.%h\n Port @PORT@\n IdentityFile @DIR@/%r-of-%n\n", "1");
        row("first value counts", "Host web\n HostName 127.0.0.1\n Port @PORT@\nHost web\n Port 1\n HostName nowhere\n",
            "web");
        row("negated pattern", "Host * !web\n ProxyJump nowhere\nHost web\n HostName 127.0.0.1\n Port @PORT@\n", "web");
        row("HostKeyAlias",
            "Host web\n HostName 127.0.0.1\n Port @PORT@\n HostKeyAlias the-web\n UserKnownHostsFile "
            "@DIR@/alias-hosts\n",
            "web");
        row("jump",
            "Host web\n HostName 127.0.0.1\n Port @PORT@\n ProxyJump one\nHost one\n HostName 127.0.0.1\n Port @ONE@\n",
            "web");
        row("jump chain",
            "Host web\n HostName 127.0.0.1\n Port @PORT@\n ProxyJump one,ssh://@USER@@two:@TWO@\n"
            "Host one\n HostName 127.0.0.1\n Port @ONE@\nHost two\n HostName 127.0.0.1\n Port 1\n",
            "web");
        row("jump host with a jump host",
            "Host web\n HostName 127.0.0.1\n Port @PORT@\n ProxyJump two\n"
            "Host two\n HostName 127.0.0.1\n Port @TWO@\n ProxyJump one\nHost one\n HostName 127.0.0.1\n Port @ONE@\n",
            "web");
        row("jump for all but the first",
            "Host one\n HostName 127.0.0.1\n Port @ONE@\n ProxyJump none\nHost two\n HostName 127.0.0.1\n Port @TWO@\n"
            "Host web\n HostName 127.0.0.1\n Port @PORT@\n ProxyJump one,two\nHost *\n ProxyJump two\n",
            "web");
        row("ProxyJump none",
            "Host web\n HostName 127.0.0.1\n Port @PORT@\n ProxyJump none\nHost *\n ProxyJump nowhere\n", "web");
        row("jump from Match user",
            "Match user @USER@ originalhost web\n ProxyJump one\nHost web\n HostName 127.0.0.1\n Port @PORT@\n"
            "Host one\n HostName 127.0.0.1\n Port @ONE@\n",
            "web", true);
        row("command with tokens",
            "Host web\n HostName 127.0.0.1\n Port @PORT@\n ProxyCommand ssh -F @CONFIG@ -W %h:%p one\n"
            "Host one\n HostName 127.0.0.1\n Port @ONE@\n",
            "web");
        row("jump host behind a command",
            "Host web\n HostName 127.0.0.1\n Port @PORT@\n ProxyJump two\n"
            "Host two\n HostName 127.0.0.1\n Port @TWO@\n ProxyCommand ssh -F @CONFIG@ -W %h:%p one\n"
            "Host one\n HostName 127.0.0.1\n Port @ONE@\n",
            "web");
        row("algorithms",
            "Host web\n HostName 127.0.0.1\n Port @PORT@\n Ciphers aes256-ctr\n KexAlgorithms ecdh-sha2-nistp256\n"
            " MACs hmac-sha2-256\n HostKeyAlgorithms -rsa*\n",
            "web");
        row("equals signs and quotes", "Host=web\n HostName = \"127.0.0.1\"\n Port=@PORT@\n", "web");
    }

    void cases()
    {
        QFETCH(QByteArray, config);
        QFETCH(QString, host);
        QFETCH(bool, asUser);
        QFETCH(bool, onPort);
        const bool usesOne = config.contains("@ONE@");
        const bool usesTwo = config.contains("@TWO@");
        const QString user = m_sshd->user();
        QByteArray hosts;
        for (const SshdFixture *sshd : { m_sshd.get(), m_one.get(), m_two.get() })
            hosts += "[127.0.0.1]:" + QByteArray::number(sshd->port()) + ' ' + sshd->hostKeyLine() + '\n';
        const QString knownHosts = write(QStringLiteral("all-hosts"), hosts);
        std::ignore = write(QStringLiteral("alias-hosts"), "the-web " + m_sshd->hostKeyLine() + '\n');
        QVERIFY(m_one->authoriseKey(m_sshd->identityFile()) && m_two->authoriseKey(m_sshd->identityFile()));
        QFile::copy(m_sshd->identityFile(), m_sshd->path(user + QStringLiteral("-of-1")));
        const QString file = m_sshd->path(QStringLiteral("config"));
        const QByteArray common = "\nHost *\n IdentityFile " + QFile::encodeName(m_sshd->identityFile())
            + "\n IdentitiesOnly yes\n IdentityAgent none\n UserKnownHostsFile " + QFile::encodeName(knownHosts)
            + "\n GlobalKnownHostsFile none\n StrictHostKeyChecking yes\n";
        std::ignore = write(QStringLiteral("included"),
                            "Host web\n HostName 127.0.0.1\n Port " + QByteArray::number(m_sshd->port()) + '\n');
        config.replace("@PORT@", QByteArray::number(m_sshd->port()));
        config.replace("@ONE@", QByteArray::number(m_one->port()));
        config.replace("@TWO@", QByteArray::number(m_two->port()));
        config.replace("@USER@", user.toLocal8Bit());
        config.replace("@DIR@", QFile::encodeName(QFileInfo(file).path()));
        config.replace("@CONFIG@", QFile::encodeName(file));
        std::ignore = write(QStringLiteral("config"), config + common);

        SshConfigRequest request;
        request.host = host;
        request.configFile = file;
        QStringList arguments { QStringLiteral("-F"), file };
        if (asUser) {
            request.user = user;
            arguments += { QStringLiteral("-l"), user };
        }
        if (onPort) {
            request.port = m_sshd->port();
            arguments += { QStringLiteral("-p"), QString::number(request.port) };
        }
        SshRouteQuery query(request);
        QSignalSpy finished(&query, &SshRouteQuery::finished);
        query.start();
        QVERIFY(finished.wait(60000));
        QVERIFY2(query.result(), qPrintable(query.result() ? QString() : query.result().error().toString()));
        SshTarget target = query.result()->target();

        // What ssh says, read without our parser.
        const auto output = SshdFixture::run(QStringLiteral("ssh"),
                                             QStringList { QStringLiteral("-G") } + arguments
                                                 + QStringList { QStringLiteral("--"), host });
        QVERIFY(output);
        QCOMPARE(target.host.toUtf8(), effective(*output, "hostname"));
        QCOMPARE(QByteArray::number(target.port), effective(*output, "port"));
        QCOMPARE(target.user.toUtf8(), effective(*output, "user"));
        QCOMPARE(target.hostKeyAlias.toUtf8(), effective(*output, "hostkeyalias"));
        const QByteArray jump = effective(*output, "proxyjump");
        QCOMPARE(target.jumpHosts.isEmpty(), jump.isEmpty() || jump == "none");

        // ssh gets there …
        const Ways before = ways();
        const auto there =
            SshdFixture::run(QStringLiteral("ssh"),
                             QStringList { QStringLiteral("-o"), QStringLiteral("BatchMode=yes") } + arguments
                                 + QStringList { QStringLiteral("--"), host, QStringLiteral("echo $SSH_CONNECTION") });
        QVERIFY2(there, "ssh itself does not get there");
        const Ways theirs = ways(before);
        QCOMPARE(theirs[0].size(), 1);
        QCOMPARE(theirs[1].size(), usesOne ? 2 : 0); // a connection, and where it leads to
        QCOMPARE(theirs[2].size(), usesTwo ? 2 : 0);
        const Ways between = ways();
        // … and so do we, to the same server, over the same hosts in the same order.
        PoolTest test;
        target.serverId = QStringLiteral("srv");
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("echo $SSH_CONNECTION"));
        QVERIFY(PoolTest::wait(reply.get(), 60000));
        VERIFY_SUCCESS(reply);
        QCOMPARE(reply->standardOutput().simplified().split(' ').value(3), there->simplified().split(' ').value(3));
        const Ways ours = ways(between);
        for (std::size_t i = 0; i < ours.size(); ++i)
            QCOMPARE(ours[i], theirs[i]);
        if (config.contains("Ciphers"))
            QCOMPARE(test.pool->sessionStatus(QStringLiteral("srv")).cipher, QStringLiteral("aes256-ctr"));
    }
};

QTEST_GUILESS_MAIN(tst_SshConfigLogin)
#include "tst_SshConfigLogin.moc"
