// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/Server.h"

#include <QDialog>

class QComboBox;
class QDialogButtonBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace Helmclaw {

class Fleet;
class HostPreview;
class IdentityList;

/// Adds a server to the fleet or edits one. Every problem is shown in the form; OK is enabled when there is none, and
/// the dialog closes only when the fleet file is written.
class ServerDialog : public QDialog
{
    Q_OBJECT
public:
    /// Neither is owned. @p sshConfigFile empty: ssh's own defaults. An invalid @p serverId adds.
    ServerDialog(Fleet *fleet, const QString &sshConfigFile, const QString &serverId, QWidget *parent = nullptr);

    /// The id of the server that was added or changed; after accept().
    [[nodiscard]] QString serverId() const { return m_original.id; }
    void accept() override;

private:
    [[nodiscard]] Server fromForm() const;
    [[nodiscard]] QString problem(const Server &server) const;
    void buildForm();
    void load(const Server &server);
    void validate();
    void updatePreview();
    void grow();

    Fleet *m_fleet;
    Server m_original; ///< what is edited; keys the form does not know stay as they are
    bool m_isNew;
    bool m_touched = false;
    bool m_nameFollowsHost = false;
    QLineEdit *m_name;
    QLineEdit *m_host;
    QLabel *m_preview;
    QLineEdit *m_user;
    QLineEdit *m_port;
    QLineEdit *m_jump;
    QComboBox *m_backend;
    IdentityList *m_identities;
    QLineEdit *m_tags;
    QLineEdit *m_gatewayPort;
    QLabel *m_problem;
    QDialogButtonBox *m_buttons;
    HostPreview *m_hostPreview;
};

} // namespace Helmclaw
