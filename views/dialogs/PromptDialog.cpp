// SPDX-License-Identifier: MIT
#include "views/dialogs/PromptDialog.h"

#include "views/dialogs/PromptTexts.h"
#include "views/theme/Typography.h"
#include "views/window/BringUp.h"

#include <QAbstractTextDocumentLayout>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace Helmclaw {

namespace {

constexpr int lingerMilliseconds = 1000;

bool isPage(const Prompt &prompt)
{
    return prompt.kind == Prompt::Kind::VisitPage;
}

/// The text of @p edit as a secret; what can be overwritten of it is.
Secret takeText(QLineEdit *edit)
{
    QString text = edit->text();
    edit->clear();
    QByteArray bytes = text.toUtf8();
    text.fill(QChar::Null);
    return Secret::takeFrom(bytes);
}

} // namespace

PromptDialog::PromptDialog(LoginPrompts *prompts, QWidget *parent)
    : QDialog(parent)
    , m_prompts(prompts)
    , m_lead(makeLabel(TextStyle::Heading))
    , m_target(makeLabel(TextStyle::Mono))
    , m_method(makeLabel(TextStyle::Body))
    , m_keyName(makeSecondaryLabel(TextStyle::Body, tr("Key")))
    , m_key(makeLabel(TextStyle::Mono))
    , m_others(makeSecondaryLabel(TextStyle::Body))
    , m_problem(makeLabel(TextStyle::Strong))
    , m_saysName(makeSecondaryLabel(TextStyle::Caption, tr("The server says")))
    , m_says(new QPlainTextEdit)
    , m_form(new QFormLayout)
    , m_reveal(new QCheckBox(tr("&Show what I type")))
    , m_keep(new QCheckBox(tr("&Keep it in this computer's keychain")))
    , m_keepProblem(makeSecondaryLabel(TextStyle::Small))
    , m_time(makeSecondaryLabel(TextStyle::Small))
    , m_counter(makeSecondaryLabel(TextStyle::Small))
    , m_copy(new QPushButton(tr("Copy &address")))
    , m_continue(new QPushButton(tr("C&ontinue")))
    , m_cancel(new QPushButton(tr("Cancel")))
    , m_guard(new QTimer(this))
    , m_clock(new QTimer(this))
    , m_linger(new QTimer(this))
{
    setObjectName(QStringLiteral("promptDialog"));
    setWindowTitle(tr("Login"));
    setModal(false);
    setMinimumWidth(520);

    m_lead->setObjectName(QStringLiteral("promptLead"));
    m_problem->setObjectName(QStringLiteral("promptProblem"));
    m_time->setObjectName(QStringLiteral("promptTime"));
    m_others->setObjectName(QStringLiteral("promptOthers"));
    m_counter->setObjectName(QStringLiteral("promptCounter"));
    for (QLabel *label : { m_lead, m_problem, m_others, m_method })
        label->setWordWrap(true);
    for (QLabel *label : { m_target, m_key })
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);

    auto *facts = new QGridLayout;
    facts->setHorizontalSpacing(16);
    facts->setVerticalSpacing(6);
    facts->setColumnStretch(1, 1);
    facts->addWidget(makeSecondaryLabel(TextStyle::Body, tr("Server")), 0, 0);
    facts->addWidget(m_target, 0, 1);
    facts->addWidget(makeSecondaryLabel(TextStyle::Body, tr("Method")), 1, 0);
    facts->addWidget(m_method, 1, 1);
    facts->addWidget(m_keyName, 2, 0, Qt::AlignTop); // its value may have two lines
    facts->addWidget(m_key, 2, 1);
    facts->addWidget(m_others, 3, 1);
    facts->addWidget(m_copy, 4, 1, Qt::AlignLeft);

    m_says->setObjectName(QStringLiteral("promptSays"));
    m_says->setAccessibleName(tr("What the server says"));
    m_says->setReadOnly(true);
    m_says->setTabChangesFocus(true);
    m_says->setFont(fontFor(TextStyle::Mono));

    m_reveal->setObjectName(QStringLiteral("promptReveal"));
    connect(m_reveal, &QCheckBox::toggled, this, [this](bool on) {
        for (int i = 0; i < m_edits.size(); ++i)
            m_edits.at(i)->setEchoMode(on || m_prompt.fields.at(i).echo ? QLineEdit::Normal : QLineEdit::Password);
    });

    m_keep->setObjectName(QStringLiteral("promptKeep"));
    m_keepProblem->setObjectName(QStringLiteral("promptKeepProblem"));
    m_keepProblem->setWordWrap(true);
    m_continue->setObjectName(QStringLiteral("promptContinue"));
    m_continue->setAutoDefault(false); // Enter in a field decides, see returnPressed()
    m_cancel->setObjectName(QStringLiteral("promptCancel"));
    m_cancel->setAutoDefault(true);
    m_copy->setObjectName(QStringLiteral("promptCopy"));
    m_copy->setAutoDefault(false);
    connect(m_copy, &QPushButton::clicked, this,
            [this] { QGuiApplication::clipboard()->setText(m_prompt.page.toString(QUrl::FullyEncoded)); });
    connect(m_continue, &QPushButton::clicked, this, &PromptDialog::accept);
    connect(m_cancel, &QPushButton::clicked, this, &PromptDialog::reject);
    auto *notes = new QVBoxLayout;
    notes->setSpacing(2);
    notes->addWidget(m_time);
    notes->addWidget(m_counter);
    auto *buttons = new QHBoxLayout;
    buttons->addLayout(notes, 1);
    buttons->addWidget(m_continue);
    buttons->addWidget(m_cancel);

    m_form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_form->setRowWrapPolicy(QFormLayout::WrapLongRows);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 20, 24, 20);
    layout->setSpacing(14);
    layout->addWidget(m_lead);
    layout->addLayout(facts);
    auto *words = new QVBoxLayout;
    words->setSpacing(6);
    words->addWidget(m_saysName);
    words->addWidget(m_says);
    layout->addLayout(words);
    layout->addWidget(m_problem);
    layout->addLayout(m_form);
    auto *choices = new QVBoxLayout;
    choices->setSpacing(6);
    choices->addWidget(m_reveal);
    choices->addWidget(m_keep);
    choices->addWidget(m_keepProblem);
    layout->addLayout(choices);
    layout->addStretch(1);
    layout->addLayout(buttons);

    m_guard->setSingleShot(true);
    m_guard->setInterval(guardMilliseconds);
    connect(m_guard, &QTimer::timeout, this, [this] { setUsable(true); });
    m_linger->setSingleShot(true);
    m_linger->setInterval(lingerMilliseconds);
    connect(m_linger, &QTimer::timeout, this, &PromptDialog::leave);
    m_clock->setInterval(1000);
    connect(m_clock, &QTimer::timeout, this, &PromptDialog::tick);
    connect(prompts, &LoginPrompts::added, this, &PromptDialog::showCurrent);
    connect(prompts, &LoginPrompts::changed, this, [this](const Prompt &prompt) {
        if (prompt.id == m_shown)
            describe(prompt);
    });
    connect(prompts, &LoginPrompts::closed, this, &PromptDialog::showCurrent);
    showCurrent();
}

