// SPDX-License-Identifier: MIT
#include "SshdFixture.h"
#include "ViewsTestMain.h"

#include "views/actions/ActionRegistry.h"
#include "views/dialogs/HostKeyDialog.h"
#include "views/dialogs/ImportDialog.h"
#include "views/dialogs/QuitDialog.h"
#include "views/dialogs/RemoveDialog.h"
#include "views/dialogs/ServerDialog.h"
#include "views/fleet/FleetPane.h"
#include "views/overview/OverviewPage.h"
#include "views/tasks/TaskPreviewDialog.h"
#include "views/theme/Colors.h"
#include "views/theme/Icons.h"
#include "views/theme/Theme.h"
#include "views/widgets/MessageBar.h"
#include "views/window/TaskControl.h"

#include <QDir>
#include <QLineEdit>
#include <QPainter>
#include <QPushButton>

using namespace Helmclaw;
using Helmclaw::Test::SshdFixture;
using Helmclaw::Test::WindowFixture;

/// Renders the window's main states, light and dark, into PNG files for people to look at: $HELMCLAW_SCREENSHOT_DIR,
/// else <build>/screenshots. What it asserts: nothing is blank, nothing is wider than its window.
class tst_Screenshots : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void states_data();
    void states();

private:
    void shoot(QWidget *widget, const QString &name);
    void fill(WindowFixture &f);
    void tasks(WindowFixture &f, const QString &theme);
    void icons(const QString &theme);

    QString m_dir;
    SshdFixture m_sshd;
    bool m_haveSshd = false;
};

void tst_Screenshots::initTestCase()
{
    m_dir = qEnvironmentVariable("HELMCLAW_SCREENSHOT_DIR", QStringLiteral(SCREENSHOT_DIR));
    QVERIFY(QDir().mkpath(m_dir));
    m_haveSshd = SshdFixture::missing().isEmpty() && m_sshd.start();
}

void tst_Screenshots::shoot(QWidget *widget, const QString &name)
{
    QTest::qWait(120);
    const QPixmap picture = widget->grab();
    QVERIFY(picture.save(QStringLiteral("%1/%2.png").arg(m_dir, name)));
    const QImage image = picture.toImage();
    QSet<QRgb> colors;
    for (int y = 0; y < image.height(); y += 3) {
        for (int x = 0; x < image.width(); x += 3)
            colors.insert(image.pixel(x, y));
    }
    QVERIFY2(colors.size() > 8, qPrintable(name));
}

void tst_Screenshots::icons(const QString &theme)
{
    QWidget sheet;
    sheet.resize(640, 420);
    QPixmap pixmap(640, 420);
    pixmap.fill(sheet.palette().window().color());
    QPainter painter(&pixmap);
    int i = 0;
    for (const QString &name : Icons::names()) {
        const int x = 16 + (i % 8) * 78;
        const int y = 12 + (i / 8) * 58;
        Icons::paint(&painter, QRectF(x, y, 16, 16), name, sheet.palette().windowText().color());
        Icons::paint(&painter, QRectF(x + 22, y - 4, 24, 24), name, sheet.palette().windowText().color());
        painter.setPen(sheet.palette().windowText().color());
        painter.setFont(QFont(sheet.font().family(), 6));
        painter.drawText(x - 8, y + 32, name);
        ++i;
    }
    painter.end();
    QVERIFY(pixmap.save(QStringLiteral("%1/%2-icons.png").arg(m_dir, theme)));
}

