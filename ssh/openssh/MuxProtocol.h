// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Channel.h"
#include "ssh/WireFormat.h"

#include <QByteArray>

#include <optional>

namespace Helmclaw::Mux {

/// The protocol between an OpenSSH client and its ControlMaster, version 4 (PROTOCOL.mux; unchanged since OpenSSH 5.6).
/// One connection to the master's socket is one channel.
enum Message : quint32 {
    Hello = 0x00000001,
    NewSession = 0x10000002,
    NewStdioForward = 0x10000008,
    PermissionDenied = 0x80000002,
    Failure = 0x80000003,
    ExitMessage = 0x80000004,
    SessionOpened = 0x80000006,
};

constexpr quint32 version = 4;
/// Longer than anything that a master says; what is longer is no mux protocol.
constexpr quint32 maxMessage = 256 * 1024;

/// Our greeting and the request for a channel. Right behind it the descriptors have to be sent, each with one byte:
/// standard input, output and, for what is no forwarding, error.
[[nodiscard]] QByteArray request(const ChannelRequest &what);

/// One message of the master.
struct Reply
{
    quint32 type = 0;
    quint32 version = 0; ///< Hello
    quint32 exitStatus = 0; ///< ExitMessage
    QByteArray reason; ///< Failure, PermissionDenied
};

/// Takes the first whole message off @p buffer; nothing when there is none yet. @p broken: it is no mux protocol.
[[nodiscard]] std::optional<Reply> takeReply(QByteArray &buffer, bool &broken);

} // namespace Helmclaw::Mux
