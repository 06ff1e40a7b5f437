// SPDX-License-Identifier: MIT
#include "SshdFixture.h"
#include "ViewsTestMain.h"

#include "models/keychain/Keychain.h"
#include "tests/support/SecretService.h"
#include "views/actions/ActionRegistry.h"
#include "views/dialogs/PromptDialog.h"
#include "views/overview/OverviewPage.h"
#include "views/widgets/MessageBar.h"

#include <QCheckBox>
#include <QFile>
#include <QLabel>
#include <QLineEdit>

using namespace Helmclaw;
using Helmclaw::Test::SecretService;
using Helmclaw::Test::SshdFixture;
using Helmclaw::Test::WindowFixture;

/// The window keeps a key's passphrase in a real keychain and never asks for it again; real logins, real key strokes.
class tst_PromptKeychain : public QObject
{
    Q_OBJECT

    SecretService m_service;
    std::unique_ptr<SshdFixture> m_sshd;
    QString m_key;

    /// A fleet of one server that takes the key.
    QString add(WindowFixture &f) const
    {
        QFile::copy(m_sshd->knownHostsFile(), f.dir.filePath(QStringLiteral("known_hosts")));
        Server server;
        server.name = QStringLiteral("lab1");
        server.host = QStringLiteral("127.0.0.1");
        server.port = m_sshd->port();
        server.user = m_sshd->user();
        server.identityFiles = { m_key };
        return f.fleet.add(server).value_or(QString());
    }
    template <class Widget> static Widget *part(const QDialog *dialog, const char *name)
    {
        return dialog->findChild<Widget *>(QString::fromLatin1(name));
    }
    static void type(PromptDialog *dialog, const char *passphrase)
    {
        auto *field = part<QLineEdit>(dialog, "promptField0");
        QTRY_VERIFY(field->hasFocus());
        QTest::keyClicks(field, QString::fromLatin1(passphrase));
        QTest::keyClick(field, Qt::Key_Return);
    }
    void keep(const QByteArray &passphrase)
    {
        Keychain keychain;
        bool stored = false;
        keychain.store(Keychain::entryForKeyFile(m_key), Secret(passphrase), this,
                       [&stored](const Result<void> &outcome) { stored = outcome.has_value(); });
        QTRY_VERIFY_WITH_TIMEOUT(stored, 60000);
    }
    static void shoot(WindowFixture &f, const char *name)
    {
        if (const QString folder = qEnvironmentVariable("HELMCLAW_TEST_SHOTS"); !folder.isEmpty())
            f.window().grab().save(QStringLiteral("%1/%2.png").arg(folder, QLatin1String(name)));
    }
    /// What the keychain has for the key; "(none)" for nothing, "(error)" when it cannot be used.
    QString kept() const
    {
        Keychain keychain;
        QString text;
        QObject context;
        keychain.find(Keychain::entryForKeyFile(m_key), &context, [&text](const auto &found) {
            text = !found ? QStringLiteral("(error)")
                : !*found ? QStringLiteral("(none)")
                          : QString::fromUtf8((*found)->view().toByteArray());
        });
        return QTest::qWaitFor([&text] { return !text.isEmpty(); }, 60000) ? text : QStringLiteral("(silence)");
    }

private Q_SLOTS:
    void initTestCase()
    {
        for (const QString &why : { SshdFixture::missing(), SecretService::missing() }) {
            if (!why.isEmpty())
                QSKIP(qPrintable(why));
        }
        QVERIFY(m_service.start());
        m_sshd = std::make_unique<SshdFixture>();
        QVERIFY(m_sshd->start());
        m_key = m_sshd->makeKey(QStringLiteral("locked"), QStringLiteral("open sesame"));
        QVERIFY(m_sshd->authoriseKey(m_key));
    }
    void cleanupTestCase() { m_sshd.reset(); }