void tst_Screenshots::fill(WindowFixture &f)
{
    const QStringList prod { QStringLiteral("production") };
    const QStringList lab { QStringLiteral("lab") };
    const QString host = QStringLiteral("127.0.0.1");
    const auto id = [&](const QString &name) { return f.fleet.byName(name)->id; };
    Server gateway;
    gateway.name = QStringLiteral("claw-fra-1");
    gateway.host = host;
    gateway.tags = prod;
    if (m_haveSshd) {
        gateway.port = m_sshd.port();
        gateway.user = m_sshd.user();
        gateway.identityFiles = { m_sshd.identityFile() };
    }
    QVERIFY(f.fleet.add(gateway));
    f.addServer(QStringLiteral("claw-fra-2"), prod);
    f.addServer(QStringLiteral("claw-nyc-1"), prod);
    f.addServer(QStringLiteral("research-gpu"), lab, host, 1);
    f.addServer(QStringLiteral("lab-small"), lab);
    f.addServer(QStringLiteral("old-vps"), {}, host, 1);
    f.addServer(QStringLiteral("new-server"));

    const QDateTime now = QDateTime::currentDateTimeUtc();
    f.giveResults(id(QStringLiteral("claw-fra-1")));
    f.giveResults(id(QStringLiteral("claw-fra-2")),
                  { { QStringLiteral("updates.security"), Verdict::Fail },
                    { QStringLiteral("updates.pending"), Verdict::Warn },
                    { QStringLiteral("updates.reboot"), Verdict::Warn } });
    f.giveResults(
        id(QStringLiteral("claw-nyc-1")),
        { { QStringLiteral("fail2ban.banned"), Verdict::Warn }, { QStringLiteral("firewall.rules"), Verdict::Warn } });
    f.giveResults(id(QStringLiteral("research-gpu")),
                  { { QStringLiteral("firewall.active"), Verdict::Fail },
                    { QStringLiteral("firewall.default-incoming"), Verdict::Fail },
                    { QStringLiteral("firewall.default-outgoing"), Verdict::NotApplicable },
                    { QStringLiteral("firewall.default-routed"), Verdict::NotApplicable },
                    { QStringLiteral("fail2ban.active"), Verdict::Fail },
                    { QStringLiteral("fail2ban.sshd-jail"), Verdict::NotApplicable } },
                  true, now.addSecs(-5400));
    QHash<QString, Verdict> noSudo;
    for (const char *check : { "firewall.default-incoming", "firewall.default-outgoing", "firewall.default-routed",
                               "firewall.rules", "fail2ban.sshd-jail", "fail2ban.limits", "fail2ban.banned" })
        noSudo.insert(QString::fromLatin1(check), Verdict::Unknown);
    f.giveResults(id(QStringLiteral("lab-small")), noSudo, false);
    f.posture.setError(id(QStringLiteral("research-gpu")),
                       { ErrorCode::ConnectionRefused, QStringLiteral("connection to 127.0.0.1 port 1 refused"),
                         QStringLiteral("Is sshd running, and does the firewall let you in?"),
                         QStringLiteral("research-gpu") });

    // One check with evidence as the real thing looks.
    QList<CheckResult> results = f.posture.posture(id(QStringLiteral("claw-fra-2"))).results;
    for (CheckResult &result : results) {
        if (result.checkId != QLatin1String("updates.security"))
            continue;
        result.summary = QStringLiteral("3 security updates are pending: openssl, libssl3, linux-image-amd64");
        result.remedy =
            QStringLiteral("Install them with “sudo unattended-upgrade” or “sudo apt-get upgrade”, then reboot.");
        result.evidence = {
            QStringLiteral("apt-get -s upgrade:"),
            QStringLiteral(
                "Inst openssl [3.0.15-1~deb12u1] (3.0.16-1~deb12u1 Debian-Security:12/stable-security [amd64])"),
            QStringLiteral(
                "Inst libssl3 [3.0.15-1~deb12u1] (3.0.16-1~deb12u1 Debian-Security:12/stable-security [amd64])"),
            QStringLiteral(
                "Inst linux-image-amd64 [6.1.128-1] (6.1.133-1 Debian-Security:12/stable-security [amd64])")
        };
    }
    f.posture.setResults(id(QStringLiteral("claw-fra-2")), results, true, now);
}

