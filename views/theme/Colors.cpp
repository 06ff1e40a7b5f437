// SPDX-License-Identifier: MIT
#include "views/theme/Colors.h"

namespace Helmclaw {

namespace {

QColor rgb(QRgb value)
{
    return QColor::fromRgb(value);
}

Colors makeLight()
{
    Colors c;
    c.dark = false;
    c.window = rgb(0xf5f6f8);
    c.base = rgb(0xffffff);
    c.raised = rgb(0xffffff);
    c.border = rgb(0xe2e5ea);
    c.strongBorder = rgb(0xc9ced6);
    c.text = rgb(0x1a1e26);
    c.secondaryText = rgb(0x596373);
    c.disabledText = rgb(0xa2a9b4);
    c.accent = rgb(0x2a5fd0);
    c.accentText = rgb(0xffffff);
    c.selection = rgb(0xdfe9fc);
    c.hover = rgb(0xebeef2);
    c.ok = { rgb(0x13703f), rgb(0xe4f4ea) };
    c.warn = { rgb(0x8a5300), rgb(0xfdf0d2) };
    c.bad = { rgb(0xb3261e), rgb(0xfce6e4) };
    c.unknown = { rgb(0x5a6474), rgb(0xeceff3) };
    c.info = { rgb(0x2457c0), rgb(0xe6eefd) };
    return c;
}

Colors makeDark()
{
    Colors c;
    c.dark = true;
    c.window = rgb(0x1c1f25);
    c.base = rgb(0x16181d);
    c.raised = rgb(0x272b33);
    c.border = rgb(0x2d323b);
    c.strongBorder = rgb(0x454c58);
    c.text = rgb(0xe7eaef);
    c.secondaryText = rgb(0xa2abb9);
    c.disabledText = rgb(0x646d7b);
    c.accent = rgb(0x7aa7ff);
    c.accentText = rgb(0x0e1523);
    c.selection = rgb(0x243456);
    c.hover = rgb(0x252a32);
    c.ok = { rgb(0x55c98d), rgb(0x163325) };
    c.warn = { rgb(0xe9b653), rgb(0x3a2d12) };
    c.bad = { rgb(0xff8379), rgb(0x3d1f1e) };
    c.unknown = { rgb(0xa2abb9), rgb(0x2a2f38) };
    c.info = { rgb(0x86b1ff), rgb(0x1d2e52) };
    return c;
}

} // namespace

const Colors &Colors::light()
{
    static const Colors table = makeLight();
    return table;
}

const Colors &Colors::darkTable()
{
    static const Colors table = makeDark();
    return table;
}

const Colors &Colors::of(const QPalette &palette)
{
    const bool isDark = palette.color(QPalette::Window).lightness() < palette.color(QPalette::WindowText).lightness();
    return isDark ? darkTable() : light();
}

Colors::Pair Colors::tone(Tone tone) const
{
    switch (tone) {
    case Tone::Ok:
        return ok;
    case Tone::Warn:
        return warn;
    case Tone::Bad:
        return bad;
    case Tone::Unknown:
        return unknown;
    case Tone::Info:
        return info;
    case Tone::Neutral:
        break;
    }
    return { secondaryText, hover };
}

QPalette Colors::palette() const
{
    QPalette p;
    p.setColor(QPalette::Window, window);
    p.setColor(QPalette::WindowText, text);
    p.setColor(QPalette::Base, base);
    p.setColor(QPalette::AlternateBase, window);
    p.setColor(QPalette::Text, text);
    p.setColor(QPalette::PlaceholderText, secondaryText);
    p.setColor(QPalette::Button, raised);
    p.setColor(QPalette::ButtonText, text);
    p.setColor(QPalette::BrightText, bad.foreground);
    p.setColor(QPalette::Highlight, selection);
    p.setColor(QPalette::HighlightedText, text);
    p.setColor(QPalette::ToolTipBase, dark ? raised : text);
    p.setColor(QPalette::ToolTipText, dark ? text : base);
    p.setColor(QPalette::Link, info.foreground);
    p.setColor(QPalette::LinkVisited, info.foreground);
    p.setColor(QPalette::Light, raised.lighter(dark ? 130 : 100));
    p.setColor(QPalette::Midlight, border);
    p.setColor(QPalette::Mid, strongBorder);
    p.setColor(QPalette::Dark, dark ? base : strongBorder.darker(120));
    p.setColor(QPalette::Shadow, dark ? QColor(Qt::black) : strongBorder.darker(150));
    for (const auto role : { QPalette::WindowText, QPalette::Text, QPalette::ButtonText, QPalette::HighlightedText,
                             QPalette::PlaceholderText })
        p.setColor(QPalette::Disabled, role, disabledText);
    p.setColor(QPalette::Disabled, QPalette::Highlight, hover);
    p.setColor(QPalette::Disabled, QPalette::Base, window);
    return p;
}

} // namespace Helmclaw
