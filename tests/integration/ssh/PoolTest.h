// SPDX-License-Identifier: MIT
#pragma once

#include "SshdFixture.h"

#include "ssh/SshPool.h"

#include <QSignalSpy>
#include <QTest>

#include <memory>

namespace Helmclaw::Test {

/// A pool whose own known_hosts lies in a temporary folder, and short cuts for waiting.
class PoolTest
{
public:
    explicit PoolTest(SshPoolOptions options = {}, const QString &sshHelper = QStringLiteral(HELMCLAW_SSH_HELPER))
    {
        options.ownKnownHostsFile = ownKnownHosts();
        options.sshHelper = sshHelper;
        pool = std::make_unique<SshPool>(options);
    }
    [[nodiscard]] QString ownKnownHosts() const { return dir.filePath(QStringLiteral("own/known_hosts")); }

    /// Waits for finished(); false when it does not come.
    template <class Reply> [[nodiscard]] static bool wait(Reply *reply, int milliseconds = 30000)
    {
        QSignalSpy spy(reply, &Reply::finished);
        return reply->isFinished() || spy.wait(milliseconds);
    }
    template <class Predicate> [[nodiscard]] static bool until(Predicate predicate, int milliseconds = 30000)
    {
        return QTest::qWaitFor(predicate, milliseconds);
    }
    /// Runs "sh -c TEXT"; owned by the caller.
    [[nodiscard]] std::unique_ptr<ExecReply> sh(const QString &text, const ExecOptions &options = {},
                                                const QString &server = QStringLiteral("srv")) const
    {
        return std::unique_ptr<ExecReply>(
            pool->exec(server, CommandLine(QStringLiteral("sh"), { QStringLiteral("-c"), text }), options));
    }

    QTemporaryDir dir;
    std::unique_ptr<SshPool> pool;
};

/// The suite runs a second time, carried by OpenSSH's ssh; what that does differently a test says there.
[[nodiscard]] inline bool onOpenSsh()
{
    return qEnvironmentVariable("HELMCLAW_TEST_SSH_BACKEND") == QLatin1String("openssh");
}

/// How the finished @p reply ended; ErrorCode::Internal when it succeeded, which no test expects as a failure.
template <class Reply> [[nodiscard]] ErrorCode codeOf(const Reply &reply)
{
    return reply.error() ? reply.error()->code : ErrorCode::Internal;
}

} // namespace Helmclaw::Test

/// Fails with the error's text when @p reply ended with one.
#define VERIFY_SUCCESS(reply)                                                                                          \
    QVERIFY2(!(reply)->error(), (reply)->error() ? qPrintable((reply)->error()->toString()) : "")