/// Tasks that really run, on the one server that is there: a preview, a failure, one that runs, the history.
void tst_Screenshots::tasks(WindowFixture &f, const QString &theme)
{
    MainWindow &window = f.window();
    const auto step = [](TaskStep::Kind kind, const QString &title, const QString &lines) {
        TaskStep its;
        its.kind = kind;
        its.title = title;
        its.argv = { QStringLiteral("sh"), QStringLiteral("-c"), lines };
        its.remedy =
            kind == TaskStep::Kind::Proof ? QStringLiteral("See journalctl -u fail2ban on the server") : QString();
        return its;
    };
    const auto plan = [&](const QString &title, const QString &proof) {
        TaskPlan its;
        its.id = TaskPlan::newId();
        its.title = title;
        const QString name = QStringLiteral("claw-fra-1");
        its.servers = {
            { f.fleet.byName(name)->id,
              name,
              { step(TaskStep::Kind::Precondition, QStringLiteral("fail2ban is installed"),
                     QStringLiteral("command -v sh")),
                step(TaskStep::Kind::Change, QStringLiteral("Start fail2ban, now and at every boot"),
                     QStringLiteral("echo 'Synchronizing state of fail2ban.service with SysV service script.'")),
                step(TaskStep::Kind::Proof, QStringLiteral("fail2ban answers"), proof) } }
        };
        return its;
    };
    TaskPlan many = plan(QStringLiteral("Start fail2ban"), QStringLiteral("fail2ban-client ping"));
    for (const char *name : { "claw-fra-2", "claw-nyc-1", "lab-small" }) {
        many.servers += many.servers.constFirst();
        many.servers.last().serverName = QLatin1String(name);
    }
    TaskPreviewDialog preview(many, { QStringLiteral("research-gpu: connection to 127.0.0.1 port 1 refused") },
                              &window);
    preview.show();
    shoot(&preview, theme + QStringLiteral("-task-preview"));
    preview.close();

    const auto run = [&](const TaskPlan &its) {
        QVERIFY(f.tasks->start(its));
        QTRY_VERIFY_WITH_TIMEOUT(isFinal(f.tasks->run(its.id)->state), 60000);
    };
    run(plan(QStringLiteral("Switch automatic updates on"), QStringLiteral("echo fine")));
    run(plan(QStringLiteral("Start fail2ban"),
             QStringLiteral("echo 'ERROR Unable to contact server. Is it running?' >&2; exit 255")));
    window.actions()->action(QStringLiteral("view.tasks"))->setChecked(true);
    window.findChild<TaskControl *>()->historyRequested(f.tasks->idAt(0));
    shoot(&window, theme + QStringLiteral("-task-failed"));
    const TaskPlan slow = plan(QStringLiteral("Install security updates"),
                               QStringLiteral("for i in 1 2 3 4 5 6; do echo \"Unpacking libssl3 ($i) ...\"; done; "
                                              "exec sleep 600"));
    QVERIFY(f.tasks->start(slow));
    window.findChild<TaskControl *>()->begun(slow.id);
    QTRY_VERIFY_WITH_TIMEOUT(f.tasks->liveOutput(slow.id, 0).contains(QLatin1String("(6)")), 60000);
    shoot(&window, theme + QStringLiteral("-task-running"));
    QuitDialog quit(1, &window);
    quit.show();
    shoot(&quit, theme + QStringLiteral("-quit"));
    quit.close();
    f.tasks->cancelAll();
    QTRY_COMPARE_WITH_TIMEOUT(f.tasks->running(), 0, 60000);
    window.actions()->action(QStringLiteral("view.tasks"))->setChecked(false);
    window.actions()->action(QStringLiteral("page.history"))->trigger();
    shoot(&window, theme + QStringLiteral("-history"));
    window.findChild<QWidget *>(QStringLiteral("historyPage"))
        ->findChild<QLineEdit *>(QStringLiteral("taskSearch"))
        ->setText(QStringLiteral("nothing like this"));
    shoot(&window, theme + QStringLiteral("-history-no-match"));
    window.findChild<QWidget *>(QStringLiteral("historyPage"))
        ->findChild<QLineEdit *>(QStringLiteral("taskSearch"))
        ->clear();
    window.actions()->action(QStringLiteral("page.overview"))->trigger();
}

void tst_Screenshots::states_data()
{
    QTest::addColumn<QString>("theme");
    QTest::newRow("light") << QStringLiteral("light");
    QTest::newRow("dark") << QStringLiteral("dark");
}

