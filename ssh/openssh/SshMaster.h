// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/ChildProcess.h"
#include "ssh/SshHandle.h"
#include "ssh/openssh/SshMasterLog.h"

#include <QTemporaryDir>

#include <chrono>
#include <memory>

namespace Helmclaw {

/// A running "ssh -M -N" with its control socket in a folder of its own. With this object's end it gets SIGTERM, later
/// SIGKILL, and its folder goes. It ends by itself when this program does, however that happens; what it then leaves is
/// swept away later. Thread: one at a time.
class SshMaster
{
public:
    /// A folder for the sockets, which only this user may enter; null when none can be made whose path is short enough
    /// for a socket's.
    [[nodiscard]] static std::unique_ptr<QTemporaryDir> makeFolder();
    /// Removes folders in @p place that a program which was killed has left behind: this user's, older than @p age,
    /// with nobody at their sockets. makeFolder() does so once.
    static void sweep(const QString &place, std::chrono::seconds age);
    [[nodiscard]] static QByteArray controlPathIn(const QTemporaryDir &folder);
    [[nodiscard]] static QByteArray helperPathIn(const QTemporaryDir &folder); ///< for a HelperSocket

    /// Null and errno in @p error when it cannot be started. @p loop (a pool's dial loop) ends the child later.
    [[nodiscard]] static std::unique_ptr<SshMaster> start(EventLoop &loop, std::unique_ptr<QTemporaryDir> folder,
                                                          const QList<QByteArray> &command,
                                                          const QList<QByteArray> &environment, int &error);
    ~SshMaster();
    SshMaster(const SshMaster &) = delete;
    SshMaster &operator=(const SshMaster &) = delete;

    [[nodiscard]] const QByteArray &controlPath() const { return m_controlPath; }
    /// True once the control socket is there: ssh has logged in.
    [[nodiscard]] bool isListening() const;
    [[nodiscard]] int logFd() const { return m_errors.get(); }
    /// Takes in what ssh has written; false at its end.
    bool readLog();
    [[nodiscard]] SshMasterLog &log() { return m_log; }
    [[nodiscard]] int endFd() const { return m_end.get(); } ///< readable once ssh has ended

private:
    SshMaster(EventLoop &loop, std::unique_ptr<QTemporaryDir> folder);

    EventLoop &m_loop;
    std::shared_ptr<QTemporaryDir> m_folder;
    QByteArray m_controlPath;
    std::shared_ptr<ChildProcess> m_process;
    FileDescriptor m_errors;
    FileDescriptor m_end;
    SshMasterLog m_log;
};

} // namespace Helmclaw
