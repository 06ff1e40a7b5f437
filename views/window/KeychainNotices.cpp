// SPDX-License-Identifier: MIT
#include "views/window/KeychainNotices.h"

#include "models/fleet/ServerSessions.h"
#include "models/keychain/KeptPassphrases.h"
#include "models/keychain/Keychain.h"
#include "views/widgets/MessageBar.h"

namespace Helmclaw {

namespace {

QString keptKey(const QString &keyFile)
{
    return QStringLiteral("keychain.kept.%1").arg(keyFile);
}

constexpr auto outcomeKey = "keychain.outcome";

QString searchKey(quint64 id)
{
    return QStringLiteral("keychain.search.%1").arg(id);
}

} // namespace

KeychainNotices::KeychainNotices(LoginPrompts *prompts, const WindowModels &models, MessageBar *messages,
                                 QObject *parent)
    : QObject(parent)
    , m_prompts(prompts)
    , m_models(models)
    , m_messages(messages)
{
    connect(prompts, &LoginPrompts::lookingUp, this, &KeychainNotices::tellSearch);
    connect(prompts, &LoginPrompts::closed, this, [this](quint64 id) { m_messages->closeMessage(searchKey(id)); });
    connect(prompts, &LoginPrompts::kept, this, &KeychainNotices::tellKept);
    connect(prompts, &LoginPrompts::unkept, this,
            [this](const QString &keyFile) { m_messages->closeMessage(keptKey(keyFile)); });
    connect(prompts, &LoginPrompts::keepFailed, this, [this](const Error &error) {
        m_messages->showMessage(MessageBar::fromError(QLatin1String(outcomeKey), error));
    });
}

/// Not a dialog: the desktop may be asking for the keychain's own password, and must not lose the keyboard to us.
void KeychainNotices::tellSearch(const Prompt &prompt)
{
    Message message;
    message.key = searchKey(prompt.id);
    message.icon = QStringLiteral("key");
    message.text = tr("Looking in this computer's keychain for the passphrase of %1 …").arg(prompt.keyFile);
    message.remedy =
        tr("%1 waits for it. The desktop may be asking you to unlock the keychain.").arg(prompt.serverName);
    message.buttons = { { tr("Type it instead"), [this, id = prompt.id] { m_prompts->askMeanwhile(id); } } };
    m_messages->showMessage(message);
}

void KeychainNotices::tellKept(const QString &keyFile)
{
    Message message;
    message.key = keptKey(keyFile);
    message.icon = QStringLiteral("key");
    message.text = tr("The passphrase of %1 is in this computer's keychain now.").arg(keyFile);
    message.buttons = { { tr("Forget it"), [this, keyFile] { forget({ keyFile }); } } };
    m_messages->showMessage(message);
}

void KeychainNotices::forgetKeysOf(const QString &serverId)
{
    m_models.sessions->prepare(serverId, this, [this, serverId](const Result<void> &ready) {
        const auto target = m_models.sessions->target(serverId);
        if (target)
            forget(keyFilesOf(*target));
        else if (!ready)
            m_messages->showMessage(MessageBar::fromError(QLatin1String(outcomeKey), ready.error()));
    });
}

void KeychainNotices::forget(const QStringList &keyFiles)
{
    if (m_models.keychain == nullptr)
        return;
    const QString all = keyFiles.join(QStringLiteral(", "));
    forgetPassphrases(m_models.keychain, keyFiles, this, [this, all](const Result<QStringList> &forgotten) {
        for (const QString &keyFile : forgotten.value_or(QStringList()))
            m_messages->closeMessage(keptKey(keyFile));
        if (!forgotten)
            m_messages->showMessage(MessageBar::fromError(QLatin1String(outcomeKey), forgotten.error()));
        else if (forgotten->isEmpty())
            tell(tr("This computer's keychain has no passphrase of %1.").arg(all));
        else
            tell(tr("Forgotten: the passphrase of %1.").arg(forgotten->join(QStringLiteral(", "))),
                 tr("A key that is unlocked already stays so until Helmclaw ends or the key has not been used for a "
                    "while."));
    });
}

void KeychainNotices::tell(const QString &text, const QString &remedy)
{
    Message message;
    message.key = QLatin1String(outcomeKey);
    message.icon = QStringLiteral("key");
    message.text = text;
    message.remedy = remedy;
    m_messages->showMessage(message);
}

} // namespace Helmclaw
