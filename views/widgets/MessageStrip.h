// SPDX-License-Identifier: MIT
#pragma once

#include "views/widgets/MessageBar.h"

namespace Helmclaw {

/// One message of a MessageBar.
class MessageStrip : public QWidget
{
    Q_OBJECT
public:
    explicit MessageStrip(const Message &message, QWidget *parent = nullptr);

Q_SIGNALS:
    void closeRequested();
    void buttonPressed(int index);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    Tone m_tone;
    QString m_icon;
};

} // namespace Helmclaw
