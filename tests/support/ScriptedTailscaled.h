// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QMutex>
#include <QString>
#include <QTemporaryDir>
#include <QThread>

QT_BEGIN_NAMESPACE
class QLocalServer;
QT_END_NAMESPACE

namespace Helmclaw::Test {

/// Stands in for tailscaled's LocalAPI, which cannot be had from Debian: answers every request on a unix socket with
/// what the test gave it, recorded answers of a real one (tests/fixtures/tailscale) as a rule. In a thread of its own,
/// so that tests may wait for child processes.
class ScriptedTailscaled
{
public:
    ScriptedTailscaled();
    ~ScriptedTailscaled();
    ScriptedTailscaled(const ScriptedTailscaled &) = delete;
    ScriptedTailscaled &operator=(const ScriptedTailscaled &) = delete;

    [[nodiscard]] QString socket() const { return m_dir.filePath(QStringLiteral("tailscaled.sock")); }
    /// "200 OK" with @p json, chunked in small pieces as Go's server does it.
    void setStatus(const QByteArray &json);
    void setStatus(const QJsonObject &root);
    /// Any bytes; empty: accepts and never answers.
    void setAnswer(const QByteArray &bytes);
    /// Ends, and leaves no socket behind.
    void stop();
    [[nodiscard]] QByteArray lastRequest() const;
    [[nodiscard]] int requests() const;

    /// A file of tests/fixtures/tailscale.
    [[nodiscard]] static QByteArray recorded(const char *file);
    /// The recorded running tailnet, with a network interface (it was recorded without one).
    [[nodiscard]] static QJsonObject running();
    /// Replaces fields of the peer that calls itself @p hostName.
    [[nodiscard]] static QJsonObject withPeer(QJsonObject root, const QString &hostName, const QJsonObject &fields);
    [[nodiscard]] static QByteArray chunked(const QByteArray &body);

private:
    QTemporaryDir m_dir;
    QThread m_thread;
    QLocalServer *m_server = nullptr;
    mutable QMutex m_mutex;
    QByteArray m_answer;
    QByteArray m_request;
    int m_requests = 0;
};

} // namespace Helmclaw::Test
