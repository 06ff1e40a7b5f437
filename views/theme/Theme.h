// SPDX-License-Identifier: MIT
#pragma once

#include "views/theme/Colors.h"

#include <QObject>

namespace Helmclaw {

/// The application's look: our style and one of the two colour tables. One object per application; making it applies
/// it. System follows the desktop's palette, also when that changes while we run. Widgets need not know this class:
/// they take Colors::of(palette()) when they paint and repaint on QEvent::PaletteChange.
class Theme : public QObject
{
    Q_OBJECT
public:
    enum class Mode { System, Light, Dark };
    Q_ENUM(Mode)

    explicit Theme(Mode mode = Mode::System, QObject *parent = nullptr);

    [[nodiscard]] Mode mode() const { return m_mode; }
    void setMode(Mode mode);
    [[nodiscard]] bool isDark() const { return m_dark; }

    /// The stable word for settings ("system", "light", "dark") and back; an unknown word is System.
    [[nodiscard]] static QString modeName(Mode mode);
    [[nodiscard]] static Mode modeFromName(const QString &name);

Q_SIGNALS:
    void changed();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void apply();
    void readSystemPalette();

    Mode m_mode;
    bool m_systemDark = false;
    bool m_dark = false;
};

} // namespace Helmclaw
