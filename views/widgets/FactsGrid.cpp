// SPDX-License-Identifier: MIT
#include "views/widgets/FactsGrid.h"

#include "views/theme/Typography.h"
#include "views/widgets/CodeLabel.h"

#include <QGridLayout>
#include <QLabel>

namespace Helmclaw {

FactsGrid::FactsGrid(QWidget *parent)
    : QWidget(parent)
    , m_layout(new QGridLayout(this))
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setHorizontalSpacing(12);
    m_layout->setVerticalSpacing(6);
    m_layout->setColumnStretch(1, 1);
}

int FactsGrid::addFact(const QString &name, Kind kind)
{
    const int line = static_cast<int>(m_lines.size());
    QLabel *nameLabel = makeSecondaryLabel(TextStyle::Small, name);
    QWidget *value = nullptr;
    if (kind == Kind::Code) {
        value = new CodeLabel;
    } else {
        auto *label = makeLabel(TextStyle::Small);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse);
        value = label;
    }
    m_layout->addWidget(nameLabel, line, 0, Qt::AlignTop);
    m_layout->addWidget(value, line, 1, kind == Kind::Code ? Qt::Alignment() : Qt::AlignTop);
    m_lines.append({ nameLabel, value });
    setValue(line, {});
    return line;
}

void FactsGrid::setValue(int line, const QString &value)
{
    const Line &widgets = m_lines.at(line);
    if (auto *code = qobject_cast<CodeLabel *>(widgets.value))
        code->setText(value);
    else
        static_cast<QLabel *>(widgets.value)->setText(value);
    widgets.name->setVisible(!value.isEmpty());
    widgets.value->setVisible(!value.isEmpty());
}

QString FactsGrid::value(int line) const
{
    const QWidget *widget = m_lines.at(line).value;
    if (const auto *code = qobject_cast<const CodeLabel *>(widget))
        return code->text();
    return static_cast<const QLabel *>(widget)->text();
}

} // namespace Helmclaw
