// SPDX-License-Identifier: MIT
#include "ssh/ChangeWatch.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <optional>

#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace Helmclaw {

namespace {

/// The struct that follows the header of a message of @p length bytes; nothing when it is cut.
template <class Body> std::optional<Body> bodyOf(const char *message, std::size_t length)
{
    if (length < NLMSG_HDRLEN + sizeof(Body))
        return std::nullopt;
    Body body;
    std::memcpy(&body, message + NLMSG_HDRLEN, sizeof body);
    return body;
}

/// Addresses of real interfaces and default routes; what containers do among themselves passes by.
bool concernsUs(const nlmsghdr &header, const char *message)
{
    switch (header.nlmsg_type) {
    case RTM_NEWADDR:
    case RTM_DELADDR: {
        static const unsigned loopback = ::if_nametoindex("lo");
        const auto address = bodyOf<ifaddrmsg>(message, header.nlmsg_len);
        // A tentative address cannot be used yet; the kernel tells again when it can.
        return address && address->ifa_index != loopback && (address->ifa_flags & IFA_F_TENTATIVE) == 0;
    }
    case RTM_NEWROUTE:
    case RTM_DELROUTE: {
        const auto route = bodyOf<rtmsg>(message, header.nlmsg_len);
        return route && route->rtm_dst_len == 0 && route->rtm_type == RTN_UNICAST;
    }
    default:
        return false;
    }
}

/// Any message of the @p length bytes at @p buffer.
bool anyConcernsUs(const char *buffer, std::size_t length)
{
    for (std::size_t at = 0; at + sizeof(nlmsghdr) <= length;) {
        nlmsghdr header;
        std::memcpy(&header, buffer + at, sizeof header);
        if (header.nlmsg_len < sizeof header || header.nlmsg_len > length - at)
            return false;
        if (concernsUs(header, buffer + at))
            return true;
        at += NLMSG_ALIGN(header.nlmsg_len);
    }
    return false;
}

} // namespace

ChangeWatch::ChangeWatch(EventLoop &loop, Options options, std::function<void()> changed)
    : m_loop(loop)
    , m_options(std::move(options))
    , m_changed(std::move(changed))
    , m_wake(m_options.interval)
{
    if (!m_options.clocks)
        m_options.clocks = ClockReadings::now;
    listen();
    look();
}

ChangeWatch::~ChangeWatch()
{
    m_loop.unwatch(m_watch);
    m_loop.cancelTimer(m_lookTimer);
    m_loop.cancelTimer(m_settleTimer);
}

void ChangeWatch::look()
{
    m_lookTimer = m_loop.addTimer(m_options.interval, [this] {
        m_lookTimer = 0;
        look();
    });
    if (m_wake.observe(m_options.clocks()))
        m_changed();
}

void ChangeWatch::listen()
{
    FileDescriptor fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE));
    sockaddr_nl address {};
    address.nl_family = AF_NETLINK;
    address.nl_groups = RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_ROUTE;
    if (!fd.isValid() || ::bind(fd.get(), reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        return;
    m_socket = std::move(fd);
    m_watch = m_loop.watch(m_socket.get(), EPOLLIN, [this](std::uint32_t) { readNews(); });
}

void ChangeWatch::readNews()
{
    std::array<char, 16384> buffer {};
    bool ours = false;
    for (;;) {
        const ssize_t length = ::recv(m_socket.get(), buffer.data(), buffer.size(), 0);
        if (length < 0 && errno == ENOBUFS) { // more happened than the kernel kept for us
            ours = true;
            continue;
        }
        if (length <= 0)
            break;
        ours = ours || anyConcernsUs(buffer.data(), static_cast<std::size_t>(length));
    }
    if (!ours)
        return;
    m_loop.cancelTimer(m_settleTimer);
    m_settleTimer = m_loop.addTimer(m_options.settle, [this] {
        m_settleTimer = 0;
        m_changed();
    });
}

} // namespace Helmclaw
