// SPDX-License-Identifier: MIT
#pragma once

#include "PoolTest.h"

#include "tests/support/Files.h"

#include <QCryptographicHash>
#include <QFile>

namespace Helmclaw::Test {

/// A server and short cuts for reading files there.
class ReadRangeTest : public QObject
{
    Q_OBJECT

protected:
    using Reply = std::unique_ptr<ReadRangeReply>;
    /// Reads as it comes, and keeps a hash instead of the bytes.
    struct Taker
    {
        explicit Taker(ReadRangeReply *reply)
            : hash(QCryptographicHash::Sha256)
        {
            const auto take = [this, reply] {
                const QByteArray part = reply->readAll();
                size += part.size();
                hash.addData(part);
                most = std::max(most, part.size());
            };
            QObject::connect(reply, &ReadRangeReply::readyRead, reply, take);
            QObject::connect(reply, &ReadRangeReply::finished, reply, take);
        }
        QCryptographicHash hash;
        qint64 size = 0;
        qsizetype most = 0;
    };

    static Reply start(const PoolTest &test, const QString &path, const ReadRangeOptions &options = {})
    {
        return Reply(test.pool->readRange(QStringLiteral("srv"), path, options));
    }
    Reply range(const QString &path, quint64 offset, quint64 length = std::numeric_limits<quint64>::max()) const
    {
        ReadRangeOptions options;
        options.offset = offset;
        options.length = length;
        return start(*m_test, path, options);
    }
    QString make(const QString &name, const QByteArray &content) const
    {
        const QString path = m_sshd->path(name);
        return writeFile(path, content) ? path : QString();
    }
    /// Zeros that take no room on the disk.
    QString makeSparse(const QString &name, qint64 size) const
    {
        QFile file(m_sshd->path(name));
        return file.open(QIODevice::WriteOnly) && file.resize(size) ? file.fileName() : QString();
    }

    std::unique_ptr<SshdFixture> m_sshd;
    std::unique_ptr<PoolTest> m_test;

private Q_SLOTS:
    void initTestCase()
    {
        if (const QString missing = SshdFixture::missing(); !missing.isEmpty())
            QSKIP(qPrintable(missing));
        m_sshd = std::make_unique<SshdFixture>();
        QVERIFY(m_sshd->start());
        m_test = std::make_unique<PoolTest>();
        m_test->pool->setTarget(m_sshd->target());
    }

    void cleanupTestCase()
    {
        m_test.reset();
        m_sshd.reset();
    }
};

} // namespace Helmclaw::Test
