// SPDX-License-Identifier: MIT
#include "models/fleet/LoginPrompts.h"

#include "models/fleet/Fleet.h"
#include "models/fleet/ServerSessions.h"
#include "models/keychain/Keychain.h"
#include "ssh/SshPool.h"
#include "tests/support/SecretService.h"

#include <QSignalSpy>
#include <QTest>

using namespace Qt::Literals::StringLiterals;
using namespace Helmclaw;
using Test::SecretService;

/// Which answer of the keychain counts as wrong, and what is said about it; with a real Secret Service. The logins are
/// played: what is looked at is the reaction to their prompts.
class tst_LoginPrompts : public QObject
{
    Q_OBJECT

    static constexpr int patience = 60000;

    Prompt passphrase(quint64 id, quint64 follows = 0) const
    {
        Prompt prompt;
        prompt.id = id;
        prompt.follows = follows;
        prompt.kind = Prompt::Kind::KeyPassphrase;
        prompt.keyFile = m_key;
        prompt.fields = { { u"Passphrase"_s, false } };
        prompt.problem = follows != 0 ? u"The passphrase was wrong."_s : QString();
        prompt.validUntil = QDateTime::currentDateTimeUtc().addSecs(120);
        return prompt;
    }
    void keep(Keychain &keychain, const QByteArray &secret)
    {
        std::optional<bool> stored;
        keychain.store(Keychain::entryForKeyFile(m_key), Secret(secret), this,
                       [&stored](const Result<void> &outcome) { stored = outcome.has_value(); });
        QTRY_VERIFY_WITH_TIMEOUT(stored.has_value(), patience);
        QVERIFY(*stored);
    }
    /// "(none)": nothing; "(error)": it cannot be used.
    QByteArray kept()
    {
        Keychain keychain;
        QByteArray text;
        keychain.find(Keychain::entryForKeyFile(m_key), this, [&text](const auto &found) {
            text = !found ? "(error)" : !*found ? "(none)" : (*found)->view().toByteArray();
        });
        return QTest::qWaitFor([&text] { return !text.isEmpty(); }, patience) ? text : "(silence)";
    }
    /// The jobs of a keychain come one after the other: now all are done.
    void settle() { QVERIFY(kept() != "(silence)"); }

