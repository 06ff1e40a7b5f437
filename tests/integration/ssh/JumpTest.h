// SPDX-License-Identifier: MIT
#pragma once

#include "PoolTest.h"

namespace Helmclaw::Test {

/// A server behind a jump host.
class JumpTest : public QObject
{
    Q_OBJECT

protected:
    static SshTarget named(SshTarget target, const QString &name)
    {
        target.serverId = name;
        target.name = name;
        return target;
    }
    static SshTarget hop(const SshdFixture &sshd, const QString &name = QStringLiteral("bastion"))
    {
        SshTarget target = named(sshd.target(), name);
        target.serverId.clear();
        return target;
    }
    /// The inner server behind the jump host.
    [[nodiscard]] SshTarget behind(const QString &id = QStringLiteral("srv")) const
    {
        SshTarget target = m_inner->target(id);
        target.jumpHosts = { hop(*m_jump) };
        return target;
    }

    std::unique_ptr<SshdFixture> m_jump;
    std::unique_ptr<SshdFixture> m_inner;

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString missing = SshdFixture::missing(); !missing.isEmpty())
            QSKIP(qPrintable(missing));
    }

    void init()
    {
        m_jump = std::make_unique<SshdFixture>();
        m_jump->addConfig(QStringLiteral("MaxStartups 10:30:100")); // sshd's own default
        QVERIFY(m_jump->start());
        m_inner = std::make_unique<SshdFixture>();
        QVERIFY(m_inner->start());
    }

    void cleanup()
    {
        m_inner.reset();
        m_jump.reset();
    }
};

} // namespace Helmclaw::Test
