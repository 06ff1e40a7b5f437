// SPDX-License-Identifier: MIT
#pragma once

#include "PoolTest.h"

#include "tests/support/Files.h"

#include <QDir>
#include <QFile>

#include <sys/stat.h>

namespace Helmclaw::Test {

/// A server and short cuts for writing files on it and for looking at them there.
class WriteFileTest : public QObject
{
    Q_OBJECT

protected:
    using Reply = std::unique_ptr<WriteFileReply>;

    static Reply write(const PoolTest &test, const QString &path, const QByteArray &content,
                       const WriteFileOptions &options = {})
    {
        return Reply(test.pool->writeFile(QStringLiteral("srv"), path, content, options));
    }
    Reply write(const QString &path, const QByteArray &content, const WriteFileOptions &options = {}) const
    {
        return write(*m_test, path, content, options);
    }
    static struct stat statOf(const QString &path)
    {
        struct stat result
        {
        };
        ::lstat(QFile::encodeName(path).constData(), &result);
        return result;
    }
    static quint32 modeOf(const QString &path) { return statOf(path).st_mode & 07777U; }
    static void put(const QString &path, const QByteArray &content, mode_t mode)
    {
        QVERIFY(writeFile(path, content));
        ::chmod(QFile::encodeName(path).constData(), mode);
    }
    static QStringList filesIn(const QString &folder)
    {
        return QDir(folder).entryList(QDir::AllEntries | QDir::Hidden | QDir::System | QDir::NoDotAndDotDot);
    }
    /// A folder of its own for every test.
    QString folder()
    {
        const QString result = m_sshd->path(QStringLiteral("folder%1").arg(++m_folders));
        QDir().mkpath(result);
        return result;
    }

    std::unique_ptr<SshdFixture> m_sshd;
    std::unique_ptr<PoolTest> m_test;
    int m_folders = 0;

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