    const QString m_key = u"~/.ssh/id"_s;
    SecretService m_service;

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString why = SecretService::missing(); !why.isEmpty())
            QSKIP(qPrintable(why));
        QVERIFY(m_service.start());
    }

    void onlyTheWrongAnswerIsRemoved()
    {
        SshPool pool;
        Fleet fleet;
        ServerSessions sessions(&fleet, &pool);
        Keychain keychain;
        LoginPrompts prompts(&sessions, &keychain);
        QSignalSpy added(&prompts, &LoginPrompts::added);
        keep(keychain, "right");
        Q_EMIT pool.promptRequested(passphrase(1)); // answered by the keychain, and right
        settle();
        QCOMPARE(added.size(), 0);
        Q_EMIT pool.promptRequested(passphrase(2)); // another login, by the same
        settle();
        QCOMPARE(added.size(), 0);
        Q_EMIT pool.promptRequested(passphrase(9, 8)); // somebody has mistyped elsewhere
        QCOMPARE(added.size(), 1);
        QCOMPARE(prompts.open().constFirst().problem, u"The passphrase was wrong."_s);
        QCOMPARE(kept(), QByteArray("right"));
        Q_EMIT pool.promptRequested(passphrase(10, 2)); // now it is about what the keychain said
        QTRY_COMPARE_WITH_TIMEOUT(added.size(), 2, patience);
        QVERIFY2(prompts.open().constLast().problem.contains(u"has been removed there"_s),
                 qPrintable(prompts.open().constLast().problem));
        QCOMPARE(kept(), QByteArray("(none)"));
    }

    void aNewerOneSurvivesTheOldOnesFailure()
    {
        SshPool pool;
        Fleet fleet;
        ServerSessions sessions(&fleet, &pool);
        Keychain keychain;
        LoginPrompts prompts(&sessions, &keychain);
        QSignalSpy keptSpy(&prompts, &LoginPrompts::kept);
        keep(keychain, "old");
        Q_EMIT pool.promptRequested(passphrase(1));
        Q_EMIT pool.promptRequested(passphrase(2)); // two logins at once
        settle();
        Q_EMIT pool.promptRequested(passphrase(3, 1));
        QTRY_COMPARE_WITH_TIMEOUT(prompts.open().size(), 1, patience);
        std::vector<Secret> answers;
        answers.emplace_back(QByteArrayView("new"));
        prompts.answerAndKeep(3, std::move(answers));
        QTRY_COMPARE_WITH_TIMEOUT(keptSpy.size(), 1, patience);
        Q_EMIT pool.promptRequested(passphrase(4, 2)); // the other one was slower
        QTRY_COMPARE_WITH_TIMEOUT(prompts.open().size(), 1, patience);
        QCOMPARE(kept(), QByteArray("new"));
    }

    void whatWasTypedWrongIsNotKeptForLong()
    {
        SshPool pool;
        Fleet fleet;
        ServerSessions sessions(&fleet, &pool);
        Keychain keychain;
        LoginPrompts prompts(&sessions, &keychain);
        QSignalSpy keptSpy(&prompts, &LoginPrompts::kept);
        QSignalSpy unkept(&prompts, &LoginPrompts::unkept);
        Q_EMIT pool.promptRequested(passphrase(1, 77));
        QCOMPARE(prompts.open().size(), 1);
        std::vector<Secret> answers;
        answers.emplace_back(QByteArrayView("wrong"));
        prompts.answerAndKeep(1, std::move(answers));
        QTRY_COMPARE_WITH_TIMEOUT(keptSpy.size(), 1, patience);
        Q_EMIT pool.promptRequested(passphrase(2, 1));
        QCOMPARE(unkept.size(), 1);
        QTRY_COMPARE_WITH_TIMEOUT(prompts.open().size(), 1, patience);
        QCOMPARE(prompts.open().constFirst().problem, u"The passphrase was wrong."_s);
        QCOMPARE(kept(), QByteArray("(none)"));
    }

    void withoutAPersonNothingElseMayBeAsked()
    {
        SshPool pool;
        Fleet fleet;
        ServerSessions sessions(&fleet, &pool);
        Keychain keychain;
        LoginPrompts prompts(&sessions, &keychain, nullptr, LoginPrompts::Audience::Nobody);
        QSignalSpy added(&prompts, &LoginPrompts::added);
        QSignalSpy failed(&prompts, &LoginPrompts::keychainFailed);
        keep(keychain, "wrong");
        Q_EMIT pool.promptRequested(passphrase(1));
        settle();
        Q_EMIT pool.promptRequested(passphrase(2, 1));
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, patience);
        QVERIFY(failed.constFirst().constFirst().value<Error>().what.contains(u"has been removed there"_s));
        QCOMPARE(added.size(), 0);
        QCOMPARE(kept(), QByteArray("(none)"));
    }

    /// A keychain that waits for its own user must not be mistaken for one that has said no.
    void aSlowKeychain()
    {
        SshPool pool;
        Fleet fleet;
        ServerSessions sessions(&fleet, &pool);
        Keychain keychain(std::chrono::seconds(5));
        LoginPrompts prompts(&sessions, &keychain);
        QSignalSpy lookingUp(&prompts, &LoginPrompts::lookingUp);
        QSignalSpy added(&prompts, &LoginPrompts::added);
        QSignalSpy closed(&prompts, &LoginPrompts::closed);
        keep(keychain, "right");
        m_service.pause();
        Q_EMIT pool.promptRequested(passphrase(1));
        QTRY_COMPARE_WITH_TIMEOUT(lookingUp.size(), 1, patience);
        QCOMPARE(added.size(), 0);
        prompts.askMeanwhile(1); // by hand, then
        QCOMPARE(added.size(), 1);
        QCOMPARE(closed.size(), 1); // the announcement
        m_service.resume(); // it was first after all
        QTRY_COMPARE_WITH_TIMEOUT(closed.size(), 2, patience);
        QVERIFY(prompts.open().isEmpty());

        m_service.pause();
        Q_EMIT pool.promptRequested(passphrase(2, 1));
        QTRY_COMPARE_WITH_TIMEOUT(prompts.open().size(), 1, patience);
        QVERIFY2(prompts.open().constFirst().problem.contains(u"is not known"_s),
                 qPrintable(prompts.open().constFirst().problem));
        m_service.resume();
        QTRY_COMPARE_WITH_TIMEOUT(kept(), QByteArray("(none)"), patience);
    }

    void aStoreThatMayStillSucceed()
    {
        SshPool pool;
        Fleet fleet;
        ServerSessions sessions(&fleet, &pool);
        Keychain keychain(std::chrono::seconds(5));
        LoginPrompts prompts(&sessions, &keychain);
        QSignalSpy failed(&prompts, &LoginPrompts::keepFailed);
        Q_EMIT pool.promptRequested(passphrase(1));
        QTRY_COMPARE_WITH_TIMEOUT(prompts.open().size(), 1, patience);
        m_service.pause();
        std::vector<Secret> answers;
        answers.emplace_back(QByteArrayView("late"));
        prompts.answerAndKeep(1, std::move(answers));
        QTRY_COMPARE_WITH_TIMEOUT(failed.size(), 1, patience);
        const QString what = failed.constFirst().constFirst().value<Error>().what;
        QVERIFY2(what.contains(u"is not known"_s) && !what.contains(u"was not kept"_s), qPrintable(what));
        m_service.resume();
        QTRY_COMPARE_WITH_TIMEOUT(kept(), QByteArray("late"), patience); // it was, in the end
    }

    void withoutAServiceAllIsSaidOnce()
    {
        m_service.stopService();
        SshPool pool;
        Fleet fleet;
        ServerSessions sessions(&fleet, &pool);
        Keychain keychain;
        LoginPrompts prompts(&sessions, &keychain);
        QSignalSpy failed(&prompts, &LoginPrompts::keychainFailed);
        Q_EMIT pool.promptRequested(passphrase(1));
        Q_EMIT pool.promptRequested(passphrase(2));
        QTRY_COMPARE_WITH_TIMEOUT(prompts.open().size(), 2, patience);
        QCOMPARE(failed.size(), 1);
        QVERIFY(prompts.keychainProblem());
    }
};

QTEST_GUILESS_MAIN(tst_LoginPrompts)
#include "tst_LoginPrompts.moc"
