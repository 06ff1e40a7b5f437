// SPDX-License-Identifier: MIT
#include "ssh/TcpSocketSource.h"

#include <QCoreApplication>

#include <cstring>

#include <netdb.h>

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(TcpSocketSource)
};

bool numericAddress(const QString &text, SocketAddress &address)
{
    addrinfo hints {};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST; // asks nobody
    addrinfo *found = nullptr;
    if (::getaddrinfo(text.toLatin1().constData(), nullptr, &hints, &found) != 0)
        return false;
    std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
    address.size = found->ai_addrlen;
    ::freeaddrinfo(found);
    return true;
}

} // namespace

TcpSocketSource::TcpSocketSource(EventLoop &loop, Resolver &resolver, SshTarget target, SshErrors errors)
    : m_loop(loop)
    , m_resolver(resolver)
    , m_target(std::move(target))
    , m_errors(std::move(errors))
{
}

void TcpSocketSource::open(OnState onState, Done done)
{
    m_onState = std::move(onState);
    m_done = std::move(done);
    m_resolver.resolve(m_target.host, m_target.port, m_loop,
                       [this, alive = std::weak_ptr<int>(m_alive)](const Resolution &resolution) {
                           if (!alive.expired())
                               resolved(resolution);
                       });
}

void TcpSocketSource::resolved(Resolution resolution)
{
    const SshOptions &options = m_target.options;
    SocketAddress local;
    if (!options.bindAddress.isEmpty() && !numericAddress(options.bindAddress, local)) {
        const Done done = m_done;
        done(tl::unexpected(m_errors.make(
            ErrorCode::InvalidInput, Text::tr("BindAddress %1 is not an address").arg(options.bindAddress),
            Text::tr("Write a numeric address of this computer for BindAddress in your ssh_config"))));
        return;
    }
    int family = local.size != 0 ? local.storage.ss_family : AF_UNSPEC;
    if (options.addressFamily != SshOptions::AddressFamily::Any)
        family = options.addressFamily == SshOptions::AddressFamily::Inet ? AF_INET : AF_INET6;
    if (family != AF_UNSPEC && !resolution.addresses.empty()) {
        std::erase_if(resolution.addresses,
                      [family](const SocketAddress &address) { return address.storage.ss_family != family; });
        if (resolution.addresses.empty())
            resolution.error = EAI_ADDRFAMILY;
    }
    if (resolution.error != 0 || resolution.addresses.empty()) {
        const Done done = m_done; // it may delete us
        done(tl::unexpected(m_errors.resolve(resolveErrorText(resolution.error))));
        return;
    }
    m_onState(SessionState::Connecting);
    m_connector =
        std::make_unique<TcpConnector>(m_loop, resolution.addresses, [this](FileDescriptor socket, int error) {
            const auto keep = std::move(m_connector); // it is calling us
            const Done done = m_done;
            if (error != 0)
                done(tl::unexpected(m_errors.connect(error)));
            else
                done(Opened { std::move(socket), nullptr });
        });
    m_connector->setKeepAlive(options.tcpKeepAlive);
    if (local.size != 0)
        m_connector->bindTo(local);
    m_connector->start();
}

Error TcpSocketSource::timedOut(std::chrono::milliseconds deadline) const
{
    return m_connector != nullptr ? m_errors.connectTimeout(deadline) : m_errors.resolveTimeout(deadline);
}

} // namespace Helmclaw