void PromptDialog::setHeld(bool held)
{
    if (m_held == held)
        return;
    m_held = held;
    showCurrent();
}

void PromptDialog::setAside()
{
    m_held = true;
    m_shown = 0;
    m_answered.invalidate(); // no lingering
    showCurrent();
}

/// The user has just answered this server and waits for what it asks next.
bool PromptDialog::isExpected(const Prompt &prompt) const
{
    return m_answered.isValid() && m_answered.elapsed() < 5000 && prompt.serverId == m_answeredServer;
}

/// Brings the oldest question to the screen.
void PromptDialog::showCurrent()
{
    if (m_prompts->open().isEmpty() || (m_held && m_shown == 0)) {
        m_shown = 0;
        m_guard->stop();
        m_clock->stop();
        makeFields({}); // nothing typed stays behind
        setUsable(false);
        // After an answer the same login often asks again: the window stays a moment rather than flash.
        if (m_active && m_answered.isValid() && m_answered.elapsed() < lingerMilliseconds)
            m_linger->start();
        else
            leave();
        return;
    }
    const auto waiting = static_cast<int>(m_prompts->open().size()) - 1;
    m_counter->setText(waiting > 0 ? tr("%n more question(s) waiting", nullptr, waiting) : QString());
    m_counter->setVisible(waiting > 0);
    const auto shown = std::any_of(m_prompts->open().begin(), m_prompts->open().end(),
                                   [this](const Prompt &prompt) { return prompt.id == m_shown; });
    if (shown)
        return; // the one that is being answered stays, whatever else comes
    m_linger->stop();
    fill(m_prompts->open().constFirst());
    setUsable(false);
    m_clock->start();
    bringUp(this);
    if (isExpected(m_prompt))
        setUsable(true);
    else
        m_guard->start();
    if (!std::exchange(m_active, true))
        Q_EMIT activeChanged(true);
    if (QApplication::activeWindow() == nullptr)
        Q_EMIT attentionWanted();
}

