// SPDX-License-Identifier: MIT
// The part of SshErrors that is about logging in.
#include "ssh/SshErrors.h"

namespace Helmclaw {

Error SshErrors::auth(const AuthReport &report) const
{
    QStringList what;
    QStringList remedy;
    const QString separator = QStringLiteral(", ");
    if (!report.accepted.isEmpty()) {
        what +=
            tr("%1 accepted %2 but wants a further proof").arg(m_target.toString(), report.accepted.join(separator));
    }
    if (report.refusedAnswers > 0) {
        what += tr("%1 refused %n answer(s)", nullptr, report.refusedAnswers).arg(m_target.toString());
        remedy += tr("Check the user's name, the password or code, and the clock of whatever makes the codes.");
    }
    if (!report.offered.isEmpty()) {
        what += tr("%1 refused the login; offered: %2").arg(m_target.toString(), report.offered.join(separator));
        remedy += tr("Put the right public key into the user's ~/.ssh/authorized_keys on the server, or set the right "
                     "user and identity file.");
    } else if (report.accepted.isEmpty() && report.refusedAnswers == 0) {
        what += tr("no key to offer to %1").arg(m_target.toString());
        remedy += tr("Add a key to ssh-agent with \"ssh-add\", or set the server's identity file.");
    }
    if (!report.methods.isEmpty())
        what += tr("the server accepts %1").arg(report.methods.join(separator));
    if (report.nobodyToAsk) {
        what += tr("nobody could be asked for a passphrase, password or code");
        remedy += tr("Log in where questions can be answered: in the window, or with helmclawctl on a terminal.");
    }
    if (report.leftOut > 0) {
        what += tr("%1 more keys were not offered, so that fail2ban does not ban us").arg(report.leftOut);
        remedy += tr("Name the right key as the server's identity file, so that it is offered first.");
    }
    for (const QString &file : report.encrypted) {
        what += tr("%1 has a passphrase and was skipped").arg(file);
        remedy += tr("Add it to ssh-agent with \"ssh-add %1\", or its passphrase to the keychain with \"helmclawctl "
                     "keychain keep %1\".")
                      .arg(file);
    }
    what += report.unusable;
    if (!report.agentProblem.isEmpty())
        what += report.agentProblem;
    return make(ErrorCode::AuthFailed, what.join(QStringLiteral("; ")), remedy.join(QLatin1Char(' ')));
}

QString SshErrors::whatWasAsked(const Prompt &prompt)
{
    switch (prompt.kind) {
    case Prompt::Kind::KeyPassphrase:
        return tr("the passphrase of %1").arg(prompt.keyFile);
    case Prompt::Kind::KeyboardInteractive:
        return tr("the server's question");
    case Prompt::Kind::Password:
        return tr("the password");
    case Prompt::Kind::TouchKey:
        return tr("a touch of the security key");
    case Prompt::Kind::VisitPage:
        return tr("a confirmation in the browser");
    }
    return {};
}

Error SshErrors::pageUnvisited(const QUrl &page) const
{
    return make(ErrorCode::AuthFailed,
                tr("%1 wants this login to be confirmed in a browser, and there is nobody to ask: %2")
                    .arg(m_target.toString(), page.toDisplayString()),
                tr("Log in where questions can be answered: in the window, or with helmclawctl on a terminal."));
}

Error SshErrors::promptCancelled(const Prompt &prompt) const
{
    return make(ErrorCode::Cancelled,
                tr("the login to %1 was cancelled when it asked for %2").arg(m_target.toString(), whatWasAsked(prompt)),
                tr("Connect again to be asked again."));
}

Error SshErrors::promptTimeout(const Prompt &prompt, std::chrono::milliseconds limit) const
{
    return make(ErrorCode::AuthFailed,
                tr("the login to %1 waited for %2, and nobody answered within %3 s")
                    .arg(m_target.toString(), whatWasAsked(prompt), seconds(limit)),
                tr("Connect again. A server does not wait longer for a login (LoginGraceTime of its sshd)."));
}

Error SshErrors::promptHungUp(const Prompt &prompt) const
{
    return make(ErrorCode::AuthFailed,
                tr("%1 hung up while it waited for %2").arg(m_target.toString(), whatWasAsked(prompt)),
                tr("Connect again and answer sooner: LoginGraceTime of its sshd limits the time.") + banHint());
}

Error SshErrors::authTimeout(std::chrono::milliseconds deadline, bool waitedForAgent) const
{
    if (waitedForAgent) {
        return make(ErrorCode::AuthFailed,
                    tr("ssh-agent did not answer for %1 within %2 s").arg(m_target.toString(), seconds(deadline)),
                    tr("Does the agent wait for a confirmation or a touch of the security key?"));
    }
    return make(ErrorCode::DeadlineExceeded,
                tr("%1 did not answer the login within %2 s").arg(m_target.toString(), seconds(deadline)),
                tr("The server may be overloaded, or its name service slow (UseDNS, PAM).") + banHint());
}

Error SshErrors::authConnectionLost(const QByteArray &libsshText, bool refused) const
{
    return make(
        refused ? ErrorCode::AuthFailed : ErrorCode::ConnectionLost,
        tr("%1 closed the connection during the login: %2").arg(m_target.toString(), serverText(libsshText)),
        tr("Look into sshd's log on the server (journalctl -u ssh): MaxAuthTries, AllowUsers and a full disk do "
           "this.")
            + banHint());
}

} // namespace Helmclaw
