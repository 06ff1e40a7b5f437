// SPDX-License-Identifier: MIT
#include "ssh/openssh/MuxProtocol.h"

namespace Helmclaw::Mux {

namespace {

constexpr quint32 requestId = 1; // a connection makes one request
constexpr quint32 noEscapeCharacter = 0xffffffff;

WireWriter begin(quint32 type)
{
    return WireWriter().number32(type);
}

} // namespace

QByteArray request(const ChannelRequest &what)
{
    WireWriter body;
    if (what.kind == ChannelRequest::Kind::Forward) {
        body = begin(NewStdioForward).number32(requestId).string({}).string(what.text).number32(what.port);
    } else {
        body = begin(NewSession)
                   .number32(requestId)
                   .string({}) // reserved
                   .number32(0) // no terminal
                   .number32(0) // no X11
                   .number32(0) // no agent
                   .number32(what.kind == ChannelRequest::Kind::Subsystem ? 1 : 0)
                   .number32(noEscapeCharacter)
                   .string({}) // the terminal's type
                   .string(what.text);
    }
    return WireWriter().string(begin(Hello).number32(version).bytes()).string(body.bytes()).bytes();
}

std::optional<Reply> takeReply(QByteArray &buffer, bool &broken)
{
    WireReader outer(buffer);
    const quint32 size = outer.number32();
    broken = !outer.isBroken() && (size > maxMessage || size < sizeof(quint32));
    if (outer.isBroken() || broken || quint64(buffer.size()) < sizeof(quint32) + quint64(size))
        return std::nullopt;
    const qsizetype whole = qsizetype(sizeof(quint32)) + qsizetype(size);
    WireReader fields(QByteArrayView(buffer).first(whole).sliced(qsizetype(sizeof(quint32))));
    Reply reply;
    reply.type = fields.number32();
    switch (reply.type) {
    case Hello:
        reply.version = fields.number32();
        break;
    case ExitMessage:
        std::ignore = fields.number32(); // the session's number
        reply.exitStatus = fields.number32();
        break;
    case Failure:
    case PermissionDenied:
        std::ignore = fields.number32(); // the request's number
        reply.reason = fields.string().toByteArray();
        break;
    default:
        break;
    }
    broken = fields.isBroken();
    buffer.remove(0, whole);
    if (broken)
        return std::nullopt;
    return reply;
}

} // namespace Helmclaw::Mux
