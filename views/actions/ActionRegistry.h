// SPDX-License-Identifier: MIT
#pragma once

#include <QAction>
#include <QHash>
#include <QList>
#include <QObject>

namespace Helmclaw {

/// Every action of a window, once: menus, tool bar, context menus and the command palette all show these.
class ActionRegistry : public QObject
{
    Q_OBJECT
public:
    struct Spec
    {
        QString id; ///< stable: "server.open-web-ui"; also the QAction's object name
        QString text; ///< with mnemonic
        QString statusTip; ///< one sentence; also the tool tip, with the shortcut
        QString icon; ///< name for Icons; empty: none
        QList<QKeySequence> shortcuts;
        bool checkable = false;
        bool inPalette = true; ///< offered by the command palette
    };

    explicit ActionRegistry(QWidget *window);

    /// Makes the action and puts it on the window, so that its shortcuts work wherever the focus is.
    QAction *add(const Spec &spec);
    /// The action with this id; an unknown id is a bug (asserts, returns null).
    [[nodiscard]] QAction *action(const QString &id) const;
    [[nodiscard]] QList<QAction *> actions() const { return m_order; } ///< in the order of add()
    [[nodiscard]] QList<QAction *> paletteActions() const; ///< enabled and visible ones
    /// Pairs of ids that share a shortcut; empty when all is well.
    [[nodiscard]] QStringList conflicts() const;

private:
    QWidget *m_window;
    QHash<QString, QAction *> m_actions;
    QList<QAction *> m_order;
};

} // namespace Helmclaw
