// SPDX-License-Identifier: MIT
#include "views/dialogs/HostKeyDialog.h"

#include "models/fleet/HostKeyDecisions.h"
#include "views/theme/Colors.h"
#include "views/theme/Icons.h"
#include "views/theme/Typography.h"
#include "views/widgets/CodePanel.h"
#include "views/window/BringUp.h"

#include <QClipboard>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

namespace Helmclaw {

QString groupedFingerprint(const QString &fingerprint)
{
    const qsizetype colon = fingerprint.indexOf(QLatin1Char(':'));
    QString result = fingerprint.left(colon + 1);
    const QString digits = fingerprint.mid(colon + 1);
    for (qsizetype i = 0; i < digits.size(); i += 4) {
        if (!result.isEmpty())
            result += i % 24 == 0 ? QLatin1Char('\n') : QLatin1Char(' ');
        result += digits.mid(i, 4);
    }
    return result;
}

HostKeyDialog::HostKeyDialog(ServerSessions *sessions, QWidget *parent)
    : QDialog(parent)
    , m_sessions(sessions)
    , m_lead(makeLabel(TextStyle::Heading))
    , m_counter(makeSecondaryLabel(TextStyle::Small))
    , m_target(makeLabel(TextStyle::Mono))
    , m_algorithm(makeLabel(TextStyle::Mono))
    , m_pinnedAs(makeLabel(TextStyle::Mono))
    , m_fingerprint(makeLabel(TextStyle::Mono))
    , m_command(makeLabel(TextStyle::Mono))
    , m_pin(new QPushButton(tr("&Pin this key and connect")))
    , m_cancel(new QPushButton(tr("Cancel")))
    , m_guard(new QTimer(this))
{
    setObjectName(QStringLiteral("hostKeyDialog"));
    setWindowTitle(tr("Unknown host key"));
    setModal(false);

    m_lead->setObjectName(QStringLiteral("hostKeyLead"));
    m_lead->setWordWrap(true);
    m_fingerprint->setObjectName(QStringLiteral("hostKeyFingerprint"));
    m_fingerprint->setAccessibleName(tr("Fingerprint of the host key"));
    QFont large = m_fingerprint->font();
    large.setPointSizeF(large.pointSizeF() * 1.35);
    m_fingerprint->setFont(large);
    for (QLabel *label : { m_target, m_algorithm, m_pinnedAs, m_fingerprint, m_command })
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);

    auto *facts = new QGridLayout;
    facts->setHorizontalSpacing(16);
    facts->setVerticalSpacing(6);
    facts->setColumnStretch(1, 1);
    int row = 0;
    const std::initializer_list<std::pair<QString, QLabel *>> lines = { { tr("Server"), m_target },
                                                                        { tr("Key type"), m_algorithm },
                                                                        { tr("Pinned under"), m_pinnedAs } };
    for (const auto &[name, value] : lines) {
        facts->addWidget(makeSecondaryLabel(TextStyle::Body, name), row, 0);
        facts->addWidget(value, row++, 1);
    }

    auto *copy = new QToolButton;
    copy->setIcon(Icons::get(QStringLiteral("copy")));
    copy->setToolTip(tr("Copy the command"));
    copy->setAccessibleName(tr("Copy the command"));
    copy->setFocusPolicy(Qt::TabFocus);
    connect(copy, &QToolButton::clicked, this, [this] { QGuiApplication::clipboard()->setText(m_command->text()); });
    auto *how = makeSecondaryLabel(
        TextStyle::Body,
        tr("Compare it with what the server itself says. On the server's own console, not over the network, run:"));
    how->setWordWrap(true);

    m_pin->setObjectName(QStringLiteral("pinKey"));
    m_pin->setAutoDefault(false);
    m_cancel->setObjectName(QStringLiteral("cancelKey"));
    m_cancel->setDefault(true);
    connect(m_pin, &QPushButton::clicked, this, [this] { answer(true); });
    connect(m_cancel, &QPushButton::clicked, this, &HostKeyDialog::reject);
    auto *buttons = new QHBoxLayout;
    buttons->addWidget(m_counter, 1);
    buttons->addWidget(m_pin);
    buttons->addWidget(m_cancel);

