// SPDX-License-Identifier: MIT
#include "views/dialogs/PromptTexts.h"

#include "views/dialogs/PromptDialog.h"

namespace Helmclaw {

QString promptLead(const Prompt &prompt)
{
    switch (prompt.kind) {
    case Prompt::Kind::KeyPassphrase:
        return PromptDialog::tr("%1 needs the passphrase of the key %2").arg(prompt.serverName, prompt.keyFile);
    case Prompt::Kind::KeyboardInteractive:
        return PromptDialog::tr("%1 asks you something").arg(prompt.serverName);
    case Prompt::Kind::Password:
        return PromptDialog::tr("%1 asks for your password").arg(prompt.serverName);
    case Prompt::Kind::TouchKey:
        return PromptDialog::tr("Touch your security key to log in to %1").arg(prompt.serverName);
    case Prompt::Kind::VisitPage:
        return PromptDialog::tr("Confirm the login to %1 in your browser").arg(prompt.serverName);
    }
    return {};
}

QString promptSubject(const Prompt &prompt)
{
    constexpr int longest = 56; ///< one line; whose page it is stands at its beginning
    if (prompt.kind == Prompt::Kind::VisitPage) {
        const QString page = prompt.page.toDisplayString(QUrl::FullyEncoded);
        return page.size() > longest ? page.left(longest) + QChar(0x2026) : page;
    }
    return prompt.keyComment.isEmpty() ? prompt.keyFingerprint
                                       : QStringLiteral("%1\n%2").arg(prompt.keyFingerprint, prompt.keyComment);
}

QString promptMethod(Prompt::Kind kind)
{
    switch (kind) {
    case Prompt::Kind::KeyPassphrase:
        return PromptDialog::tr("Public key; the passphrase stays on this computer");
    case Prompt::Kind::KeyboardInteractive:
        return PromptDialog::tr("Keyboard-interactive; the answer goes to the server");
    case Prompt::Kind::Password:
        return PromptDialog::tr("Password; it goes to the server");
    case Prompt::Kind::TouchKey:
        return PromptDialog::tr("Public key on a security key");
    case Prompt::Kind::VisitPage:
        return PromptDialog::tr("Tailscale SSH; it goes on by itself when you have confirmed");
    }
    return {};
}

} // namespace Helmclaw
