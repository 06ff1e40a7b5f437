// SPDX-License-Identifier: MIT
#include "app/ctl/KeychainCommand.h"

#include "ssh/IdentityFile.h"

#include <QDir>
#include <QFileInfo>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

void KeychainCommand::describe(QCommandLineParser &parser) const
{
    parser.setApplicationDescription(
        tr("helmclawctl keychain show KEYFILE…     whether the keychain has the passphrase; never shows it\n"
           "helmclawctl keychain forget KEYFILE…   removes the passphrase from the keychain\n\n"
           "Exit code: 0 done (show: it is there), 1 show: it is not, 2 usage, 3 the keychain cannot be used."));
}

void KeychainCommand::start(Console &console, const QCommandLineParser &parser)
{
    QStringList files = parser.positionalArguments();
    const QString verb = files.isEmpty() ? QString() : files.takeFirst();
    if (files.isEmpty() || (verb != "show"_L1 && verb != "forget"_L1))
        return fail({ ErrorCode::InvalidInput,
                      tr("These words do not fit \"keychain\""),
                      tr("See: helmclawctl keychain --help"),
                      {} },
                    ExitUsage);
    for (QString &file : files) // as prompts name them
        file = IdentityFile::shown(file.startsWith("~/"_L1) ? QDir::homePath() + file.mid(1)
                                                            : QDir::cleanPath(QFileInfo(file).absoluteFilePath()));
    next(console, verb == "forget"_L1, files, ExitOk);
}

void KeychainCommand::next(Console &console, bool forget, QStringList files, int exitCode)
{
    if (files.isEmpty())
        return finish(exitCode);
    const QString file = files.takeFirst();
    const QString entry = Keychain::entryForKeyFile(file);
    console.keychain.find(entry, this, [=, this, &console](const Result<std::optional<Secret>> &found) {
        if (!found)
            return fail(found.error(), ExitServerFailed);
        if (!forget || !*found) {
            writeOut(u"%1\t%2\n"_s.arg(file, *found ? tr("kept") : tr("not kept")).toUtf8());
            return next(console, forget, files, forget || *found ? exitCode : ExitCheckFailed);
        }
        console.keychain.remove(entry, this, [=, this, &console](const Result<void> &removed) {
            if (!removed)
                return fail(removed.error(), ExitServerFailed);
            writeOut(u"%1\t%2\n"_s.arg(file, tr("forgotten")).toUtf8());
            next(console, forget, files, exitCode);
        });
    });
}

} // namespace Helmclaw
