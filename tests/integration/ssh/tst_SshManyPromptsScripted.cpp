// SPDX-License-Identifier: MIT
#include "PoolTest.h"
#include "PromptTester.h"
#include "ScriptedQuestioner.h"

using namespace Helmclaw;
using namespace Helmclaw::Test;

/// Several questions in one round of keyboard-interactive are one prompt with several fields.
class tst_SshManyPromptsScripted : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void oneRoundIsOnePrompt()
    {
        if (const QString missing = SshdFixture::missing(); !missing.isEmpty())
            QSKIP(qPrintable(missing));
        SshdFixture keys; // never started
        ScriptedQuestioner server(keys.path(QStringLiteral("host_key")));
        QVERIFY(server.port() != 0);
        SshTarget target = keys.target();
        target.port = server.port();
        target.hostKeyAlias = keys.target().knownHostsName();
        target.identityFiles.clear();
        PoolTest test;
        PromptTester user(test.pool.get());
        user.onPrompt([&user](const Prompt &prompt) {
            user.answer(prompt.id,
                        user.shown.size() == 1 ? QList<QByteArray> { "42", "blue" }
                                               : ScriptedQuestioner::rightAnswers());
        });
        test.pool->setTarget(target);
        auto reply = test.sh(QStringLiteral("true"));
        QVERIFY(PoolTest::wait(reply.get()));
        VERIFY_SUCCESS(reply);
        QCOMPARE(user.shown.size(), 2);
        const Prompt &first = user.shown.first();
        QCOMPARE(first.kind, Prompt::Kind::KeyboardInteractive);
        QCOMPARE(first.title, QStringLiteral("The vault"));
        QCOMPARE(first.instruction, QStringLiteral("For <b>staff</b> only"));
        QCOMPARE(first.fields,
                 (QList<PromptField> { { QStringLiteral("Colour:"), true }, { QStringLiteral("Code:"), false } }));
        QVERIFY(first.problem.isEmpty());
        QVERIFY(!user.shown.at(1).problem.isEmpty()); // in the wrong order they were wrong
    }
};

QTEST_GUILESS_MAIN(tst_SshManyPromptsScripted)
#include "tst_SshManyPromptsScripted.moc"
