// SPDX-License-Identifier: MIT
#pragma once

#include "models/tasks/FixAction.h"

#include <QDialog>

class QLabel;
class QLineEdit;
class QPushButton;

namespace Helmclaw {

/// Asks for what an action must be told. Says at once what is not usable.
class FixParameterDialog : public QDialog
{
    Q_OBJECT
public:
    /// @p servers: names, for the lead sentence.
    FixParameterDialog(const FixAction &action, const QStringList &servers, QWidget *parent = nullptr);

    /// Once it was accepted: every parameter in its canonical form.
    [[nodiscard]] FixValues values() const { return m_values; }

private:
    void check();

    FixAction m_action;
    FixValues m_values;
    QList<QLineEdit *> m_fields;
    QLabel *m_problem;
    QPushButton *m_go;
};

} // namespace Helmclaw
