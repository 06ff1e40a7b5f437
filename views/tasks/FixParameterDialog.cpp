// SPDX-License-Identifier: MIT
#include "views/tasks/FixParameterDialog.h"

#include "views/theme/Typography.h"

#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace Helmclaw {

namespace {

QString exampleOf(FixParameter::Type type)
{
    return type == FixParameter::Type::Address ? QStringLiteral("192.0.2.7")
                                               : FixParameterDialog::tr("23:30, or +90 for minutes from now");
}

} // namespace

FixParameterDialog::FixParameterDialog(const FixAction &action, const QStringList &servers, QWidget *parent)
    : QDialog(parent)
    , m_action(action)
    , m_problem(makeSecondaryLabel(TextStyle::Small))
    , m_go(new QPushButton(tr("Continue")))
{
    setObjectName(QStringLiteral("fixParameters"));
    setWindowModality(Qt::WindowModal);
    setWindowTitle(action.title);
    const int count = static_cast<int>(servers.size());
    auto *lead = makeLabel(TextStyle::Heading);
    lead->setText(count == 1 ? tr("%1: %2").arg(servers.constFirst(), action.title)
                             : tr("%n servers: %1", nullptr, count).arg(action.title));
    lead->setWordWrap(true);
    auto *form = new QFormLayout;
    form->setHorizontalSpacing(12);
    for (const FixParameter &parameter : action.parameters) {
        auto *field = new QLineEdit;
        field->setObjectName(QStringLiteral("fix.%1").arg(parameter.name));
        field->setPlaceholderText(exampleOf(parameter.type));
        field->setAccessibleName(parameter.title);
        field->setMinimumWidth(260);
        connect(field, &QLineEdit::textChanged, this, &FixParameterDialog::check);
        form->addRow(makeLabel(TextStyle::Body, parameter.title), field);
        m_fields += field;
    }
    m_problem->setObjectName(QStringLiteral("fixProblem"));
    m_problem->setWordWrap(true);
    m_go->setObjectName(QStringLiteral("fixContinue"));
    m_go->setDefault(true); // nothing is done yet: the steps are shown next
    auto *cancel = new QPushButton(tr("Cancel"));
    cancel->setObjectName(QStringLiteral("fixCancel"));
    cancel->setAutoDefault(false);
    connect(m_go, &QPushButton::clicked, this, &QDialog::accept);
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    auto *buttons = new QHBoxLayout;
    buttons->addStretch(1);
    buttons->addWidget(m_go);
    buttons->addWidget(cancel);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 20, 24, 20);
    layout->setSpacing(12);
    layout->addWidget(lead);
    layout->addLayout(form);
    layout->addWidget(m_problem);
    layout->addLayout(buttons);
    check();
}

void FixParameterDialog::check()
{
    m_values.clear();
    QString problem;
    for (int i = 0; i < m_fields.size(); ++i) {
        const FixParameter &parameter = m_action.parameters.at(i);
        const QString text = m_fields.at(i)->text().trimmed();
        const auto value = parameter.parse(text);
        if (value)
            m_values.insert(parameter.name, *value);
        else if (!text.isEmpty() && problem.isEmpty())
            problem = value.error().toString();
    }
    m_problem->setText(problem);
    m_go->setEnabled(m_values.size() == m_fields.size());
}

} // namespace Helmclaw