    void aWrongOneIsNotKept()
    {
        Keychain keychain;
        WindowFixture f;
        f.keychain = &keychain;
        const QString id = add(f);
        auto *dialog = f.window().findChild<PromptDialog *>();
        f.sessions->connectServer(id);
        QTRY_VERIFY(dialog->isVisible());
        auto *keep = part<QCheckBox>(dialog, "promptKeep");
        QVERIFY(keep->isVisible() && keep->isEnabled() && !keep->isChecked());
        QVERIFY(!part<QLabel>(dialog, "promptKeepProblem")->isVisible());
        keep->click();
        type(dialog, "wrong");
        QTRY_VERIFY(dialog->isVisible() && part<QLabel>(dialog, "promptProblem")->isVisible());
        QCOMPARE(part<QLabel>(dialog, "promptProblem")->text(), QStringLiteral("The passphrase was wrong."));
        QVERIFY(!keep->isChecked());
        QVERIFY(f.window().messageBar()->messages().isEmpty()); // nothing says that it was kept
        type(dialog, "open sesame"); // and not to be kept
        QTRY_COMPARE_WITH_TIMEOUT(f.sessions->status(id).state, SessionState::Ready, 30000);
        QCOMPARE(kept(), QStringLiteral("(none)"));
    }

    void keepsIt()
    {
        Keychain keychain;
        WindowFixture f;
        f.keychain = &keychain;
        const QString id = add(f);
        auto *dialog = f.window().findChild<PromptDialog *>();
        f.sessions->connectServer(id);
        QTRY_VERIFY(dialog->isVisible());
        part<QCheckBox>(dialog, "promptKeep")->click();
        type(dialog, "open sesame");
        QTRY_COMPARE_WITH_TIMEOUT(f.sessions->status(id).state, SessionState::Ready, 30000);
        QTRY_COMPARE(kept(), QStringLiteral("open sesame"));
        // And forgets it, where it says so and later.
        const MessageBar *messages = f.window().messageBar();
        QTRY_VERIFY(messages->contains(QStringLiteral("keychain.kept.") + m_key));
        shoot(f, "keychain-kept");
        messages->messages().constFirst().buttons.constFirst().action();
        QTRY_COMPARE(kept(), QStringLiteral("(none)"));
        QTRY_VERIFY(messages->messages().constFirst().text.contains(QStringLiteral("Forgotten")));
        shoot(f, "keychain-forgotten");
        keep("open sesame");
        f.window().findChild<OverviewPage *>()->selectServer(id);
        QAction *forget = f.window().actions()->action(QStringLiteral("server.forget-passphrases"));
        QTRY_VERIFY(forget->isEnabled());
        forget->trigger();
        QTRY_COMPARE(kept(), QStringLiteral("(none)"));
        forget->trigger();
        QTRY_VERIFY(messages->messages().constFirst().text.contains(QStringLiteral("has no passphrase")));
        keep("open sesame");
    }

    void aSlowKeychainIsSaidAndNotWaitedFor()
    {
        Keychain keychain;
        WindowFixture f;
        f.keychain = &keychain;
        const QString id = add(f);
        auto *dialog = f.window().findChild<PromptDialog *>();
        MessageBar *messages = f.window().messageBar();
        m_service.pause();
        f.sessions->connectServer(id);
        const bool told = QTest::qWaitFor([&] { return !messages->messages().isEmpty(); }, 60000);
        shoot(f, "keychain-search");
        const QString text = told ? messages->messages().constFirst().text : QString();
        const bool quiet = !dialog->isVisible(); // the desktop may be asking for the keychain's password
        if (told) {
            const auto act = messages->messages().constFirst().buttons.constFirst().action;
            messages->closeMessage(messages->messages().constFirst().key); // as a press on it does
            act();
        }
        const bool asked = dialog->isVisible();
        m_service.resume();
        QVERIFY(told && quiet && asked);
        QVERIFY2(text.contains(QStringLiteral("Looking in this computer's keychain")), qPrintable(text));
        // The keychain is first, and the question goes.
        QTRY_COMPARE_WITH_TIMEOUT(f.sessions->status(id).state, SessionState::Ready, 60000);
        QTRY_VERIFY(!dialog->isVisible());
    }

