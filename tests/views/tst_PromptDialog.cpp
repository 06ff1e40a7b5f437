// SPDX-License-Identifier: MIT
#include "ScriptedQuestioner.h"
#include "SshdFixture.h"
#include "ViewsTestMain.h"

#include "views/actions/ActionRegistry.h"
#include "views/dialogs/HostKeyDialog.h"
#include "views/dialogs/PromptDialog.h"
#include "views/dialogs/ServerDialog.h"
#include "views/widgets/MessageBar.h"

#include <QCheckBox>
#include <QClipboard>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QWindow>

using namespace Helmclaw;
using Helmclaw::Test::ScriptedQuestioner;
using Helmclaw::Test::SshdFixture;
using Helmclaw::Test::WindowFixture;

/// The window answers the questions of real logins, by real key strokes.
class tst_PromptDialog : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void passphrase();
    void escapeAndCancel_data();
    void escapeAndCancel();
    void serversWords();
    void oneQuestionAtATime();
    void aHostKeyCanBeAskedForFirst();
    void aModalDialogDoesNotShutThemOut();
    void enterPressesTheFocusedButton();
    void severalQuestionsInOneRoundScripted();
    void aPageIsOpenedWhenTheUserSaysSo();
    void keysMeantForSomethingElseAreNotTaken();

private:
    /// A server in the fleet whose host key is pinned.
    static QString addSshd(WindowFixture &f, const SshdFixture &sshd, const QString &name, const QString &key,
                           bool pinned = true)
    {
        if (pinned) {
            QFile own(f.dir.filePath(QStringLiteral("known_hosts")));
            QFile line(sshd.knownHostsFile());
            if (!own.open(QIODevice::Append) || !line.open(QIODevice::ReadOnly))
                return {};
            own.write(line.readAll());
        }
        Server server;
        server.name = name;
        server.host = QStringLiteral("127.0.0.1");
        server.port = sshd.port();
        server.user = sshd.user();
        server.identityFiles = { key };
        return f.fleet.add(server).value_or(QString());
    }
    /// A key with a passphrase, which the server takes.
    static QString lockedKey(const SshdFixture &sshd)
    {
        const QString key = sshd.makeKey(QStringLiteral("locked"), QStringLiteral("open sesame"));
        return sshd.authoriseKey(key) ? key : QString();
    }
    template <class Widget> static Widget *part(const QDialog *dialog, const char *name)
    {
        return dialog->findChild<Widget *>(QString::fromLatin1(name));
    }
};

void tst_PromptDialog::init()
{
    if (const QString missing = SshdFixture::missing(); !missing.isEmpty())
        QSKIP(qPrintable(missing));
}

