// SPDX-License-Identifier: MIT
#include "app/ctl/KeychainCommand.h"

#include "app/ctl/Terminal.h"
#include "models/keychain/KeptPassphrases.h"
#include "ssh/IdentityFile.h"

#include <QDir>
#include <QFileInfo>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

constexpr int maxWrong = 3; ///< as ssh(1)

/// One line of standard output: the file as prompts name it, and what there is to say.
void tell(const QString &file, const QString &what)
{
    writeOut(u"%1\t%2\n"_s.arg(IdentityFile::shown(file), what).toUtf8());
}

} // namespace

void KeychainCommand::describe(QCommandLineParser &parser) const
{
    parser.setApplicationDescription(tr(
        "helmclawctl keychain keep KEYFILE      asks for the passphrase on the terminal and keeps it, if it is right\n"
        "helmclawctl keychain show KEYFILE…     whether the keychain has the passphrase; never shows it\n"
        "helmclawctl keychain forget KEYFILE…   removes the passphrase from the keychain\n\n"
        "Exit code: 0 done (show: it is there), 1 show: it is not; keep: it is wrong, 2 usage, or a file that has no "
        "passphrase, 3 the keychain cannot be used, or there is nobody to ask."));
}

void KeychainCommand::start(Console &console, const QCommandLineParser &parser)
{
    QStringList files = parser.positionalArguments();
    const QString verb = files.isEmpty() ? QString() : files.takeFirst();
    if (files.isEmpty() || (verb != "show"_L1 && verb != "forget"_L1 && verb != "keep"_L1)
        || (verb == "keep"_L1 && files.size() > 1))
        return fail({ ErrorCode::InvalidInput,
                      tr("These words do not fit \"keychain\""),
                      tr("See: helmclawctl keychain --help"),
                      {} },
                    ExitUsage);
    for (QString &file : files)
        file = QDir::cleanPath(
            QFileInfo(file.startsWith("~/"_L1) ? QDir::homePath() + file.mid(1) : file).absoluteFilePath());
    m_keychain = &console.keychain;
    if (verb == "keep"_L1)
        keep(files.constFirst());
    else if (verb == "forget"_L1)
        forget(files);
    else
        show(files, ExitOk);
}

void KeychainCommand::show(QStringList files, int exitCode)
{
    if (files.isEmpty())
        return finish(exitCode);
    const QString file = files.takeFirst();
    m_keychain->find(Keychain::entryForKeyFile(file), this, [=, this](const Result<std::optional<Secret>> &found) {
        if (!found)
            return fail(found.error(), ExitServerFailed);
        tell(file, *found ? tr("kept") : tr("not kept"));
        show(files, *found ? exitCode : ExitCheckFailed);
    });
}

void KeychainCommand::forget(QStringList files)
{
    if (files.isEmpty())
        return finish(ExitOk);
    const QString file = files.takeFirst();
    forgetPassphrases(m_keychain, { file }, this, [=, this](const Result<QStringList> &forgotten) {
        if (!forgotten)
            return fail(forgotten.error(), ExitServerFailed);
        tell(file, forgotten->isEmpty() ? tr("not kept") : tr("forgotten"));
        forget(files);
    });
}

void KeychainCommand::keep(const QString &file)
{
    m_file = file;
    const IdentityFile key = IdentityFile::read(file);
    if (key.state != IdentityFile::State::Encrypted) {
        const QString why = key.state == IdentityFile::State::Plain ? tr("%1 has no passphrase")
            : key.state == IdentityFile::State::Unusable            ? tr("%1 cannot be used: %2")
                                                                    : tr("%1 is no private key file");
        return fail({ ErrorCode::InvalidInput,
                      key.reason.isEmpty() ? why.arg(IdentityFile::shown(file))
                                           : why.arg(IdentityFile::shown(file), key.reason),
                      tr("Name a private key file that has a passphrase"),
                      {} },
                    ExitUsage);
    }
    if (terminal() == nullptr)
        return fail({ ErrorCode::Unsupported,
                      tr("there is nobody to ask for the passphrase of %1").arg(IdentityFile::shown(file)),
                      tr("Run it on a terminal, without --batch"),
                      {} },
                    ExitServerFailed);
    // Before anybody types: is there a keychain?
    m_keychain->find(Keychain::entryForKeyFile(file), this, [this](const Result<std::optional<Secret>> &found) {
        if (!found)
            return fail(found.error(), ExitServerFailed);
        terminal()->request(this, [this] { ask(1); });
    });
}

void KeychainCommand::ask(int attempt)
{
    terminal()->ask(
        tr("Passphrase of %1: ").arg(IdentityFile::shown(m_file)), false, [this, attempt](std::optional<Secret> typed) {
            if (!typed) {
                terminal()->release();
                return fail({ ErrorCode::Cancelled, tr("cancelled: nothing was kept"), {}, {} }, ExitServerFailed);
            }
            if (IdentityFile::opensWith(m_file, *typed))
                return store(std::move(*typed));
            terminal()->write(tr("The passphrase was wrong.\n"));
            if (attempt < maxWrong)
                return ask(attempt + 1);
            terminal()->release();
            fail({ ErrorCode::AuthFailed,
                   tr("the passphrase of %1 was wrong three times: nothing was kept").arg(IdentityFile::shown(m_file)),
                   {},
                   {} },
                 ExitCheckFailed);
        });
}

void KeychainCommand::store(Secret passphrase)
{
    terminal()->release();
    m_keychain->store(
        Keychain::entryForKeyFile(m_file), std::move(passphrase), this, [this](const Result<void> &stored) {
            if (!stored) {
                Error error = stored.error();
                error.what = error.code == ErrorCode::DeadlineExceeded
                    ? tr("whether the passphrase of %1 was kept is not known: %2")
                          .arg(IdentityFile::shown(m_file), error.what)
                    : tr("the passphrase of %1 was not kept: %2").arg(IdentityFile::shown(m_file), error.what);
                return fail(error, ExitServerFailed);
            }
            tell(m_file, tr("kept"));
            finish(ExitOk);
        });
}

} // namespace Helmclaw
