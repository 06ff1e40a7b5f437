// SPDX-License-Identifier: MIT
// helmclawctl and servers of a tailnet: a real sshd on loopback is the peer; tailscaled is scripted with a real one's
// answers, in which the peer's address is the loopback's.
#include "ssh/HostKey.h"
#include "tests/integration/ctl/CtlRunner.h"
#include "tests/integration/ssh/SshdFixture.h"
#include "tests/support/ScriptedTailscaled.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

using namespace Qt::Literals::StringLiterals;
using namespace Helmclaw;
using Helmclaw::Test::ScriptedTailscaled;

class tst_HelmclawctlTailnetScripted : public QObject
{
    Q_OBJECT

    ProgramRun ctl(const QStringList &arguments) const
    {
        const QStringList files { u"--fleet"_s,        path("fleet.json"),      u"--known-hosts"_s,
                                  path("known_hosts"), u"--tailscale-socket"_s, m_daemon->socket() };
        return runProgram(QStringLiteral(HELMCLAWCTL), arguments.mid(0, 1) + files + arguments.mid(1));
    }
    [[nodiscard]] QString path(const char *name) const { return m_dir->filePath(QString::fromLatin1(name)); }
    /// The recorded tailnet, with our sshd's address for h001.
    [[nodiscard]] static QJsonObject tailnet(const QJsonObject &fields = {})
    {
        QJsonObject peer { { u"TailscaleIPs"_s, QJsonArray { u"127.0.0.1"_s } },
                           { u"Tags"_s, QJsonArray { u"tag:openclaw"_s } } };
        for (auto field = fields.begin(); field != fields.end(); ++field)
            peer.insert(field.key(), field.value());
        return ScriptedTailscaled::withPeer(ScriptedTailscaled::running(), u"h001"_s, peer);
    }
    /// Imports h001 and gives it what the fixture's sshd needs.
    void import(quint16 port) const
    {
        QCOMPARE(ctl({ u"servers"_s, u"import"_s, u"--tailscale"_s, u"h001"_s }).exitCode, 0);
        QCOMPARE(ctl({ u"servers"_s, u"edit"_s, u"h001"_s, u"--port"_s, QString::number(port), u"--identity"_s,
                       m_sshd->identityFile(), u"--user"_s, m_sshd->user() })
                     .exitCode,
                 0);
    }
    [[nodiscard]] QString fingerprint() const
    {
        const QByteArray blob = QByteArray::fromBase64(m_sshd->hostKeyLine().split(' ').at(1));
        return HostKey { "ssh-ed25519", blob }.fingerprint();
    }

