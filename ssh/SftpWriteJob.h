// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/SftpJob.h"
#include "ssh/SftpWriteErrors.h"

namespace Helmclaw {

/// Writes a file so that its name never stands for half a content: a new file beside it, owner and mode, fsync(2),
/// rename(2). What remains after a failure, a cancel or a deadline is the old file and nothing else; the new one is
/// removed, after the result has been told if need be.
class SftpWriteJob : public SftpJob
{
public:
    explicit SftpWriteJob(std::shared_ptr<Operation> operation);
    ~SftpWriteJob() override;

    void abort(const Error &error) override;
    void lost(const Error &error) override;

protected:
    void ready() override;
    void work() override;
    [[nodiscard]] bool isDone() const override { return isOver() && !m_cleaning; }
    void ended() override;
    void malformed() override;

private:
    using Then = void (SftpWriteJob::*)();
    [[nodiscard]] const WriteFileSpec &spec() const { return *operation().writeFile; }
    void resolved(const SftpAnswer &answer);
    void examined(const SftpAnswer &answer);
    void makeTemp();
    void tempMade(const SftpAnswer &answer);
    void writeDone(quint32 size, const SftpAnswer &answer);
    void giveOwner();
    void setAttributes(const SftpAttributes &attributes, Then then, Then otherwise);
    void giveGroup();
    void ownerDenied();
    void giveMode();
    void sync();
    void closeTemp();
    void rename();
    void succeed();
    /// Goes on with @p then when the answer is "ok", else ends.
    [[nodiscard]] SftpClient::Answer okThen(Then then);
    void refused(const SftpAnswer::StatusText &status);
    void conclude(const Error &error);
    void cleanUp();
    void cleaned(bool gone);
    void failNow(const Error &error);
    [[nodiscard]] SftpWriteErrors errors() const;

    QByteArray m_target; ///< the path without links
    QByteArray m_temp; ///< set from when its making is asked for until it is gone
    QByteArray m_handle;
    SftpAttributes m_old; ///< of the file to be replaced
    SftpAttributes m_own; ///< of the new one, as the server made it
    WriteFacts m_facts;
    bool m_writing = false;
    qsizetype m_next = 0; ///< the first byte not sent
    qsizetype m_written = 0; ///< bytes that the server has confirmed
    bool m_renaming = false;
    std::optional<Error> m_error; ///< told when the new file is gone
    bool m_cleaning = false;
    EventLoop *m_loop = nullptr;
    EventLoop::Id m_cleanTimer = 0;
};

} // namespace Helmclaw
