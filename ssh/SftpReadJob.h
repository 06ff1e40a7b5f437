// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/SftpFileReader.h"
#include "ssh/SftpJob.h"

#include <memory>
#include <vector>

namespace Helmclaw {

/// Reads a whole small file, or streams a range of a file of any size to a taker that says how far it has come.
class SftpReadJob : public SftpJob
{
public:
    explicit SftpReadJob(std::shared_ptr<Operation> operation);
    ~SftpReadJob() override;

protected:
    void ready() override;
    void work() override;

private:
    [[nodiscard]] bool isStream() const { return operation().readRange.has_value(); }
    [[nodiscard]] const QByteArray &path() const;
    void opened(const SftpAnswer &answer);
    void described(const SftpAnswer &answer);
    void startReading(quint64 size);
    void take(QByteArray part);
    void succeed();
    void tooLarge();
    void watchForStall();

    QByteArray m_handle;
    FileFacts m_facts;
    std::unique_ptr<SftpFileReader> m_reader;
    std::vector<QByteArray> m_parts; ///< of a whole file
    quint64 m_received = 0;
    EventLoop *m_loop = nullptr;
    EventLoop::Id m_stallTimer = 0;
    EventLoop::Clock::time_point m_lastNews;
};

} // namespace Helmclaw
