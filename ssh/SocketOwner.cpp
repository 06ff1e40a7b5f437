// SPDX-License-Identifier: MIT
#include "ssh/SocketOwner.h"

#include "ssh/SshHandle.h"

#include <QByteArray>
#include <QFile>

#include <cerrno>
#include <cstring>

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace Helmclaw {

namespace {

struct Pair
{
    sockaddr_in ours {};
    sockaddr_in peers {};
};

std::optional<uid_t> fromKernel(const Pair &pair, bool &supported)
{
    supported = false;
    const FileDescriptor netlink(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG));
    if (!netlink.isValid())
        return std::nullopt;
    struct
    {
        nlmsghdr header {};
        inet_diag_req_v2 request {};
    } query;
    query.header.nlmsg_len = sizeof query;
    query.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    query.header.nlmsg_flags = NLM_F_REQUEST;
    query.request.sdiag_family = AF_INET;
    query.request.sdiag_protocol = IPPROTO_TCP;
    query.request.idiag_states = 0xffffffffU;
    // Seen from the peer: its own end is the source.
    query.request.id.idiag_sport = pair.peers.sin_port;
    query.request.id.idiag_dport = pair.ours.sin_port;
    query.request.id.idiag_src[0] = pair.peers.sin_addr.s_addr;
    query.request.id.idiag_dst[0] = pair.ours.sin_addr.s_addr;
    query.request.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
    query.request.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    if (::send(netlink.get(), &query, sizeof query, 0) != ssize_t(sizeof query))
        return std::nullopt;
    alignas(nlmsghdr) char buffer[8192];
    // The kernel answers a lookup within send(); MSG_DONTWAIT makes sure that a surprise cannot hold the loop.
    const ssize_t got = ::recv(netlink.get(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (got < ssize_t(sizeof(nlmsghdr)))
        return std::nullopt;
    nlmsghdr header;
    std::memcpy(&header, buffer, sizeof header);
    if (header.nlmsg_type == NLMSG_ERROR && got >= ssize_t(NLMSG_LENGTH(sizeof(nlmsgerr)))) {
        nlmsgerr error;
        std::memcpy(&error, buffer + NLMSG_HDRLEN, sizeof error);
        supported = error.error == -ENOENT || error.error == -ESTALE; // it looked, and there is no such socket
        return std::nullopt;
    }
    if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY || got < ssize_t(NLMSG_LENGTH(sizeof(inet_diag_msg))))
        return std::nullopt;
    supported = true;
    inet_diag_msg answer;
    std::memcpy(&answer, buffer + NLMSG_HDRLEN, sizeof answer);
    const bool exact = answer.id.idiag_sport == pair.peers.sin_port && answer.id.idiag_dport == pair.ours.sin_port
        && answer.id.idiag_src[0] == pair.peers.sin_addr.s_addr && answer.id.idiag_dst[0] == pair.ours.sin_addr.s_addr;
    // Without a descriptor any more (TIME_WAIT and the like) a socket has no owner: inode 0.
    if (!exact || answer.idiag_inode == 0)
        return std::nullopt;
    return answer.idiag_uid;
}

std::optional<uid_t> fromProc(const Pair &pair)
{
    const auto place = [](const sockaddr_in &address) {
        return QByteArray::number(address.sin_addr.s_addr, 16).rightJustified(8, '0').toUpper() + ':'
            + QByteArray::number(ntohs(address.sin_port), 16).rightJustified(4, '0').toUpper();
    };
    const QByteArray wanted = place(pair.peers) + ' ' + place(pair.ours) + ' ';
    QFile file(QStringLiteral("/proc/net/tcp"));
    if (!file.open(QIODevice::ReadOnly))
        return std::nullopt;
    for (QByteArray line = file.readLine(); !line.isEmpty(); line = file.readLine()) {
        if (!line.contains(wanted))
            continue;
        // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode
        const QList<QByteArray> words = line.simplified().split(' ');
        bool ok = false;
        const uint uid = words.value(7).toUInt(&ok);
        if (ok && words.value(9) != "0")
            return uid;
        return std::nullopt;
    }
    return std::nullopt;
}

} // namespace

std::optional<uid_t> SocketOwner::ofPeer(int fd)
{
    Pair pair;
    socklen_t size = sizeof pair.ours;
    if (::getsockname(fd, reinterpret_cast<sockaddr *>(&pair.ours), &size) != 0 || pair.ours.sin_family != AF_INET)
        return std::nullopt;
    size = sizeof pair.peers;
    if (::getpeername(fd, reinterpret_cast<sockaddr *>(&pair.peers), &size) != 0)
        return std::nullopt;
    bool supported = false;
    const std::optional<uid_t> owner = fromKernel(pair, supported);
    return supported ? owner : fromProc(pair);
}

} // namespace Helmclaw
