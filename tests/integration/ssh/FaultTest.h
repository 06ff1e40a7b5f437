// SPDX-License-Identifier: MIT
#pragma once

#include "PoolTest.h"

namespace Helmclaw::Test {

/// A healthy server, and one beside it whose work must go on.
class FaultTest : public QObject
{
    Q_OBJECT

protected:
    /// A server beside the faulty one, with a command that says something all the time.
    class Bystander
    {
    public:
        Bystander(const PoolTest &test, const SshdFixture &sshd)
            : m_test(test)
        {
            test.pool->setTarget(sshd.target(QStringLiteral("bystander")));
            ExecOptions options;
            options.deadline = std::chrono::seconds(600);
            m_reply =
                test.sh(QStringLiteral("while :; do echo x; sleep 0.1; done"), options, QStringLiteral("bystander"));
            m_ready = PoolTest::until([this] { return !m_reply->standardOutput().isEmpty(); });
            m_since = test.pool->sessionStatus(QStringLiteral("bystander")).since;
        }
        /// The same session and the same command go on.
        [[nodiscard]] bool isUnharmed() const
        {
            const qsizetype before = m_reply->standardOutput().size();
            return m_ready && PoolTest::until([&] { return m_reply->standardOutput().size() > before + 2; })
                && !m_reply->isFinished() && m_test.pool->sessionStatus(QStringLiteral("bystander")).since == m_since;
        }

    private:
        const PoolTest &m_test;
        std::unique_ptr<ExecReply> m_reply;
        QDateTime m_since;
        bool m_ready = false;
    };

    static SshPoolOptions hasty()
    {
        SshPoolOptions options;
        options.connectDeadline = std::chrono::seconds(6); // the bystander's, too: it must log in on a busy machine
        options.handshakeDeadline = std::chrono::seconds(6);
        options.authDeadline = std::chrono::seconds(10);
        return options;
    }

    std::unique_ptr<SshdFixture> m_sshd; ///< healthy

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString missing = SshdFixture::missing(); !missing.isEmpty())
            QSKIP(qPrintable(missing));
        m_sshd = std::make_unique<SshdFixture>();
        QVERIFY(m_sshd->start());
    }

    void cleanupTestCase() { m_sshd.reset(); }
};

} // namespace Helmclaw::Test
