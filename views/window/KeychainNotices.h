// SPDX-License-Identifier: MIT
#pragma once

#include "models/fleet/LoginPrompts.h"
#include "views/WindowModels.h"

namespace Helmclaw {

class MessageBar;

/// What the window says about this computer's keychain: that a login waits for it, that a passphrase was kept (and can
/// be forgotten again), that one was not.
class KeychainNotices : public QObject
{
    Q_OBJECT
public:
    /// Nothing is owned; all must outlive this object.
    KeychainNotices(LoginPrompts *prompts, const WindowModels &models, MessageBar *messages, QObject *parent);

    /// Removes the passphrases of the keys that logins to this server may use, and says which there were.
    void forgetKeysOf(const QString &serverId);

private:
    void tellSearch(const Prompt &prompt);
    void tellKept(const QString &keyFile);
    void forget(const QStringList &keyFiles);
    void tell(const QString &text, const QString &remedy = {});

    LoginPrompts *m_prompts;
    WindowModels m_models;
    MessageBar *m_messages;
};

} // namespace Helmclaw
