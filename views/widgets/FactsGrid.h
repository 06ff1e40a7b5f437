// SPDX-License-Identifier: MIT
#pragma once

#include <QWidget>

class QGridLayout;

namespace Helmclaw {

class CodeLabel;

/// Names and values in two columns. A value that is not known is not shown.
class FactsGrid : public QWidget
{
    Q_OBJECT
public:
    enum class Kind { Text, Code };

    explicit FactsGrid(QWidget *parent = nullptr);

    /// Adds a line and returns its number.
    int addFact(const QString &name, Kind kind);
    /// An empty value hides the line. Plain text.
    void setValue(int line, const QString &value);
    [[nodiscard]] QString value(int line) const;

private:
    struct Line
    {
        QWidget *name;
        QWidget *value;
    };
    QGridLayout *m_layout;
    QList<Line> m_lines;
};

} // namespace Helmclaw
