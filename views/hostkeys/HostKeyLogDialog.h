// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/HostKeyDecisions.h"

#include <QDialog>

namespace Helmclaw {

/// Every recorded decision about host keys, the newest first. Only shows; a record that cannot be read is said.
class HostKeyLogDialog : public QDialog
{
    Q_OBJECT
public:
    explicit HostKeyLogDialog(const ServerSessions *sessions, QWidget *parent = nullptr);
};

} // namespace Helmclaw
