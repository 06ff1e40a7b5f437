// SPDX-License-Identifier: MIT
// The part of OpenSshDialer that answers ssh's questions.
#include "ssh/openssh/OpenSshDialer.h"

#include "ssh/IdentityFile.h"
#include "ssh/KeyPlan.h"
#include "ssh/openssh/OpenSshPrompts.h"

#include <QCoreApplication>

#include <sys/epoll.h>

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(OpenSshDialer)
};

} // namespace

void OpenSshDialer::prompt(HelperSocket::Id id, const QByteArray &hint, const QByteArray &text)
{
    auto question = OpenSshPrompts::read(hint, text);
    if (!question || m_state == SessionState::Handshake || m_prompting != 0) {
        m_helpers->refuse(id); // before the host key is accepted nobody is asked anything
        return;
    }
    m_master->readLog(); // what ssh has written before it asked
    if (question->kind == Prompt::Kind::KeyboardInteractive) {
        // The name and the instruction of the server's questions: ssh prints them.
        QStringList said = m_master->log().takeJustSaid();
        if (!question->instruction.isEmpty())
            said += question->instruction;
        question->instruction = said.join(QLatin1Char('\n'));
    } else if (!question->keyFile.isEmpty()) {
        question->keyFingerprint = m_master->log().fingerprintOf(question->keyFile);
    }
    m_prompting = id;
    if (const QString file = OpenSshPrompts::lockedFile(*question, text); !file.isEmpty())
        unlock(id, file, *question);
    else
        askUser(id, *question);
}

/// The passphrase is asked for once for all servers that take the key; the file is read on a worker.
void OpenSshDialer::unlock(HelperSocket::Id id, const QString &path, const Prompt &question)
{
    m_lane.m_workers.run(
        [weak = weak_from_this(), &loop = m_lane.m_loop, id, path, question] {
            const auto file = std::make_shared<const IdentityFile>(IdentityFile::read(path));
            loop.post([weak, id, file, question] {
                const auto self = std::static_pointer_cast<OpenSshDialer>(weak.lock());
                if (!self || self->m_finished || self->m_prompting != id)
                    return;
                const QByteArray type = keyAlgorithm(file->publicBlob);
                if (file->state == IdentityFile::State::Encrypted && !type.startsWith("sk-")
                    && (type.isEmpty() || KeyPlan::isUsable(type)))
                    self->findPassphrase(id, *file);
                else // libssh cannot tell whether it is right: ssh will
                    self->askUser(id, question);
            });
        },
        false);
}

void OpenSshDialer::findPassphrase(HelperSocket::Id id, const IdentityFile &file)
{
    if (!m_prompts.knowsPassphrase(file))
        waitForUser();
    m_prompts.findPassphrase(file,
                             [this, id](KeyRing::Outcome outcome, const std::shared_ptr<const Secret> &passphrase) {
                                 if (m_finished)
                                     return;
                                 const QString shown = m_prompts.last().keyFile;
                                 if (outcome == KeyRing::Outcome::Cancelled) {
                                     fail(m_errors.promptCancelled(m_prompts.last()));
                                     return;
                                 }
                                 if (outcome == KeyRing::Outcome::Unlocked && passphrase != nullptr) {
                                     m_helpers->answer(id, passphrase->view());
                                 } else {
                                     (outcome == KeyRing::Outcome::Wrong ? m_wrongKeys : m_skippedKeys) += shown;
                                     m_helpers->refuse(id);
                                 }
                                 promptGone(id);
                             });
}

void OpenSshDialer::waitForUser()
{
    beginAsking();
    // ssh, which waits for the answer, does not look at its connection.
    m_hangUpWatch = m_lane.m_loop.watch(m_socket.get(), EPOLLRDHUP, [this](std::uint32_t) {
        m_lane.m_loop.unwatch(m_hangUpWatch);
        fail(m_errors.promptHungUp(m_prompts.last()));
    });
}

void OpenSshDialer::askUser(HelperSocket::Id id, Prompt question)
{
    markRepeated(question);
    waitForUser();
    m_prompts.ask(question, [this, id](PromptBroker::Outcome outcome, const PromptBroker::Answers &answers) {
        if (!m_finished)
            settled(id, outcome, answers);
    });
}

void OpenSshDialer::settled(HelperSocket::Id id, PromptBroker::Outcome outcome, const PromptBroker::Answers &answers)
{
    const Prompt &question = m_prompts.last();
    switch (outcome) {
    case PromptBroker::Outcome::Cancelled:
        fail(m_errors.promptCancelled(question));
        return;
    case PromptBroker::Outcome::Nobody:
        if (question.kind == Prompt::Kind::TouchKey)
            return; // with nobody to see it a security key may be touched all the same
        if (!OpenSshPrompts::mayBeSkipped(question)) {
            SshErrors::AuthReport told = report();
            told.nobodyToAsk = true;
            fail(m_errors.auth(told));
            return;
        }
        if (!m_skippedKeys.contains(question.keyFile))
            m_skippedKeys += question.keyFile;
        m_helpers->refuse(id);
        break;
    case PromptBroker::Outcome::Answered:
        if (question.fields.isEmpty() || answers.empty()) {
            m_helpers->refuse(id);
            break;
        }
        m_answersSent += question.kind == Prompt::Kind::KeyPassphrase ? 0 : 1;
        m_answered = question;
        m_offersThen = m_master->log().offered().size();
        m_failuresThen = m_master->log().failures();
        m_helpers->answer(id, answers.front().view());
        break;
    }
    promptGone(id);
}

/// ssh does not say whether an answer was right. It asks for the same passphrase again, without another step between,
/// when it was not; a server may have more than one question.
void OpenSshDialer::markRepeated(Prompt &question) const
{
    if (m_answered.fields.isEmpty() || question.fields.isEmpty() || question.kind != m_answered.kind
        || question.keyFile != m_answered.keyFile)
        return;
    if (question.kind == Prompt::Kind::KeyPassphrase) {
        if (question.keyComment != m_answered.keyComment || m_master->log().offered().size() != m_offersThen)
            return;
        question.follows = m_answered.id;
        question.problem =
            question.keyFile.isEmpty() ? Text::tr("The PIN was wrong.") : Text::tr("The passphrase was wrong.");
        return;
    }
    if (m_master->log().failures() > m_failuresThen)
        question.problem = Text::tr("The server refused the last answer.");
}

/// Answered, or ssh does not want the answer any more: the key has been touched.
void OpenSshDialer::promptGone(HelperSocket::Id id)
{
    if (m_finished || id != m_prompting)
        return;
    m_prompting = 0;
    m_lane.m_loop.unwatch(m_hangUpWatch);
    m_prompts.withdraw();
    endAsking();
}

} // namespace Helmclaw