void tst_Screenshots::states()
{
    QFETCH(QString, theme);
    const auto path = [&](const char *name) { return theme + QLatin1Char('-') + QString::fromLatin1(name); };
    WindowFixture f;
    MainWindow &window = f.window();
    window.theme()->setMode(Theme::modeFromName(theme));
    window.resize(1280, 800);
    icons(theme);
    shoot(&window, path("empty-fleet"));

    fill(f);
    const auto id = [&](const QString &name) { return f.fleet.byName(name)->id; };
    shoot(&window, path("overview"));
    OverviewPage *page = window.overview();
    page->selectServer(id(QStringLiteral("claw-fra-2")), QStringLiteral("updates.security"));
    shoot(&window, path("check"));

    // Real connections: one that works (and asks for its key), one that is refused.
    f.sessions->connectServer(id(QStringLiteral("research-gpu")));
    QTRY_COMPARE(f.sessions->status(id(QStringLiteral("research-gpu"))).state, SessionState::Failed);
    if (m_haveSshd) {
        f.sessions->connectServer(id(QStringLiteral("claw-fra-1")));
        auto *dialog = window.findChild<HostKeyDialog *>();
        QTRY_VERIFY(dialog->isVisible());
        auto *pin = dialog->findChild<QPushButton *>(QStringLiteral("pinKey"));
        QTRY_VERIFY(pin->isEnabled());
        shoot(dialog, path("host-key"));
        shoot(&window, path("host-key-waiting"));
        QTest::mouseClick(pin, Qt::LeftButton);
        QTRY_COMPARE(f.sessions->status(id(QStringLiteral("claw-fra-1"))).state, SessionState::Ready);
    }
    page->selectServer(id(QStringLiteral("claw-fra-1")));
    shoot(&window, path("connected"));
    if (m_haveSshd)
        tasks(f, theme);
    page->selectServer(id(QStringLiteral("research-gpu")), QStringLiteral("firewall.active"));
    window.messageBar()->showMessage(
        MessageBar::fromError(QStringLiteral("x"), *f.sessions->status(id(QStringLiteral("research-gpu"))).error));
    shoot(&window, path("stale"));
    page->selectServer(id(QStringLiteral("new-server")));
    shoot(&window, path("not-checked"));
    if (m_haveSshd) {
        f.sessions->disconnectServer(id(QStringLiteral("claw-fra-1")));
        m_sshd.kill();
        QVERIFY(m_sshd.replaceHostKey());
        QVERIFY(m_sshd.start());
        f.sessions->connectServer(id(QStringLiteral("claw-fra-1")));
        QTRY_COMPARE(f.sessions->status(id(QStringLiteral("claw-fra-1"))).state, SessionState::Failed);
        page->selectServer(id(QStringLiteral("claw-fra-1")), QStringLiteral("firewall.active"));
        shoot(&window, path("key-changed"));
    }
    for (const Message &message : QList<Message>(window.messageBar()->messages()))
        window.messageBar()->closeMessage(message.key);
    page->searchField()->setText(QStringLiteral("nothing like this"));
    shoot(&window, path("no-match"));
    page->clearFilters();
    window.actions()->action(QStringLiteral("view.palette"))->trigger();
    QTest::keyClicks(window.findChild<QLineEdit *>(QStringLiteral("paletteQuery")), QStringLiteral("fra"));
    shoot(&window, path("palette"));
    QTest::keyClick(window.findChild<QLineEdit *>(QStringLiteral("paletteQuery")), Qt::Key_Escape);
    page->selectServer(id(QStringLiteral("claw-fra-2")), QStringLiteral("updates.security"));
    window.resize(900, 600);
    shoot(&window, path("small"));
    window.resize(1720, 900);
    shoot(&window, path("wide"));
    page->selectServer(id(QStringLiteral("claw-fra-2")), {});

    ServerDialog edit(&f.fleet, f.sessions->sshConfigFile(), id(QStringLiteral("claw-fra-1")), &window);
    edit.show();
    shoot(&edit, path("edit"));
    edit.findChild<QLineEdit *>(QStringLiteral("name"))->clear();
    QTest::keyClicks(edit.findChild<QLineEdit *>(QStringLiteral("name")), QStringLiteral("old-vps"));
    shoot(&edit, path("edit-problem"));
    edit.close();
    RemoveDialog remove(QStringLiteral("claw-fra-1"), &window);
    remove.show();
    shoot(&remove, path("remove"));
    remove.close();
    QFile config(f.dir.filePath(QStringLiteral("import_config")));
    QVERIFY(config.open(QIODevice::WriteOnly));
    config.write("Host edge\n HostName 192.0.2.4\n User root\nHost old-vps\n HostName 127.0.0.1\nHost inner\n HostName "
                 "10.0.0.9\n ProxyJump edge\n");
    config.close();
    ImportDialog import(&f.fleet, config.fileName(), &window);
    import.show();
    QTest::qWait(600);
    shoot(&import, path("import"));
}

HELMCLAW_VIEWS_TEST_MAIN(tst_Screenshots)
#include "tst_Screenshots.moc"