void tst_PromptDialog::passphrase()
{
    SshdFixture sshd;
    QVERIFY(sshd.start());
    const QString key = lockedKey(sshd);
    WindowFixture f;
    const QString id = addSshd(f, sshd, QStringLiteral("lab1"), key);
    MainWindow &window = f.window();
    auto *dialog = window.findChild<PromptDialog *>();
    QVERIFY(!dialog->isVisible());
    f.sessions->connectServer(id);
    QTRY_VERIFY(dialog->isVisible());
    QVERIFY(!dialog->isModal());
    QCOMPARE(f.sessions->status(id).state, SessionState::Asking);
    QVERIFY(part<QLabel>(dialog, "promptLead")->text().contains(QStringLiteral("lab1")));
    QVERIFY(part<QLabel>(dialog, "promptLead")->text().contains(key));
    QCOMPARE(part<QLabel>(dialog, "promptLead")->textFormat(), Qt::PlainText);
    QVERIFY(!part<QPlainTextEdit>(dialog, "promptSays")->isVisible());
    QVERIFY(part<QLabel>(dialog, "promptTime")->text().contains(QStringLiteral("1:")));
    QLineEdit *field = part<QLineEdit>(dialog, "promptField0");
    QCOMPARE(field->echoMode(), QLineEdit::Password);
    part<QCheckBox>(dialog, "promptReveal")->click();
    QCOMPARE(field->echoMode(), QLineEdit::Normal);
    part<QCheckBox>(dialog, "promptReveal")->click();
    QCOMPARE(field->echoMode(), QLineEdit::Password);

    QTRY_VERIFY(field->hasFocus());
    QTest::keyClicks(field, QStringLiteral("wrong"));
    QTest::keyClick(field, Qt::Key_Return);
    QTRY_VERIFY(dialog->isVisible() && part<QLabel>(dialog, "promptProblem")->isVisible());
    QVERIFY(part<QLabel>(dialog, "promptProblem")->text().contains(QStringLiteral("wrong")));
    field = part<QLineEdit>(dialog, "promptField0");
    QVERIFY(field->text().isEmpty());
    QTRY_VERIFY(field->hasFocus());
    QTest::keyClick(field, Qt::Key_Return); // nothing typed: no answer
    QVERIFY(dialog->isVisible());
    QTest::keyClicks(field, QStringLiteral("open sesame"));
    QTest::keyClick(field, Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(f.sessions->status(id).state, SessionState::Ready, 30000);
    QTRY_VERIFY(!dialog->isVisible());
    QVERIFY(part<QLineEdit>(dialog, "promptField0") == nullptr);
}

void tst_PromptDialog::escapeAndCancel_data()
{
    QTest::addColumn<bool>("escape");
    QTest::newRow("Escape") << true;
    QTest::newRow("Cancel") << false;
}

void tst_PromptDialog::escapeAndCancel()
{
    QFETCH(bool, escape);
    SshdFixture sshd;
    QVERIFY(sshd.start());
    WindowFixture f;
    const QString id = addSshd(f, sshd, QStringLiteral("lab1"), lockedKey(sshd));
    auto *dialog = f.window().findChild<PromptDialog *>();
    f.sessions->connectServer(id);
    QTRY_VERIFY(dialog->isVisible());
    if (escape)
        QTest::keyClick(dialog, Qt::Key_Escape);
    else
        QTest::mouseClick(part<QPushButton>(dialog, "promptCancel"), Qt::LeftButton);
    QTRY_VERIFY(!dialog->isVisible());
    QTRY_COMPARE(f.sessions->status(id).state, SessionState::Failed);
    QCOMPARE(f.sessions->status(id).error->code, ErrorCode::Cancelled);
}

void tst_PromptDialog::serversWords()
{
    if (const QString missing = SshdFixture::missingPam(); !missing.isEmpty())
        QSKIP(qPrintable(missing));
    SshdFixture sshd;
    sshd.setPamScript("i:<b>Only</b> for staff\ne:Your colour: |blue\np:Code: |42\n");
    QVERIFY(sshd.start());
    WindowFixture f;
    const QString id = addSshd(f, sshd, QStringLiteral("lab1"), sshd.path(QStringLiteral("none")));
    auto *dialog = f.window().findChild<PromptDialog *>();
    f.sessions->connectServer(id);
    QTRY_VERIFY(dialog->isVisible());
    auto *says = part<QPlainTextEdit>(dialog, "promptSays");
    QVERIFY(says->isVisible());
    QCOMPARE(says->toPlainText(), QStringLiteral("<b>Only</b> for staff"));
    QLineEdit *colour = part<QLineEdit>(dialog, "promptField0");
    QCOMPARE(colour->echoMode(), QLineEdit::Normal);
    QCOMPARE(colour->accessibleName(), QStringLiteral("Your colour:"));
    QTRY_VERIFY(colour->hasFocus());
    QTest::keyClicks(colour, QStringLiteral("blue"));
    QTest::mouseClick(part<QPushButton>(dialog, "promptContinue"), Qt::LeftButton);
    QTRY_VERIFY(part<QLineEdit>(dialog, "promptField0") != nullptr
                && part<QLineEdit>(dialog, "promptField0")->accessibleName() == QStringLiteral("Code:"));
    QLineEdit *code = part<QLineEdit>(dialog, "promptField0");
    QCOMPARE(code->echoMode(), QLineEdit::Password);
    QTRY_VERIFY(code->hasFocus());
    QTest::keyClicks(code, QStringLiteral("42"));
    QTest::keyClick(code, Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(f.sessions->status(id).state, SessionState::Ready, 30000);
}

void tst_PromptDialog::oneQuestionAtATime()
{
    SshdFixture first;
    SshdFixture second;
    QVERIFY(first.start());
    QVERIFY(second.start());
    WindowFixture f;
    const QString asked = addSshd(f, first, QStringLiteral("asks"), lockedKey(first));
    const QString unknown = addSshd(f, second, QStringLiteral("unknown"), second.identityFile(), false);
    MainWindow &window = f.window();
    auto *prompt = window.findChild<PromptDialog *>();
    auto *hostKey = window.findChild<HostKeyDialog *>();
    f.sessions->connectServer(asked);
    QTRY_VERIFY(prompt->isVisible());
    f.sessions->connectServer(unknown);
    QTRY_COMPARE(f.sessions->status(unknown).state, SessionState::HostKey);
    QTest::qWait(100);
    QVERIFY2(!hostKey->isVisible(), "the keys are in the other question's hands");
    QTest::keyClick(prompt, Qt::Key_Escape);
    QTRY_VERIFY(hostKey->isVisible());
    QVERIFY(!prompt->isVisible());
    // And the other way round.
    QTRY_COMPARE(f.sessions->status(asked).state, SessionState::Failed);
    QTest::qWait(5200); // the refusal of the passphrase holds for a moment
    f.sessions->connectServer(asked);
    QTRY_COMPARE(f.sessions->status(asked).state, SessionState::Asking);
    QTest::qWait(100);
    QVERIFY(!prompt->isVisible());
    QTest::keyClick(hostKey, Qt::Key_Escape);
    QTRY_VERIFY(prompt->isVisible());
}

void tst_PromptDialog::aHostKeyCanBeAskedForFirst()
{
    SshdFixture first;
    SshdFixture second;
    QVERIFY(first.start());
    QVERIFY(second.start());
    WindowFixture f;
    const QString asked = addSshd(f, first, QStringLiteral("asks"), lockedKey(first));
    const QString unknown = addSshd(f, second, QStringLiteral("unknown"), second.identityFile(), false);
    MainWindow &window = f.window();
    auto *prompt = window.findChild<PromptDialog *>();
    auto *hostKey = window.findChild<HostKeyDialog *>();
    f.sessions->connectServer(asked);
    QTRY_VERIFY(prompt->isVisible());
    f.sessions->connectServer(unknown);
    QTRY_VERIFY(window.messageBar()->contains(QStringLiteral("hostkeys")));
    QVERIFY(!hostKey->isVisible());
    for (auto *button : window.messageBar()->findChildren<QPushButton *>()) {
        if (button->text() == QStringLiteral("Show key"))
            QTest::mouseClick(button, Qt::LeftButton);
    }
    QTRY_VERIFY(hostKey->isVisible());
    QVERIFY(!prompt->isVisible());
    QCOMPARE(f.sessions->status(asked).state, SessionState::Asking); // its question is open, and comes back
    QTest::keyClick(hostKey, Qt::Key_Escape);
    QTRY_VERIFY(prompt->isVisible());
    auto *field = part<QLineEdit>(prompt, "promptField0");
    QTRY_VERIFY(field->hasFocus());
    QTest::keyClicks(field, QStringLiteral("open sesame"));
    QTest::keyClick(field, Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(f.sessions->status(asked).state, SessionState::Ready, 30000);
}

void tst_PromptDialog::aModalDialogDoesNotShutThemOut()
{
    SshdFixture sshd;
    QVERIFY(sshd.start());
    WindowFixture f;
    const QString id = addSshd(f, sshd, QStringLiteral("lab1"), lockedKey(sshd), false);
    MainWindow &window = f.window();
    auto *prompt = window.findChild<PromptDialog *>();
    auto *hostKey = window.findChild<HostKeyDialog *>();
    // Real clicks and keys, sent to the window: Qt drops what a modal dialog shuts out.
    WindowFixture::whenDialogOpens<ServerDialog>([&](ServerDialog *form) {
        f.sessions->connectServer(id);
        QTRY_VERIFY(hostKey->isVisible());
        auto *pin = part<QPushButton>(hostKey, "pinKey");
        QTRY_VERIFY(pin->isEnabled());
        QTest::mouseClick(hostKey->windowHandle(), Qt::LeftButton, {}, pin->mapTo(hostKey, pin->rect().center()));
        QTRY_VERIFY(prompt->isVisible());
        auto *field = part<QLineEdit>(prompt, "promptField0");
        QTRY_VERIFY(field->hasFocus());
        for (const char key : QByteArray("open sesame"))
            QTest::keyClick(prompt->windowHandle(), key);
        QTest::keyClick(prompt->windowHandle(), Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(f.sessions->status(id).state, SessionState::Ready, 30000);
        QTRY_VERIFY(!prompt->isVisible());
        QVERIFY(form->isVisible());
        form->reject();
    });
    window.actions()->action(QStringLiteral("fleet.add"))->trigger();
    QCOMPARE(f.sessions->status(id).state, SessionState::Ready);
}

void tst_PromptDialog::enterPressesTheFocusedButton()
{
    SshdFixture sshd;
    QVERIFY(sshd.start());
    WindowFixture f;
    const QString id = addSshd(f, sshd, QStringLiteral("lab1"), lockedKey(sshd));
    auto *dialog = f.window().findChild<PromptDialog *>();
    f.sessions->connectServer(id);
    QTRY_VERIFY(dialog->isVisible());
    auto *field = part<QLineEdit>(dialog, "promptField0");
    QTRY_VERIFY(field->hasFocus());
    QTest::keyClicks(field, QStringLiteral("open sesame"));
    auto *button = part<QPushButton>(dialog, "promptContinue");
    button->setFocus();
    QTest::keyClick(button, Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(f.sessions->status(id).state, SessionState::Ready, 30000);
}

void tst_PromptDialog::severalQuestionsInOneRoundScripted()
{
    const SshdFixture keys; // never started
    const ScriptedQuestioner sshd(keys.path(QStringLiteral("host_key")));
    QVERIFY(sshd.port() != 0);
    WindowFixture f;
    QFile own(f.dir.filePath(QStringLiteral("known_hosts")));
    QVERIFY(own.open(QIODevice::WriteOnly));
    own.write("[127.0.0.1]:" + QByteArray::number(sshd.port()) + ' ' + keys.hostKeyLine() + '\n');
    own.close();
    Server server;
    server.name = QStringLiteral("vault");
    server.host = QStringLiteral("127.0.0.1");
    server.port = sshd.port();
    server.user = keys.user();
    server.identityFiles = { keys.path(QStringLiteral("none")) };
    const QString id = f.fleet.add(server).value_or(QString());
    auto *dialog = f.window().findChild<PromptDialog *>();
    f.sessions->connectServer(id);
    QTRY_VERIFY(dialog->isVisible());
    QCOMPARE(part<QPlainTextEdit>(dialog, "promptSays")->toPlainText(),
             QStringLiteral("The vault\nFor <b>staff</b> only"));
    auto *colour = part<QLineEdit>(dialog, "promptField0");
    auto *code = part<QLineEdit>(dialog, "promptField1");
    QVERIFY(colour != nullptr && code != nullptr && part<QLineEdit>(dialog, "promptField2") == nullptr);
    QCOMPARE(colour->echoMode(), QLineEdit::Normal);
    QCOMPARE(code->echoMode(), QLineEdit::Password);
    QTRY_VERIFY(colour->hasFocus());
    QTest::keyClicks(colour, QString::fromLatin1(ScriptedQuestioner::rightAnswers().at(0)));
    QTest::keyClick(colour, Qt::Key_Return); // on to the next one
    QVERIFY(code->hasFocus());
    QTest::keyClicks(code, QString::fromLatin1(ScriptedQuestioner::rightAnswers().at(1)));
    QTest::keyClick(code, Qt::Key_Return);
    QTRY_COMPARE_WITH_TIMEOUT(f.sessions->status(id).state, SessionState::Ready, 30000);
}

void tst_PromptDialog::aPageIsOpenedWhenTheUserSaysSo()
{
    WindowFixture f;
    auto *dialog = f.window().findChild<PromptDialog *>();
    Prompt prompt; // what tst_SshCheckModeScripted's peer makes the pool ask
    prompt.id = 1;
    prompt.kind = Prompt::Kind::VisitPage;
    prompt.page = QUrl(QStringLiteral("https://login.tailscale.com/a/1234"));
    prompt.validUntil = QDateTime::currentDateTimeUtc().addSecs(100);
    Q_EMIT f.pool->promptRequested(prompt);
    QVERIFY(dialog->isVisible());
    auto *open = part<QPushButton>(dialog, "promptContinue");
    QTRY_VERIFY(open->isEnabled());
    QVERIFY(open->isVisible());
    QVERIFY(f.opened.isEmpty());
    QTest::mouseClick(open, Qt::LeftButton);
    QCOMPARE(f.opened, QList<QUrl> { prompt.page });
    if (const QString shots = qEnvironmentVariable("HELMCLAW_TEST_SHOTS"); !shots.isEmpty())
        dialog->grab().save(shots + QStringLiteral("/prompt-page.png"));
    QTest::mouseClick(part<QPushButton>(dialog, "promptCopy"), Qt::LeftButton);
    QCOMPARE(QGuiApplication::clipboard()->text(), prompt.page.toString());
    QVERIFY(dialog->isVisible());
    Q_EMIT f.pool->promptClosed(1);
    QTRY_VERIFY(!dialog->isVisible());
    // A long address is not shown whole, and copied whole.
    prompt.id = 2;
    prompt.page.setPath(QLatin1Char('/') + QString(300, QLatin1Char('a')));
    Q_EMIT f.pool->promptRequested(prompt);
    QVERIFY(dialog->isVisible());
    if (const QString shots = qEnvironmentVariable("HELMCLAW_TEST_SHOTS"); !shots.isEmpty())
        dialog->grab().save(shots + QStringLiteral("/prompt-long-page.png"));
    QTest::mouseClick(part<QPushButton>(dialog, "promptCopy"), Qt::LeftButton);
    QCOMPARE(QGuiApplication::clipboard()->text(), prompt.page.toString());
    QVERIFY(dialog->width() < 900);
    Q_EMIT f.pool->promptClosed(2);
}

void tst_PromptDialog::keysMeantForSomethingElseAreNotTaken()
{
    SshdFixture sshd;
    QVERIFY(sshd.start());
    WindowFixture f;
    const QString id = addSshd(f, sshd, QStringLiteral("lab1"), lockedKey(sshd));
    auto *dialog = f.window().findChild<PromptDialog *>();
    f.sessions->connectServer(id);
    for (int i = 0; i < 3000 && !dialog->isVisible(); ++i)
        QTest::qWait(5);
    QVERIFY(dialog->isVisible());
    QVERIFY(!part<QLineEdit>(dialog, "promptField0")->isEnabled());
    QVERIFY(!part<QPushButton>(dialog, "promptContinue")->isEnabled());
    QTest::keyClicks(dialog, QStringLiteral("abc"));
    QTRY_VERIFY(part<QLineEdit>(dialog, "promptField0")->isEnabled());
    QVERIFY(part<QLineEdit>(dialog, "promptField0")->text().isEmpty());
}

HELMCLAW_VIEWS_TEST_MAIN(tst_PromptDialog)
#include "tst_PromptDialog.moc"