    auto *fingerprintPanel = new CodePanel;
    auto *fingerprintLayout = new QVBoxLayout(fingerprintPanel);
    fingerprintLayout->setContentsMargins(16, 12, 16, 12);
    fingerprintLayout->addWidget(m_fingerprint);
    auto *commandPanel = new CodePanel;
    auto *commandLayout = new QHBoxLayout(commandPanel);
    commandLayout->setContentsMargins(16, 4, 4, 4);
    commandLayout->addWidget(m_command, 1);
    commandLayout->addWidget(copy);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 20, 24, 20);
    layout->setSpacing(14);
    layout->addWidget(m_lead);
    layout->addLayout(facts);
    layout->addWidget(fingerprintPanel);
    layout->addWidget(how);
    layout->addWidget(commandPanel);
    layout->addStretch(1);
    layout->addLayout(buttons);
    setMinimumWidth(540);

    m_guard->setSingleShot(true);
    m_guard->setInterval(guardMilliseconds);
    connect(m_guard, &QTimer::timeout, this, [this] { m_pin->setEnabled(true); });
    connect(sessions, &ServerSessions::hostKeyQuestionAdded, this, &HostKeyDialog::add);
    connect(sessions, &ServerSessions::hostKeyQuestionClosed, this, &HostKeyDialog::remove);
    for (const HostKeyQuestion &question : sessions->openQuestions())
        add(question);
}

void HostKeyDialog::showQuestions(const QString &serverId)
{
    for (int i = 1; i < m_questions.size() && !serverId.isEmpty(); ++i) {
        if (m_questions.at(i).serverId == serverId) {
            m_questions.move(i, 0);
            break;
        }
    }
    if (m_held && !m_questions.isEmpty())
        Q_EMIT turnWanted();
    showCurrent();
    if (isVisible()) {
        raise();
        activateWindow();
    }
}

void HostKeyDialog::setHeld(bool held)
{
    if (std::exchange(m_held, held) == held || held)
        return;
    showCurrent();
    Q_EMIT countChanged(count());
}

void HostKeyDialog::add(const HostKeyQuestion &question)
{
    m_questions.append(question);
    showCurrent();
    Q_EMIT countChanged(count());
}

void HostKeyDialog::remove(quint64 questionId)
{
    const auto removed =
        m_questions.removeIf([&](const HostKeyQuestion &question) { return question.id == questionId; });
    if (removed == 0)
        return;
    showCurrent();
    Q_EMIT countChanged(count());
}

void HostKeyDialog::answer(bool accept)
{
    if (m_questions.isEmpty() || m_questions.constFirst().id != m_shown)
        return;
    const quint64 id = m_questions.takeFirst().id;
    m_sessions->answerHostKey(id, accept);
    showCurrent();
    Q_EMIT countChanged(count());
}

void HostKeyDialog::reject()
{
    // Escape and the window's close button come here too: silence is never consent.
    if (m_questions.isEmpty())
        QDialog::reject();
    else
        answer(false);
}

void HostKeyDialog::showCurrent()
{
    if (m_questions.isEmpty() || (m_held && !isVisible())) {
        m_shown = 0;
        hide();
        return;
    }
    const HostKeyQuestion &question = m_questions.constFirst();
    m_counter->setText(m_questions.size() > 1 ? tr("%n more waiting", nullptr, count() - 1) : QString());
    const bool fresh = m_shown != question.id;
    if (fresh) {
        m_shown = question.id;
        m_lead->setText(tr("%1 shows a host key that nobody has confirmed yet").arg(question.serverName));
        m_target->setText(question.target);
        m_algorithm->setText(QString::fromLatin1(question.key.algorithm));
        m_pinnedAs->setText(question.knownHostsName);
        m_fingerprint->setText(groupedFingerprint(question.key.fingerprint()));
        m_command->setText(QStringLiteral("ssh-keygen -lf %1").arg(sshdKeyFile(question.key.algorithm)));
        m_pin->setEnabled(false);
        m_guard->start();
        m_cancel->setFocus();
    }
    if (fresh || !isVisible())
        bringUp(this);
}

} // namespace Helmclaw
