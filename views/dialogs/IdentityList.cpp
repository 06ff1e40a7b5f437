// SPDX-License-Identifier: MIT
#include "views/dialogs/IdentityList.h"

#include "views/theme/Icons.h"

#include <QDir>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QToolButton>

namespace Helmclaw {

namespace {

QStringList pickFiles(QWidget *parent)
{
    return QFileDialog::getOpenFileNames(parent, IdentityList::tr("Choose private key files"),
                                         QDir::homePath() + QStringLiteral("/.ssh"));
}

} // namespace

IdentityList::IdentityList(QWidget *parent)
    : QWidget(parent)
    , m_field(new QLineEdit)
    , m_picker(pickFiles)
{
    m_field->setObjectName(QStringLiteral("identities"));
    m_field->setPlaceholderText(tr("from ~/.ssh/config, else agent and default keys"));
    m_field->setAccessibleName(tr("Identity files, separated by semicolons"));
    auto *browseButton = new QToolButton;
    browseButton->setObjectName(QStringLiteral("browseIdentities"));
    browseButton->setIcon(Icons::get(QStringLiteral("folder-open")));
    browseButton->setToolTip(tr("Add key files"));
    browseButton->setAccessibleName(tr("Add key files"));
    browseButton->setFocusPolicy(Qt::TabFocus);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    layout->addWidget(m_field, 1);
    layout->addWidget(browseButton);
    setFocusProxy(m_field);
    connect(m_field, &QLineEdit::textEdited, this, &IdentityList::edited);
    connect(browseButton, &QToolButton::clicked, this, &IdentityList::browse);
}

QStringList IdentityList::files() const
{
    QStringList result;
    for (const QString &part : m_field->text().split(QLatin1Char(';'))) {
        const QString file = part.trimmed();
        if (!file.isEmpty() && !result.contains(file))
            result.append(file);
    }
    return result;
}

void IdentityList::setFiles(const QStringList &files)
{
    m_field->setText(files.join(QStringLiteral("; ")));
}

void IdentityList::browse()
{
    const QStringList chosen = m_picker(this);
    if (chosen.isEmpty())
        return;
    QStringList all = files();
    const QString home = QDir::homePath() + QLatin1Char('/');
    for (QString file : chosen) {
        // "~" keeps the fleet file useful on another machine.
        if (file.startsWith(home))
            file = QStringLiteral("~/") + file.mid(home.size());
        if (!all.contains(file))
            all.append(file);
    }
    setFiles(all);
    Q_EMIT edited();
}

} // namespace Helmclaw