    void doesNotAskAgain()
    {
        Keychain keychain;
        WindowFixture f;
        f.keychain = &keychain;
        const QString id = add(f);
        auto *dialog = f.window().findChild<PromptDialog *>();
        bool asked = false;
        connect(dialog, &PromptDialog::activeChanged, this, [&asked] { asked = true; });
        f.sessions->connectServer(id);
        QTRY_COMPARE_WITH_TIMEOUT(f.sessions->status(id).state, SessionState::Ready, 30000);
        QVERIFY(!asked);
    }

    void oneThatHasBecomeWrongIsRemovedAndAskedFor()
    {
        QVERIFY(SshdFixture::run(QStringLiteral("ssh-keygen"),
                                 { QStringLiteral("-p"), QStringLiteral("-P"), QStringLiteral("open sesame"),
                                   QStringLiteral("-N"), QStringLiteral("another one"), QStringLiteral("-f"), m_key }));
        Keychain keychain;
        WindowFixture f;
        f.keychain = &keychain;
        const QString id = add(f);
        auto *dialog = f.window().findChild<PromptDialog *>();
        f.sessions->connectServer(id);
        QTRY_VERIFY(dialog->isVisible());
        const QString problem = part<QLabel>(dialog, "promptProblem")->text();
        QVERIFY2(problem.contains(QStringLiteral("keychain is wrong")), qPrintable(problem));
        QTRY_COMPARE(kept(), QStringLiteral("(none)"));
        type(dialog, "another one");
        QTRY_COMPARE_WITH_TIMEOUT(f.sessions->status(id).state, SessionState::Ready, 30000);
        QCOMPARE(kept(), QStringLiteral("(none)"));
    }

    void whatGoesToAServerIsNeverKept()
    {
        if (const QString missing = SshdFixture::missingPam(); !missing.isEmpty())
            QSKIP(qPrintable(missing));
        SshdFixture sshd;
        sshd.setPamScript("p:Code: |42\n");
        QVERIFY(sshd.start());
        Keychain keychain;
        WindowFixture f;
        f.keychain = &keychain;
        QVERIFY(QFile::copy(sshd.knownHostsFile(), f.dir.filePath(QStringLiteral("known_hosts"))));
        Server server;
        server.name = server.host = QStringLiteral("127.0.0.1");
        server.port = sshd.port();
        server.user = sshd.user();
        server.identityFiles = { sshd.path(QStringLiteral("none")) };
        const QString id = f.fleet.add(server).value_or(QString());
        auto *dialog = f.window().findChild<PromptDialog *>();
        f.sessions->connectServer(id);
        QTRY_VERIFY(dialog->isVisible());
        QVERIFY(!part<QCheckBox>(dialog, "promptKeep")->isVisible());
        type(dialog, "42");
        QTRY_COMPARE_WITH_TIMEOUT(f.sessions->status(id).state, SessionState::Ready, 30000);
    }

    void withoutAServiceTheReasonIsShown()
    {
        m_service.stopService();
        Keychain keychain;
        WindowFixture f;
        f.keychain = &keychain;
        const QString id = add(f);
        auto *dialog = f.window().findChild<PromptDialog *>();
        f.sessions->connectServer(id);
        QTRY_VERIFY(dialog->isVisible());
        QVERIFY(!part<QCheckBox>(dialog, "promptKeep")->isEnabled());
        const auto *why = part<QLabel>(dialog, "promptKeepProblem");
        QVERIFY(why->isVisible());
        QVERIFY2(why->text().contains(QStringLiteral("cannot be used")), qPrintable(why->text()));
        type(dialog, "another one"); // the login itself does not mind
        QTRY_COMPARE_WITH_TIMEOUT(f.sessions->status(id).state, SessionState::Ready, 30000);
        QCOMPARE(kept(), QStringLiteral("(error)"));
    }
};

HELMCLAW_VIEWS_TEST_MAIN(tst_PromptKeychain)
#include "tst_PromptKeychain.moc"
