// SPDX-License-Identifier: MIT
#include "ssh/openssh/OpenSshPrompts.h"

#include "ssh/Error.h"
#include "ssh/IdentityFile.h"

#include <QCoreApplication>
#include <QFile>

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(OpenSshPrompts)
};

/// "SHA256:…" out of "… key ED25519-SK SHA256:…".
QString fingerprintIn(const QByteArray &text)
{
    const qsizetype begin = text.indexOf("SHA256:");
    if (begin < 0)
        return {};
    qsizetype end = begin + 7;
    while (end < text.size() && text[end] != ' ' && text[end] != ':' && text[end] != '\n')
        ++end;
    return printable(QByteArrayView(text).sliced(begin, end - begin), 100);
}

/// "…key '/home/me/.ssh/id_ed25519':"
QString fileIn(const QByteArray &question)
{
    const qsizetype begin = question.indexOf('\'') + 1;
    return QFile::decodeName(question.mid(begin, question.lastIndexOf('\'') - begin));
}

} // namespace

std::optional<Prompt> OpenSshPrompts::read(const QByteArray &hint, const QByteArray &text)
{
    Prompt prompt;
    if (hint == "confirm")
        return std::nullopt; // a yes that was not asked for by name is none
    if (hint == "none") {
        prompt.kind = Prompt::Kind::TouchKey;
        prompt.keyFingerprint = fingerprintIn(text);
        return prompt;
    }
    QByteArrayList words = text.trimmed().split('\n');
    // The server's questions begin with "(user@host)", since OpenSSH 8.5, and may have lines that look like ssh's own:
    // a passphrase must never be given away to one of them.
    const bool serversWords = text.startsWith('(') || words.size() > 1;
    const QByteArray question = words.constLast();
    if (serversWords) {
        // "(me@server) Verification code: ": ssh puts the server's name before its words.
        if (const qsizetype end = words.constFirst().indexOf(") "); words.constFirst().startsWith('(') && end > 0)
            words.first() = words.constFirst().sliced(end + 2);
        prompt.kind = Prompt::Kind::KeyboardInteractive;
        prompt.fields = { { printable(words.takeLast(), 400), false } };
        QStringList before;
        for (const QByteArray &line : words)
            before += printable(line, 400);
        prompt.instruction = before.join(QLatin1Char('\n'));
    } else if (question.startsWith("Enter passphrase for")) {
        // "Enter passphrase for key '/home/me/.ssh/id_ed25519': "
        prompt.kind = Prompt::Kind::KeyPassphrase;
        prompt.keyFile = IdentityFile::shown(fileIn(question));
        prompt.fields = { { Text::tr("Passphrase"), false } };
    } else if (question.startsWith("Enter PIN for ")) {
        prompt.kind = Prompt::Kind::KeyPassphrase;
        prompt.keyComment = printable(question.sliced(14), 200);
        prompt.keyFingerprint = fingerprintIn(question);
        prompt.fields = { { Text::tr("PIN"), false } };
    } else if (question.endsWith("'s password:")) {
        prompt.kind = Prompt::Kind::Password;
        prompt.fields = { { Text::tr("Password"), false } };
    } else {
        return std::nullopt; // none of the questions that ssh has for us
    }
    return prompt;
}

QString OpenSshPrompts::lockedFile(const Prompt &prompt, const QByteArray &text)
{
    return prompt.kind == Prompt::Kind::KeyPassphrase && !prompt.keyFile.isEmpty() ? fileIn(text.trimmed()) : QString();
}

bool OpenSshPrompts::mayBeSkipped(const Prompt &prompt)
{
    return prompt.fields.isEmpty() || (prompt.kind == Prompt::Kind::KeyPassphrase && !prompt.keyFile.isEmpty());
}

} // namespace Helmclaw
