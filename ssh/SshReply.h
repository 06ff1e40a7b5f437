// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"
#include "ssh/HostKeyReport.h"
#include "ssh/Secret.h"

#include <QObject>

#include <optional>

namespace Helmclaw {

/// Handle of one operation that SshPool started, in the manner of QNetworkReply: it returns at once, finished() comes
/// exactly once and never from inside the call that started it. Lives in the pool's thread. The caller owns it
/// (deleteLater() in the finished slot); deleting an unfinished reply aborts the operation silently.
class SshReply : public QObject
{
    Q_OBJECT
public:
    [[nodiscard]] QString serverId() const { return m_serverId; }
    [[nodiscard]] bool isFinished() const { return m_finished; }
    /// Set once finished without success.
    [[nodiscard]] const std::optional<Error> &error() const { return m_error; }
    /// Ends the operation; finished() follows with ErrorCode::Cancelled unless it had already finished. For an exec
    /// with ExecOptions::endRemoteOnAbort the remote process group is ended as well.
    virtual void abort() = 0;

Q_SIGNALS:
    void finished();

protected:
    explicit SshReply(QString serverId, QObject *parent = nullptr);
    void finish(std::optional<Error> error);

private:
    QString m_serverId;
    std::optional<Error> m_error;
    bool m_finished = false;
};

/// A remote command. Success (no error()) means: the command ran and ended; its exit status is the caller's to judge.
class ExecReply : public SshReply
{
    Q_OBJECT
public:
    /// 0…255, or -1 when the command was ended by a signal (then exitSignal() names it: "TERM", "KILL";
    /// "unknown" when OpenSSH's ssh carries the session, which does not pass it on).
    [[nodiscard]] int exitStatus() const { return m_exitStatus; }
    [[nodiscard]] QByteArray exitSignal() const { return m_exitSignal; }
    /// Bytes as they came, unvalidated.
    [[nodiscard]] const QByteArray &standardOutput() const { return m_stdout; }
    [[nodiscard]] const QByteArray &standardError() const { return m_stderr; }
    /// True when either stream was longer than its cap; what is kept is the beginning.
    [[nodiscard]] bool isTruncated() const { return m_truncated; }
    /// For ExecOptions::sensitive: the output, moved into secure memory; standardOutput() is empty then.
    [[nodiscard]] Secret takeSensitiveOutput();

Q_SIGNALS:
    /// New bytes, already appended to standardOutput()/standardError(); not emitted for sensitive commands.
    void readyRead();

protected:
    using SshReply::SshReply;
    int m_exitStatus = -1;
    QByteArray m_exitSignal;
    QByteArray m_stdout;
    QByteArray m_stderr;
    Secret m_sensitive;
    bool m_truncated = false;
};

/// A whole small file, read by SFTP (draft-ietf-secsh-filexfer-02, version 3 as OpenSSH speaks it).
class ReadFileReply : public SshReply
{
    Q_OBJECT
public:
    [[nodiscard]] const QByteArray &data() const { return m_data; }
    /// For ReadFileOptions::sensitive: the content in secure memory; data() is empty then.
    [[nodiscard]] Secret takeSensitiveData();
    /// Unix permission bits and times of the file as the server's fstat said; mode is 0 when it did not say.
    [[nodiscard]] quint32 mode() const { return m_mode; }

protected:
    using SshReply::SshReply;
    QByteArray m_data;
    Secret m_sensitive;
    quint32 m_mode = 0;
};

/// What a server shows as its host key, beside what is pinned; or the replacement of a pinned key.
class HostKeyReply : public SshReply
{
    Q_OBJECT
public:
    /// For SshPool::inspectHostKey(), once finished without an error.
    [[nodiscard]] const HostKeyReport &report() const { return m_report; }

protected:
    using SshReply::SshReply;
    HostKeyReport m_report;
};

} // namespace Helmclaw
