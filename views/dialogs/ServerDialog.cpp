// SPDX-License-Identifier: MIT
#include "views/dialogs/ServerDialog.h"

#include "models/fleet/Fleet.h"
#include "models/fleet/HostPreview.h"
#include "views/dialogs/IdentityList.h"
#include "views/theme/Colors.h"
#include "views/theme/Typography.h"

#include <QComboBox>
#include <QCompleter>
#include <QDialogButtonBox>
#include <QGridLayout>
#include <QIntValidator>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace Helmclaw {

namespace {

QLineEdit *field(const QString &name, const QString &placeholder = {})
{
    auto *edit = new QLineEdit;
    edit->setObjectName(name);
    edit->setPlaceholderText(placeholder);
    return edit;
}

} // namespace

ServerDialog::ServerDialog(Fleet *fleet, const QString &sshConfigFile, const QString &serverId, QWidget *parent)
    : QDialog(parent)
    , m_fleet(fleet)
    , m_isNew(!fleet->byId(serverId).has_value())
    , m_name(field(QStringLiteral("name"), tr("as you call it")))
    , m_host(field(QStringLiteral("host"), tr("name, address, or alias of ~/.ssh/config")))
    , m_preview(makeSecondaryLabel(TextStyle::Small))
    , m_user(field(QStringLiteral("user"), tr("from ~/.ssh/config, else your own")))
    , m_port(field(QStringLiteral("port"), tr("from ~/.ssh/config, else 22")))
    , m_jump(field(QStringLiteral("jump"), tr("from ~/.ssh/config; user@bastion:22, or none")))
    , m_backend(new QComboBox)
    , m_identities(new IdentityList)
    , m_tags(field(QStringLiteral("tags"), tr("production, eu")))
    , m_gatewayPort(field(QStringLiteral("gatewayPort"), tr("found out on the server")))
    , m_problem(makeLabel(TextStyle::Small))
    , m_buttons(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel))
    , m_hostPreview(new HostPreview(sshConfigFile, this))
{
    setObjectName(QStringLiteral("serverDialog"));
    setWindowTitle(m_isNew ? tr("Add a server") : tr("Edit server"));
    m_backend->setObjectName(QStringLiteral("backend"));
    m_backend->addItem(tr("libssh, or OpenSSH's ssh where needed"), int(SshBackend::Auto));
    m_backend->addItem(tr("libssh only"), int(SshBackend::Libssh));
    m_backend->addItem(tr("OpenSSH's ssh"), int(SshBackend::OpenSsh));
    m_port->setValidator(new QIntValidator(0, 65535, m_port));
    m_gatewayPort->setValidator(new QIntValidator(0, 65535, m_gatewayPort));
    m_preview->setObjectName(QStringLiteral("hostPreview"));
    m_preview->setWordWrap(true);
    m_problem->setObjectName(QStringLiteral("problem"));
    m_problem->setWordWrap(true);
    m_problem->setAccessibleName(tr("Problem"));
    auto *completer = new QCompleter(fleet->tags(), m_tags);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    m_tags->setCompleter(completer);
    m_buttons->button(QDialogButtonBox::Ok)->setText(m_isNew ? tr("Add server") : tr("Save"));
    m_buttons->button(QDialogButtonBox::Ok)->setObjectName(QStringLiteral("ok"));
    m_buttons->button(QDialogButtonBox::Cancel)->setObjectName(QStringLiteral("cancel"));
    connect(m_buttons, &QDialogButtonBox::accepted, this, &ServerDialog::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &ServerDialog::reject);

    buildForm();
    load(fleet->byId(serverId).value_or(Server {}));
    m_nameFollowsHost = m_isNew;

    const auto onEdit = [this] {
        m_touched = true;
        validate();
    };
    connect(m_name, &QLineEdit::textEdited, this, [this, onEdit] {
        m_nameFollowsHost = m_name->text().isEmpty();
        onEdit();
    });
    connect(m_host, &QLineEdit::textEdited, this, [this, onEdit](const QString &host) {
        if (m_nameFollowsHost)
            m_name->setText(host.trimmed());
        onEdit();
    });
    for (QLineEdit *edit : { m_user, m_port, m_jump, m_tags, m_gatewayPort })
        connect(edit, &QLineEdit::textEdited, this, onEdit);
    connect(m_identities, &IdentityList::edited, this, onEdit);
    connect(m_backend, &QComboBox::activated, this, onEdit);
    connect(m_hostPreview, &HostPreview::changed, this, &ServerDialog::updatePreview);
    validate();
    (m_isNew ? m_host : m_name)->setFocus();
}