    std::unique_ptr<QTemporaryDir> m_dir;
    std::unique_ptr<Test::SshdFixture> m_sshd;
    std::unique_ptr<ScriptedTailscaled> m_daemon;

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString why = Test::SshdFixture::missing(); !why.isEmpty())
            QSKIP(qPrintable(why));
        m_sshd = std::make_unique<Test::SshdFixture>();
        QVERIFY(m_sshd->start());
    }
    void init()
    {
        m_dir = std::make_unique<QTemporaryDir>();
        m_daemon = std::make_unique<ScriptedTailscaled>();
        m_daemon->setStatus(tailnet());
    }
    void cleanupTestCase() { m_sshd.reset(); }

    void importShowsFirstAndTakesTags()
    {
        const ProgramRun preview = ctl({ u"servers"_s, u"import"_s, u"--tailscale"_s });
        QVERIFY2(preview.exitCode == 0, preview.err.constData());
        QVERIFY2(preview.out.contains("h001\t127.0.0.1\tNew; Tailscale SSH\n") && preview.out.contains("h002\t"),
                 preview.out.constData());
        QVERIFY(ctl({ u"servers"_s, u"--json"_s }).json().value("servers"_L1).toArray().isEmpty());
        QCOMPARE(ctl({ u"servers"_s, u"import"_s, u"--tailscale"_s, u"--tag"_s, u"tag:nobody"_s, u"--all"_s }).exitCode,
                 2);
        const ProgramRun added = ctl({ u"servers"_s, u"import"_s, u"--tailscale"_s, u"--tag"_s, u"tag:openclaw"_s,
                                       u"--tag"_s, u"lab"_s, u"--all"_s });
        QVERIFY2(added.exitCode == 0, added.err.constData());
        const QJsonArray servers = ctl({ u"servers"_s, u"--json"_s }).json().value("servers"_L1).toArray();
        QCOMPARE(servers.size(), 1);
        const QJsonObject server = servers.at(0).toObject();
        QCOMPARE(server.value("host"_L1).toString(), u"h001.lab.internal"_s);
        QCOMPARE(server.value("tags"_L1).toArray(), (QJsonArray { u"openclaw"_s, u"lab"_s }));
        QCOMPARE(server.value("tailnet"_L1).toObject().value("online"_L1).toBool(), true);
        QCOMPARE(server.value("tailnet"_L1).toObject().value("address"_L1).toString(), u"127.0.0.1"_s);
        QVERIFY(ctl({ u"servers"_s }).out.contains("\ttailnet: online, 127.0.0.1\n"));
        const ProgramRun nobody = ctl({ u"servers"_s, u"import"_s, u"--tailscale"_s, u"nobody"_s });
        QCOMPARE(nobody.exitCode, 2);
        QVERIFY2(nobody.err.contains("import --tailscale --dry-run"), nobody.err.constData());
    }

    void connectsOverTheTailnetAddress()
    {
        import(m_sshd->port());
        // Neither resolver nor known_hosts know the name: only the tailnet leads there.
        const ProgramRun refused = ctl({ u"exec"_s, u"h001"_s, u"--"_s, u"true"_s });
        QCOMPARE(refused.exitCode, 255);
        QVERIFY2(refused.err.contains(fingerprint().toLatin1()), refused.err.constData());
        const ProgramRun run =
            ctl({ u"exec"_s, u"h001"_s, u"--accept-host-key"_s, fingerprint(), u"--"_s, u"echo"_s, u"there"_s });
        QVERIFY2(run.exitCode == 0, run.err.constData());
        QCOMPARE(run.out, QByteArray("there\n"));
        QFile pinned(path("known_hosts"));
        QVERIFY(pinned.open(QIODevice::ReadOnly));
        QVERIFY(pinned.readAll().startsWith("[h001.lab.internal]:"));
        // Another address: the node is followed, and its key known.
        m_daemon->setStatus(tailnet({ { u"TailscaleIPs"_s, QJsonArray { u"127.0.0.2"_s } } }));
        const ProgramRun moved = ctl({ u"exec"_s, u"h001"_s, u"--"_s, u"true"_s });
        QCOMPARE(moved.exitCode, 255); // the fixture listens at 127.0.0.1 only
        QVERIFY2(moved.err.contains("127.0.0.2"), moved.err.constData());
    }

    void withoutARouteTailscaleNcConnects()
    {
        import(m_sshd->port());
        QJsonObject userspace = tailnet({ { u"TailscaleIPs"_s, QJsonArray { u"100.64.0.1"_s } } });
        userspace.insert(u"TUN"_s, false);
        m_daemon->setStatus(userspace);
        // A "tailscale" whose tailnet is this computer's loopback.
        QFile program(path("tailscale"));
        QVERIFY(program.open(QIODevice::WriteOnly));
        program.write("#!/bin/bash\necho \"$@\" >\"${0%/*}/arguments\"\n"
                      "exec 3<>/dev/tcp/127.0.0.1/$4\ncat <&3 &\nexec cat >&3\n");
        program.close();
        program.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        const QByteArray before = qgetenv("PATH");
        qputenv("PATH", QFile::encodeName(m_dir->path()) + ':' + before);
        const ProgramRun run =
            ctl({ u"exec"_s, u"h001"_s, u"--accept-host-key"_s, fingerprint(), u"--"_s, u"echo"_s, u"there"_s });
        qputenv("PATH", before);
        QVERIFY2(run.exitCode == 0, run.err.constData());
        QCOMPARE(run.out, QByteArray("there\n"));
        QFile arguments(path("arguments"));
        QVERIFY(arguments.open(QIODevice::ReadOnly));
        QCOMPARE(QString::fromUtf8(arguments.readAll()),
                 u"--socket=%1 nc 100.64.0.1 %2\n"_s.arg(m_daemon->socket()).arg(m_sshd->port()));
    }

    void aPublishedHostKeyNeedsNoQuestion()
    {
        import(m_sshd->port());
        m_daemon->setStatus(
            tailnet({ { u"sshHostKeys"_s, QJsonArray { QString::fromLatin1(m_sshd->hostKeyLine()).trimmed() } } }));
        const ProgramRun run = ctl({ u"exec"_s, u"h001"_s, u"--"_s, u"echo"_s, u"there"_s });
        if (::getuid() != 0) { // a tailscaled that anybody may have started proves nothing
            QCOMPARE(run.exitCode, 255);
            QVERIFY2(run.err.contains(fingerprint().toLatin1()), run.err.constData());
            return;
        }
        QVERIFY2(run.exitCode == 0, run.err.constData());
        QCOMPARE(run.out, QByteArray("there\n"));
        QFile pinned(path("known_hosts"));
        QVERIFY(pinned.open(QIODevice::ReadOnly));
        QVERIFY(pinned.readAll().endsWith("published by the tailnet, node 1\n"));
    }

    void saysWhatIsWrongWithTheTailnet()
    {
        import(m_sshd->port());
        const auto complaint = [this] {
            const QJsonObject server =
                ctl({ u"status"_s, u"h001"_s, u"--json"_s }).json().value("servers"_L1).toArray().at(0).toObject();
            return server.value("error"_L1).toObject().value("what"_L1).toString();
        };
        m_daemon->setStatus(ScriptedTailscaled::recorded("status-stopped.json"));
        QCOMPARE(complaint(), u"tailnet: Tailscale is stopped on this computer"_s);
        QVERIFY(ctl({ u"servers"_s }).out.contains("tailnet: Tailscale is stopped"));
        const ProgramRun status = ctl({ u"status"_s, u"h001"_s });
        QVERIFY2(status.out.contains("  tailnet: Tailscale is stopped on this computer\n"), status.out.constData());
        const QJsonObject json =
            ctl({ u"status"_s, u"--json"_s }).json().value("servers"_L1).toArray().at(0).toObject();
        QCOMPARE(json.value("tailnet"_L1).toObject().value("state"_L1).toString(), u"stopped"_s);
        m_daemon->setStatus(ScriptedTailscaled::recorded("status-needslogin.json"));
        QCOMPARE(complaint(), u"tailnet: this computer is logged out of Tailscale"_s);
        m_daemon->setStatus(tailnet({ { u"Online"_s, false }, { u"TailscaleIPs"_s, QJsonArray { u"127.0.0.3"_s } } }));
        const QString offline = complaint();
        QVERIFY2(offline.startsWith(u"tailnet: h001.lab.internal is offline"_s) && offline.contains(u"127.0.0.3"_s),
                 qPrintable(offline));
        m_daemon->stop();
        QVERIFY(complaint().startsWith(u"tailnet: "_s));
    }
};

QTEST_GUILESS_MAIN(tst_HelmclawctlTailnetScripted)
#include "tst_HelmclawctlTailnetScripted.moc"
