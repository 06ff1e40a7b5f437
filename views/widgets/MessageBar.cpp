// SPDX-License-Identifier: MIT
#include "views/widgets/MessageBar.h"

#include "views/theme/Glyphs.h"
#include "views/theme/Typography.h"
#include "views/widgets/MessageStrip.h"

#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

namespace Helmclaw {

MessageBar::MessageBar(QWidget *parent)
    : QWidget(parent)
    , m_layout(new QVBoxLayout(this))
{
    setObjectName(QStringLiteral("messageBar"));
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(0);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    hide();
}

void MessageBar::showMessage(const Message &message)
{
    const auto sameKey = [&](const Message &other) { return other.key == message.key; };
    m_messages.erase(std::remove_if(m_messages.begin(), m_messages.end(), sameKey), m_messages.end());
    m_messages.prepend(message);
    rebuild();
}

void MessageBar::closeMessage(const QString &key)
{
    const auto removed = m_messages.removeIf([&](const Message &message) { return message.key == key; });
    if (removed > 0)
        rebuild();
}

bool MessageBar::contains(const QString &key) const
{
    return std::any_of(m_messages.cbegin(), m_messages.cend(),
                       [&](const Message &message) { return message.key == key; });
}

Message MessageBar::fromError(const QString &key, const Error &error)
{
    const Glyph glyph = glyphOf(error);
    Message message;
    message.key = key;
    message.tone = glyph.tone;
    message.icon = glyph.icon;
    message.text = error.server.isEmpty() ? error.what : error.server + QStringLiteral(": ") + error.what;
    message.remedy = error.remedy;
    return message;
}

void MessageBar::rebuild()
{
    while (QLayoutItem *item = m_layout->takeAt(0)) {
        // Later: the button whose press led here may be among them.
        if (QWidget *widget = item->widget()) {
            widget->hide();
            widget->setObjectName({});
            widget->deleteLater();
        }
        delete item;
    }
    for (int i = 0; i < qMin<int>(maxShown, static_cast<int>(m_messages.size())); ++i) {
        const Message message = m_messages.at(i);
        auto *strip = new MessageStrip(message, this);
        connect(strip, &MessageStrip::closeRequested, this, [this, key = message.key] { closeMessage(key); });
        connect(strip, &MessageStrip::buttonPressed, this, [this, message](int index) {
            closeMessage(message.key);
            if (const auto &action = message.buttons.at(index).action)
                action();
        });
        m_layout->addWidget(strip);
    }
    if (m_messages.size() > maxShown) {
        auto *more = makeSecondaryLabel(TextStyle::Small,
                                        tr("and %n more", nullptr, static_cast<int>(m_messages.size()) - maxShown));
        more->setContentsMargins(40, 4, 8, 4);
        m_layout->addWidget(more);
    }
    setVisible(!m_messages.isEmpty());
}

} // namespace Helmclaw
