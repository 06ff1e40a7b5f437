// SPDX-License-Identifier: MIT
#include "ssh/LoginDialogue.h"

#include "ssh/Error.h"

#include <QCoreApplication>
#include <QStringList>

namespace Helmclaw {

namespace {

constexpr int maxSilentRounds = 20; ///< rounds without a question: a server must not keep us busy for ever
constexpr int maxFields = 20;
constexpr int maxText = 2000;

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(LoginDialogue)
};

} // namespace

LoginDialogue::LoginDialogue(ssh_session session, int maxRefusals)
    : m_session(session)
    , m_maxRefusals(maxRefusals)
{
}

QString LoginDialogue::safeLines(const char *text)
{
    QStringList lines;
    for (const QByteArray &line : QByteArray(text).trimmed().replace("\r\n", "\n").split('\n'))
        lines += printable(line, 400);
    return lines.join(QLatin1Char('\n')).left(maxText);
}

QString LoginDialogue::nameOf(Method method)
{
    return method == Method::Interactive ? QStringLiteral("keyboard-interactive") : QStringLiteral("password");
}

bool LoginDialogue::isWorthwhile(Method method) const
{
    return m_refusals < m_maxRefusals && !(method == Method::Interactive && m_interactiveUseless);
}

void LoginDialogue::start(Method method)
{
    m_method = method;
    m_prompt = {};
    m_prompt.kind = method == Method::Interactive ? Prompt::Kind::KeyboardInteractive : Prompt::Kind::Password;
    if (m_refusals > 0)
        m_prompt.problem = Text::tr("The server refused the last answer.");
    m_answers.clear();
    m_asked = false;
    m_answered = false;
    m_sent = false;
}

void LoginDialogue::setAnswers(std::vector<Secret> answers)
{
    m_answers = std::move(answers);
    m_answered = true;
}

LoginDialogue::Step LoginDialogue::advance()
{
    return m_method == Method::Interactive ? interactive() : password();
}

LoginDialogue::Step LoginDialogue::interactive()
{
    if (m_answered) {
        for (std::size_t i = 0; i < m_answers.size(); ++i) {
            QByteArray plain = m_answers[i].copyOutOfSecureMemory(); // libssh wants a C string, and wipes its own copy
            ssh_userauth_kbdint_setanswer(m_session, static_cast<unsigned int>(i), plain.constData());
            wipe(plain);
        }
        m_answers.clear();
        m_answered = false;
        m_prompt.instruction.clear();
        m_prompt.problem.clear();
    }
    for (;;) {
        const int rc = ssh_userauth_kbdint(m_session, nullptr, nullptr);
        if (rc != SSH_AUTH_INFO)
            return judged(rc);
        if (readQuestion()) {
            m_asked = true;
            return Step::Ask;
        }
        // No prompts: a round that only tells something. It is shown with the next question.
        if (++m_silentRounds > maxSilentRounds)
            return Step::Refused;
    }
}

/// False when the round has no prompts.
bool LoginDialogue::readQuestion()
{
    m_prompt.title = printable(QByteArray(ssh_userauth_kbdint_getname(m_session)), 200);
    const QString text = safeLines(ssh_userauth_kbdint_getinstruction(m_session));
    if (!text.isEmpty())
        m_prompt.instruction = m_prompt.instruction.isEmpty() ? text : m_prompt.instruction + QLatin1Char('\n') + text;
    m_prompt.fields.clear();
    const int count = std::min(ssh_userauth_kbdint_getnprompts(m_session), maxFields);
    for (int i = 0; i < count; ++i) {
        char echo = 0;
        const char *label = ssh_userauth_kbdint_getprompt(m_session, static_cast<unsigned int>(i), &echo);
        // PAM modules put what they have to say in front of the question, line by line.
        QStringList lines = safeLines(label).split(QLatin1Char('\n'));
        PromptField field;
        field.label = lines.takeLast();
        field.echo = echo != 0;
        if (!lines.isEmpty()) {
            const QString before = lines.join(QLatin1Char('\n'));
            m_prompt.instruction =
                m_prompt.instruction.isEmpty() ? before : m_prompt.instruction + QLatin1Char('\n') + before;
        }
        m_prompt.fields += field;
    }
    return count > 0;
}

LoginDialogue::Step LoginDialogue::password()
{
    if (!m_answered && !m_sent) {
        m_prompt.fields = { { Text::tr("Password"), false } };
        m_asked = true;
        return Step::Ask;
    }
    QByteArray plain = m_answers.empty() ? QByteArray() : m_answers.front().copyOutOfSecureMemory();
    const int rc = ssh_userauth_password(m_session, nullptr, plain.constData());
    wipe(plain);
    m_sent = true;
    m_answered = false;
    if (rc != SSH_AUTH_AGAIN)
        m_answers.clear();
    return judged(rc);
}

LoginDialogue::Step LoginDialogue::judged(int rc)
{
    switch (rc) {
    case SSH_AUTH_AGAIN:
        return Step::Wait;
    case SSH_AUTH_SUCCESS:
        return Step::Accepted;
    case SSH_AUTH_PARTIAL:
        return Step::Partial;
    case SSH_AUTH_DENIED:
        if (m_asked)
            ++m_refusals;
        else
            m_interactiveUseless = true;
        return Step::Refused;
    default:
        return Step::Broken;
    }
}

} // namespace Helmclaw
