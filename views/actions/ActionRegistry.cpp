// SPDX-License-Identifier: MIT
#include "views/actions/ActionRegistry.h"

#include "views/theme/Icons.h"

#include <QWidget>

namespace Helmclaw {

namespace {
const char inPaletteProperty[] = "inPalette";
}

ActionRegistry::ActionRegistry(QWidget *window)
    : QObject(window)
    , m_window(window)
{
}

QAction *ActionRegistry::add(const Spec &spec)
{
    Q_ASSERT_X(!m_actions.contains(spec.id), "ActionRegistry::add", qPrintable(spec.id));
    auto *action = new QAction(spec.text, this);
    action->setObjectName(spec.id);
    action->setStatusTip(spec.statusTip);
    if (!spec.icon.isEmpty())
        action->setIcon(Icons::get(spec.icon));
    action->setShortcuts(spec.shortcuts);
    action->setCheckable(spec.checkable);
    action->setProperty(inPaletteProperty, spec.inPalette);
    QString tip = QString(spec.text).remove(QLatin1Char('&'));
    if (!spec.shortcuts.isEmpty())
        tip += QStringLiteral(" (%1)").arg(spec.shortcuts.constFirst().toString(QKeySequence::NativeText));
    action->setToolTip(tip);
    m_window->addAction(action);
    m_actions.insert(spec.id, action);
    m_order.append(action);
    return action;
}

QAction *ActionRegistry::action(const QString &id) const
{
    QAction *action = m_actions.value(id);
    Q_ASSERT_X(action, "ActionRegistry::action", qPrintable(id));
    return action;
}

QList<QAction *> ActionRegistry::paletteActions() const
{
    QList<QAction *> result;
    for (QAction *action : m_order) {
        if (action->isEnabled() && action->isVisible() && action->property(inPaletteProperty).toBool())
            result.append(action);
    }
    return result;
}

QStringList ActionRegistry::conflicts() const
{
    QStringList result;
    QHash<QKeySequence, QString> owners;
    for (const QAction *action : m_order) {
        for (const QKeySequence &keys : action->shortcuts()) {
            if (owners.contains(keys))
                result.append(
                    QStringLiteral("%1: %2, %3").arg(keys.toString(), owners.value(keys), action->objectName()));
            owners.insert(keys, action->objectName());
        }
    }
    return result;
}

} // namespace Helmclaw
