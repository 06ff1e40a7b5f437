// SPDX-License-Identifier: MIT
#pragma once

#include <QStringList>
#include <QWidget>

#include <functional>

class QLineEdit;

namespace Helmclaw {

/// Private key files in the order they are tried: one field, files separated by ";", and a button that adds one by the
/// file dialog. Only paths; the keys themselves are never read here.
class IdentityList : public QWidget
{
    Q_OBJECT
public:
    explicit IdentityList(QWidget *parent = nullptr);

    [[nodiscard]] QStringList files() const;
    void setFiles(const QStringList &files);
    /// What stands in for the file dialog, for tests: returns the chosen files.
    void setPicker(std::function<QStringList(QWidget *)> picker) { m_picker = std::move(picker); }
    [[nodiscard]] QLineEdit *field() const { return m_field; }

Q_SIGNALS:
    void edited();

private:
    void browse();

    QLineEdit *m_field;
    std::function<QStringList(QWidget *)> m_picker;
};

} // namespace Helmclaw
