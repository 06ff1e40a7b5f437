// SPDX-License-Identifier: MIT
#include "ReportBuilder.h"
#include "models/posture/Judge.h"

#include <QTest>

#include <algorithm>
#include <functional>

using namespace Helmclaw;

using Edit = std::function<void(ReportBuilder &)>;
Q_DECLARE_METATYPE(Edit)

/// What a real dockerd 20.10 said of seven containers in a server of the lab (tests/fixtures/posture/docker.txt, with
/// the packet filter's rules that it made), as it was or changed in one place.
class tst_DockerChecks : public QObject
{
    Q_OBJECT

    static CheckResult result(const ReportBuilder &builder, const QString &id)
    {
        const auto outcome = judgeProbe(builder.bytes(), ReportBuilder::nonce);
        if (!outcome)
            qFatal("%s", qPrintable(outcome.error().toString()));
        const QList<CheckResult> all = outcome->results;
        const auto it = std::find_if(all.begin(), all.end(), [&](const CheckResult &r) { return r.checkId == id; });
        return it == all.end() ? CheckResult() : *it;
    }
    /// Only the line of one container.
    static void only(ReportBuilder &builder, const QByteArray &name)
    {
        QByteArrayList lines;
        for (const QByteArray &line : builder.text("docker").split('\n')) {
            if (line.contains("\"/" + name + '"'))
                lines.append(line);
        }
        builder.set("docker", lines.join('\n'));
    }

private Q_SLOTS:
    void oneChange_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<Edit>("edit");
        QTest::addColumn<Verdict>("verdict");
        QTest::addColumn<QString>("text");
        const auto row = [](const char *name, const char *id, Verdict verdict, const char *text, Edit edit) {
            QTest::newRow(name) << QString::fromLatin1(id) << std::move(edit) << verdict << QString::fromUtf8(text);
        };
        using B = ReportBuilder;
        const Verdict pass = Verdict::Pass, warn = Verdict::Warn, fail = Verdict::Fail, unknown = Verdict::Unknown,
                      none = Verdict::NotApplicable;

        row("published, but shielded", "docker.published", warn, "web 8080/tcp", [](B &) {});
        row("published, not shielded", "docker.published", fail, "anyone can reach: web",
            [](B &b) { b.replace("iptables", "-A DOCKER-USER -i eth0 -j DROP\n", ""); });
        row("not shielded: the table", "network.exposure", fail, "8080/tcp IPv4 → 172.16.0.3:80 (web): anyone",
            [](B &b) { b.replace("iptables", "-A DOCKER-USER -i eth0 -j DROP\n", ""); });
        row("shielded: the table", "network.exposure", pass, "8080/tcp IPv4 → 172.16.0.3:80 (web): this server only",
            [](B &) {});
        row("published on loopback", "docker.published", pass, "127.0.0.1:9191 → 80/tcp",
            [](B &b) { only(b, "good"); });
        row("nothing published", "docker.published", pass, "no port", [](B &b) { only(b, "plain"); });
        row("published on IPv6", "docker.published", warn, "[::]:9191", [](B &b) {
            only(b, "good");
            b.replace("docker", "\"HostIp\":\"127.0.0.1\"", "\"HostIp\":\"::\"");
        });
        row("some run as root", "docker.user", warn, "plain", [](B &) {});
        row("root by number", "docker.user", warn, "root0", [](B &b) { only(b, "root0"); });
        row("somebody else", "docker.user", pass, "User \"1000\"", [](B &b) { only(b, "good"); });
        row("privileged and the like", "docker.privileged", fail, "bad (--privileged)", [](B &) {});
        row("the host's processes", "docker.privileged", fail, "--pid host", [](B &b) { only(b, "hostnet"); });
        row("a strong capability", "docker.privileged", fail, "SYS_ADMIN", [](B &b) { only(b, "root0"); });
        row("nothing special", "docker.privileged", pass, "nothing special", [](B &b) { only(b, "web"); });
        row("the host's files", "docker.mounts", fail, "mounts /var/run/docker.sock", [](B &) {});
        row("a folder of its own", "docker.mounts", pass, "vol", [](B &b) { only(b, "good"); });
        row("a folder of /proc by another way", "docker.mounts", fail, "mounts /srv/../proc/1", [](B &b) {
            only(b, "mounts");
            b.replace("docker", "\"Source\":\"/srv\"", "\"Source\":\"/srv/../proc/1\"");
        });
        row("the host's network", "docker.host-network", warn, "hostnet", [](B &) {});
        row("a network of its own", "docker.host-network", pass, "default", [](B &b) { only(b, "web"); });

        for (const char *id :
             { "docker.published", "docker.user", "docker.privileged", "docker.mounts", "docker.host-network" }) {
            const auto each = [&](const char *name, Verdict verdict, const char *text, Edit edit) {
                row(QByteArray(QByteArray(name) + ": " + id).constData(), id, verdict, text, std::move(edit));
            };
            each("no Docker", none, "not found", [](B &b) { b.set("docker", "", "absent"); });
            each("no container", none, "no container", [](B &b) { b.set("docker", ""); });
            each("not asked", unknown, "without sudo", [](B &b) { b.remove("docker"); });
            each("no answer", unknown, "exit status 1", [](B &b) {
                b.set("docker", "Cannot connect to the Docker daemon at unix:///var/run/docker.sock.", "1");
            });
            each("garbage", unknown, "not understood", [](B &b) { b.set("docker", "hello"); });
            each("cut", unknown, "not understood", [](B &b) { b.set("docker", b.text("docker").chopped(20)); });
            each("a field of another kind", unknown, "not understood",
                 [](B &b) { b.replace("docker", "\"Privileged\":true", "\"Privileged\":\"no\""); });
            each("a field missing", unknown, "not understood", [](B &b) { b.replace("docker", "\"Mounts\":[],", ""); });
            each("a mount that is none", unknown, "not understood",
                 [](B &b) { b.replace("docker", "\"Mounts\":[]", "\"Mounts\":[1]"); });
            each("10 MiB line", unknown, "not understood",
                 [](B &b) { b.set("docker", "{\"Name\":\"" + QByteArray(3 * 1024 * 1024, 'x')); });
            each("macOS", none, "Darwin", [](B &b) { b.set("kernel", "Darwin 24.1.0 arm64"); });
        }
        row("escape sequences in a name", "docker.user", warn, "\\x1b[2J",
            [](B &b) { b.replace("docker", "\"/plain\"", "\"/pl\\u001b[2Jain\""); });
    }
    void oneChange()
    {
        QFETCH(QString, id);
        QFETCH(Edit, edit);
        QFETCH(Verdict, verdict);
        QFETCH(QString, text);
        ReportBuilder builder = ReportBuilder::recorded("docker");
        edit(builder);
        const CheckResult result = tst_DockerChecks::result(builder, id);
        const QString all = result.summary + u'\n' + result.evidence.join(u'\n');
        QVERIFY2(result.verdict == verdict, qPrintable(verdictName(result.verdict) + u": "_qs + all));
        QVERIFY2(all.contains(text), qPrintable(all));
        QVERIFY(!all.contains(QChar(0x1b)));
        QCOMPARE(result.remedy.isEmpty(), verdict == Verdict::Pass || verdict == Verdict::NotApplicable);
    }

    void theEnvironmentIsNotAsked()
    {
        // One of the recorded containers had SECRET=do-not-show.
        QVERIFY(!ReportBuilder::recorded("docker").bytes().contains("do-not-show"));
    }
};

QTEST_APPLESS_MAIN(tst_DockerChecks)
#include "tst_DockerChecks.moc"