void PromptDialog::leave()
{
    m_linger->stop();
    hide();
    if (std::exchange(m_active, false))
        Q_EMIT activeChanged(false);
}

void PromptDialog::fill(const Prompt &prompt)
{
    m_shown = prompt.id;
    describe(prompt);
    makeFields(prompt);
    QString says = prompt.title;
    if (!prompt.instruction.isEmpty())
        says += (says.isEmpty() ? QString() : QStringLiteral("\n")) + prompt.instruction;
    m_says->setPlainText(says);
    fitSays();
    m_says->setVisible(!says.isEmpty());
    m_saysName->setVisible(!says.isEmpty());
    m_reveal->setChecked(false);
    m_reveal->setVisible(
        std::any_of(prompt.fields.begin(), prompt.fields.end(), [](const PromptField &field) { return !field.echo; }));
    m_keep->setChecked(false);
    m_keep->setVisible(m_prompts->mayBeKept(prompt));
    m_copy->setVisible(isPage(prompt));
    m_continue->setText(isPage(prompt) ? tr("&Open the page") : tr("C&ontinue"));
    m_continue->setVisible(!prompt.fields.isEmpty() || isPage(prompt));
    adjustSize();
}

/// As high as the server's words need it, seven lines at most.
void PromptDialog::fitSays()
{
    const QMargins margins = layout()->contentsMargins();
    m_says->resize(qMax(width(), minimumWidth()) - margins.left() - margins.right(), m_says->height());
    const qreal lines = m_says->document()->documentLayout()->documentSize().height(); // of a plain text: lines
    const int frame = 2 * (m_says->frameWidth() + static_cast<int>(m_says->document()->documentMargin()));
    m_says->setFixedHeight(qMin(static_cast<int>(lines), 7) * m_says->fontMetrics().lineSpacing() + frame + 4);
}

void PromptDialog::describe(const Prompt &prompt)
{
    m_prompt = prompt;
    m_lead->setText(promptLead(prompt));
    m_target->setText(prompt.target);
    m_method->setText(promptMethod(prompt.kind));
    m_keyName->setText(isPage(prompt) ? tr("Page") : tr("Key"));
    m_key->setText(promptSubject(prompt));
    m_key->setVisible(!m_key->text().isEmpty());
    m_keyName->setVisible(!m_key->text().isEmpty());
    m_others->setText(prompt.otherServers > 0
                          ? tr("%n more server(s) wait for the same answer", nullptr, prompt.otherServers)
                          : QString());
    m_others->setVisible(prompt.otherServers > 0);
    m_problem->setText(prompt.problem);
    m_problem->setVisible(!prompt.problem.isEmpty());
    const std::optional<Error> &obstacle = m_prompts->keychainProblem();
    m_keep->setEnabled(!obstacle);
    m_keepProblem->setText(obstacle ? tr("Not possible: %1").arg(obstacle->toString()) : QString());
    m_keepProblem->setVisible(obstacle && m_prompts->mayBeKept(prompt));
    tick();
}

