// SPDX-License-Identifier: MIT
#pragma once

#include "views/actions/FuzzyMatch.h"

#include <QFrame>
#include <QList>
#include <QPointer>

#include <functional>

class QLineEdit;
class QListView;
class QStandardItemModel;

namespace Helmclaw {

/// Finds a command or a server by a few letters and runs it. A frame over the window it belongs to; closes when it
/// loses the focus, on Escape, or after running something.
class CommandPalette : public QFrame
{
    Q_OBJECT
public:
    struct Entry
    {
        QString text; ///< what is matched and shown; plain text
        QString hint; ///< right-aligned: a shortcut or a target; plain text
        QString icon; ///< name for Icons; may be empty
        std::function<void()> run;
    };
    static constexpr int maxResults = 100;

    explicit CommandPalette(QWidget *window);

    /// Shows itself with @p entries and an empty query.
    void open(QList<Entry> entries);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    void search(const QString &query);
    void runCurrent();
    void place();
    void moveCurrent(int rows);

    QLineEdit *m_query;
    QListView *m_list;
    QStandardItemModel *m_results;
    QList<Entry> m_entries;
    QPointer<QWidget> m_returnFocus;
};

} // namespace Helmclaw
