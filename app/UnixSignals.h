// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>

namespace Helmclaw {

/// Turns SIGINT, SIGTERM and SIGHUP into a Qt signal, so that tunnels and remote commands end in order.
/// Handlers that write to a pipe rather than signalfd(2): a blocked signal mask would be inherited by every child, the
/// browser among them. SIGPIPE is ignored: a peer that goes away is an error value, never the end of the program.
/// One object per process.
class UnixSignals : public QObject
{
    Q_OBJECT
public:
    explicit UnixSignals(QObject *parent = nullptr);
    ~UnixSignals() override;

    /// Starts delivering; call once the QCoreApplication exists. Signals that came before are delivered then.
    void start();

Q_SIGNALS:
    void terminationRequested(int signalNumber);
};

} // namespace Helmclaw