void PromptDialog::makeFields(const Prompt &prompt)
{
    while (m_form->rowCount() > 0) {
        const QFormLayout::TakeRowResult row = m_form->takeRow(0);
        for (QLayoutItem *item : { row.labelItem, row.fieldItem }) {
            // Later: a field may be calling us.
            item->widget()->setObjectName({});
            item->widget()->hide();
            item->widget()->deleteLater();
            delete item;
        }
    }
    m_edits.clear();
    for (const PromptField &field : prompt.fields) {
        auto *label = makeLabel(TextStyle::Body, field.label);
        label->setWordWrap(true);
        auto *edit = new QLineEdit;
        label->setMinimumHeight(edit->sizeHint().height()); // on the field's middle line
        label->setAlignment(Qt::AlignLeft | Qt::AlignVCenter);
        edit->setObjectName(QStringLiteral("promptField%1").arg(m_edits.size()));
        edit->setAccessibleName(field.label);
        edit->setEchoMode(field.echo ? QLineEdit::Normal : QLineEdit::Password);
        edit->setInputMethodHints(edit->inputMethodHints() | Qt::ImhSensitiveData);
        connect(edit, &QLineEdit::returnPressed, this, [this, edit] { returnPressed(edit); });
        m_form->addRow(label, edit);
        m_edits.append(edit);
    }
}

void PromptDialog::setUsable(bool usable)
{
    m_continue->setEnabled(usable);
    for (QLineEdit *edit : std::as_const(m_edits))
        edit->setEnabled(usable);
    if (usable && !m_edits.isEmpty())
        m_edits.constFirst()->setFocus();
    else
        setFocus();
}

void PromptDialog::returnPressed(const QLineEdit *field)
{
    const qsizetype at = m_edits.indexOf(field);
    if (at + 1 < m_edits.size()) {
        m_edits.at(at + 1)->setFocus();
        return;
    }
    // A second Enter of an impatient hand is no answer; a server's question may want an empty one: with the button.
    if (std::any_of(m_edits.begin(), m_edits.end(), [](const QLineEdit *edit) { return !edit->text().isEmpty(); }))
        accept();
}

void PromptDialog::accept()
{
    if (m_shown == 0 || !m_continue->isEnabled())
        return;
    if (isPage(m_prompt)) { // the login goes on by itself, and closes the question
        Q_EMIT pageRequested(m_prompt.page);
        return;
    }
    if (m_edits.isEmpty())
        return;
    std::vector<Secret> answers;
    for (QLineEdit *edit : std::as_const(m_edits))
        answers.push_back(takeText(edit));
    m_answered.start();
    m_answeredServer = m_prompt.serverId;
    if (m_keep->isChecked() && m_prompts->mayBeKept(m_prompt))
        m_prompts->answerAndKeep(m_shown, std::move(answers));
    else
        m_prompts->answer(m_shown, std::move(answers));
}

void PromptDialog::keyPressEvent(QKeyEvent *event)
{
    if (event->key() != Qt::Key_Return && event->key() != Qt::Key_Enter) {
        QDialog::keyPressEvent(event);
        return;
    }
    // Enter in a field has had its effect there; QDialog would press the default button, wherever the keyboard is.
    event->accept();
    if (auto *button = qobject_cast<QPushButton *>(focusWidget()))
        button->click();
}

void PromptDialog::reject()
{
    // Escape and the window's close button come here too: silence is never consent.
    if (m_shown == 0)
        leave();
    else
        m_prompts->cancel(m_shown);
}

void PromptDialog::tick()
{
    const qint64 left = std::max<qint64>(0, QDateTime::currentDateTimeUtc().secsTo(m_prompt.validUntil));
    m_time->setText(tr("The server waits %1:%2 more").arg(left / 60).arg(left % 60, 2, 10, QLatin1Char('0')));
}

} // namespace Helmclaw
