// SPDX-License-Identifier: MIT
#pragma once

#include "views/WindowModels.h"
#include "views/widgets/FactsGrid.h"

namespace Helmclaw {

/// What is known about the way to a server: pinned key, negotiated algorithms, credential, last probe, gateway.
class ConnectionFacts : public FactsGrid
{
    Q_OBJECT
public:
    explicit ConnectionFacts(const WindowModels &models, QWidget *parent = nullptr);
    void showServer(const QString &serverId);

private:
    WindowModels m_models;
    int m_way;
    int m_backend;
    int m_sshConfig;
    int m_probed;
    int m_privileges;
    int m_tailnet;
    int m_hostKey;
    int m_keyExchange;
    int m_cipher;
    int m_authenticatedBy;
    int m_gateway;
    int m_address;
};

} // namespace Helmclaw
