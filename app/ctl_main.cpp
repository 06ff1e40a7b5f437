// SPDX-License-Identifier: MIT
// helmclawctl: what the window can do, for scripts and for machines without a display.
#include "app/Console.h"
#include "app/UnixSignals.h"
#include "app/ctl/Command.h"
#include "app/ctl/HostKeyPrompt.h"
#include "app/ctl/Terminal.h"
#include "app/ctl/TerminalPrompt.h"
#include "ssh/Secret.h"

#include <QCoreApplication>

using namespace Qt::Literals::StringLiterals;
using namespace Helmclaw;

static QString overview()
{
    return QCoreApplication::translate(
        "helmclawctl",
        "Usage: helmclawctl COMMAND [options]\n\n"
        "  servers   list, add, edit, remove and import servers of the fleet\n"
        "  status    probe servers, and tell what does not pass\n"
        "  checks    probe servers: a table of checks and servers\n"
        "  explain   what a check is, and what it says of servers\n"
        "  report    write servers' posture to HTML, CSV or JSON files\n"
        "  exposure  who can reach which port of servers; tried from here, too\n"
        "  fix       do something about a check that does not pass\n"
        "  unban     lift fail2ban's ban of an address\n"
        "  reboot    restart servers, and wait until they are back\n"
        "  restart-gateway   restart servers' OpenClaw gateways, and wait until they answer\n"
        "  tasks     what was done to servers, and what has become of it\n"
        "  tunnel    keep a tunnel to a server's OpenClaw web UI open\n"
        "  exec      run a command on a server\n"
        "  hostkey   compare, replace and record servers' host keys\n"
        "  keychain  keep, see and forget passphrases in this computer's keychain\n\n"
        "helmclawctl COMMAND --help tells the rest; helmclawctl --version.");
}

int main(int argc, char *argv[])
{
    Secret::initialiseProcess();
    UnixSignals signalWatcher;
    QCoreApplication app(argc, argv);
    signalWatcher.start();
    QCoreApplication::setApplicationName(u"helmclaw"_s);
    QCoreApplication::setApplicationVersion(QStringLiteral(HELMCLAW_VERSION));

    QStringList arguments = QCoreApplication::arguments();
    const QString name = arguments.value(1);
    if (name == "--version"_L1 || name == "-v"_L1) {
        writeOut("helmclawctl " HELMCLAW_VERSION "\n");
        return ExitOk;
    }
    if (name == "--help"_L1 || name == "-h"_L1) {
        writeOut(overview().toUtf8() + '\n');
        return ExitOk;
    }
    const std::unique_ptr<Command> command = Command::create(name);
    if (!command) {
        if (!name.isEmpty())
            writeErr(QCoreApplication::translate("helmclawctl", "There is no command \"%1\".").arg(name));
        writeErr(overview());
        return ExitUsage;
    }
    arguments.remove(1);

    QCommandLineParser parser;
    parser.setOptionsAfterPositionalArgumentsMode(QCommandLineParser::ParseAsOptions);
    const QCommandLineOption help = parser.addHelpOption();
    ConsoleOptions::addTo(parser);
    parser.addOption({ u"accept-host-key"_s,
                       QCoreApplication::translate(
                           "helmclawctl", "Pin an unknown host key that has this fingerprint; may be repeated."),
                       u"SHA256:…"_s });
    parser.addOption(
        { u"batch"_s,
          QCoreApplication::translate("helmclawctl",
                                      "Ask nothing: a login that needs a passphrase (unless the keychain has "
                                      "it), a password, a code or a host key's confirmation fails (exit code "
                                      "3; exec: 255).") });
    command->describe(parser);
    if (!parser.parse(arguments)) {
        writeErr(parser.errorText());
        return ExitUsage;
    }
    if (parser.isSet(help)) {
        writeOut(parser.helpText().toUtf8());
        return ExitOk;
    }

    Console console(ConsoleOptions::from(parser));
    if (const auto loaded = console.load(); !loaded && command->needsFleet()) {
        writeErr(loaded.error().toString());
        return name == "exec"_L1 ? ExitExecFailed : ExitUsage;
    }
    const auto terminal = parser.isSet(u"batch"_s) ? nullptr : Terminal::open();
    const HostKeyPrompt hostKeys(&console.sessions, parser.values(u"accept-host-key"_s), terminal.get());
    // A person at a machine without a desktop is asked, and needs not be told that it has no keychain.
    Keychain *const keychain = !terminal || Keychain::hasBus() ? &console.keychain : nullptr;
    const auto asked =
        terminal ? std::make_unique<TerminalPrompt>(&console.sessions, keychain, terminal.get()) : nullptr;
    const auto unattended = terminal
        ? nullptr
        : std::make_unique<LoginPrompts>(&console.sessions, keychain, nullptr, LoginPrompts::Audience::Nobody);
    const LoginPrompts *const prompts = asked ? &asked->prompts() : unattended.get();
    QObject::connect(prompts, &LoginPrompts::keychainFailed, &app, [](const Error &why) { writeErr(why.toString()); });
    QObject::connect(&signalWatcher, &UnixSignals::terminationRequested, command.get(), &Command::interrupt);
    QObject::connect(command.get(), &Command::finished, &app, [](int code) { QCoreApplication::exit(code); });
    command->setTerminal(terminal.get());
    command->start(console, parser);
    return QCoreApplication::exec();
}