void ServerDialog::buildForm()
{
    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(8);
    grid->setColumnStretch(1, 1);
    int row = 0;
    const auto addRow = [&](const QString &text, QWidget *editor, QWidget *buddy) {
        auto *label = new QLabel(text);
        label->setTextFormat(Qt::PlainText);
        label->setBuddy(buddy);
        grid->addWidget(label, row, 0);
        grid->addWidget(editor, row, 1);
        ++row;
    };
    const auto addSection = [&](const QString &text) {
        QLabel *label = makeSecondaryLabel(TextStyle::Caption, text);
        label->setContentsMargins(0, row == 0 ? 0 : 12, 0, 0);
        grid->addWidget(label, row++, 0, 1, 2);
    };
    addSection(tr("Server"));
    addRow(tr("&Host"), m_host, m_host);
    grid->addWidget(m_preview, row++, 1);
    addRow(tr("&Name"), m_name, m_name);
    addRow(tr("&Groups"), m_tags, m_tags);
    addSection(tr("Sign-in"));
    addRow(tr("&User"), m_user, m_user);
    addRow(tr("&Port"), m_port, m_port);
    addRow(tr("&Jump host"), m_jump, m_jump);
    addRow(tr("&Identity files"), m_identities, m_identities->field());
    addRow(tr("&Carried by"), m_backend, m_backend);
    addSection(tr("OpenClaw"));
    addRow(tr("Gate&way port"), m_gatewayPort, m_gatewayPort);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(24, 20, 24, 20);
    layout->setSpacing(12);
    layout->addLayout(grid);
    layout->addStretch(1);
    layout->addWidget(m_problem);
    layout->addWidget(m_buttons);
    setMinimumWidth(520);

    // Host before name: the name follows the host until somebody writes one.
    setTabOrder(m_host, m_name);
    setTabOrder(m_name, m_tags);
    setTabOrder(m_tags, m_user);
    setTabOrder(m_user, m_port);
    setTabOrder(m_port, m_jump);
    setTabOrder(m_jump, m_identities->field());
    setTabOrder(m_identities->field(), m_backend);
    setTabOrder(m_backend, m_gatewayPort);
}

void ServerDialog::load(const Server &server)
{
    m_original = server;
    const auto number = [](int value) { return value == 0 ? QString() : QString::number(value); };
    m_name->setText(server.name);
    m_host->setText(server.host);
    m_user->setText(server.user);
    m_port->setText(number(server.port));
    m_jump->setText(server.proxyJump);
    m_identities->setFiles(server.identityFiles);
    m_backend->setCurrentIndex(m_backend->findData(int(server.backend)));
    m_tags->setText(server.tags.join(QStringLiteral(", ")));
    m_gatewayPort->setText(number(server.gatewayPort));
}

Server ServerDialog::fromForm() const
{
    Server server = m_original;
    server.name = m_name->text().trimmed();
    server.host = m_host->text().trimmed();
    server.user = m_user->text().trimmed();
    server.port = m_port->text().toInt();
    server.proxyJump = m_jump->text().trimmed();
    server.identityFiles = m_identities->files();
    server.backend = static_cast<SshBackend>(m_backend->currentData().toInt());
    server.tags = splitTags(m_tags->text());
    server.gatewayPort = m_gatewayPort->text().toInt();
    return server;
}

QString ServerDialog::problem(const Server &server) const
{
    const QString own = serverProblem(server);
    if (!own.isEmpty())
        return own;
    for (const Server &other : m_fleet->servers()) {
        if (other.id != server.id && other.name == server.name)
            return tr("Another server is called “%1” already").arg(server.name);
    }
    return {};
}

void ServerDialog::validate()
{
    const Server server = fromForm();
    m_hostPreview->setServer(server);
    const QString text = problem(server);
    m_buttons->button(QDialogButtonBox::Ok)->setEnabled(text.isEmpty());
    // A form that nobody has touched is not wrong, only empty.
    m_problem->setText(m_touched ? text : QString());
    grow();
    QPalette colors = m_problem->palette();
    colors.setColor(QPalette::WindowText, Colors::of(palette()).bad.foreground);
    m_problem->setPalette(colors);
}

void ServerDialog::updatePreview()
{
    m_preview->setText(m_hostPreview->text());
    grow();
}

/// Wrapped text does not make room for itself.
void ServerDialog::grow()
{
    if (!isVisible())
        return;
    layout()->activate();
    const int wanted = layout()->totalHeightForWidth(width());
    if (wanted > height())
        resize(width(), wanted);
}

void ServerDialog::accept()
{
    const Server server = fromForm();
    if (!problem(server).isEmpty()) {
        m_touched = true;
        validate();
        return;
    }
    if (m_isNew) {
        const Result<QString> added = m_fleet->add(server);
        if (added) {
            m_original.id = *added;
            QDialog::accept();
            return;
        }
        m_problem->setText(added.error().toString());
        return;
    }
    const Result<void> updated = m_fleet->update(server);
    if (updated)
        QDialog::accept();
    else
        m_problem->setText(updated.error().toString());
}

} // namespace Helmclaw
