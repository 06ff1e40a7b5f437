// SPDX-License-Identifier: MIT
#include "views/theme/Colors.h"
#include "views/theme/Glyphs.h"
#include "views/theme/Icons.h"
#include "views/theme/Theme.h"

#include <QApplication>
#include <QPainter>
#include <QSignalSpy>
#include <QTest>
#include <QWidget>

#include <cmath>

using namespace Helmclaw;

namespace {

/// WCAG 2.1 relative luminance and contrast ratio.
double luminance(const QColor &color)
{
    const auto channel = [](double value) {
        return value <= 0.03928 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * channel(color.redF()) + 0.7152 * channel(color.greenF()) + 0.0722 * channel(color.blueF());
}

double contrast(const QColor &a, const QColor &b)
{
    const double x = luminance(a);
    const double y = luminance(b);
    return (qMax(x, y) + 0.05) / (qMin(x, y) + 0.05);
}

} // namespace

class tst_Theme : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void contrastIsReadable_data();
    void contrastIsReadable();
    void iconsFollowThePalette();
    void everyIconDraws();
    void everyGlyphHasAShapeAndAWord();
    void verdictShapesDiffer();
    void modeChangesThePalette();
    void modeNamesRoundTrip();
};

void tst_Theme::contrastIsReadable_data()
{
    QTest::addColumn<bool>("dark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
}

void tst_Theme::contrastIsReadable()
{
    QFETCH(bool, dark);
    const Colors &colors = dark ? Colors::darkTable() : Colors::light();
    QCOMPARE(&Colors::of(colors.palette()), &colors);
    for (const QColor &surface : { colors.base, colors.window, colors.selection, colors.hover, colors.raised }) {
        QVERIFY2(contrast(colors.text, surface) >= 7, qPrintable(surface.name()));
        QVERIFY2(contrast(colors.secondaryText, surface) >= 4.5, qPrintable(surface.name()));
    }
    for (const Tone tone : { Tone::Ok, Tone::Warn, Tone::Bad, Tone::Unknown, Tone::Info }) {
        const Colors::Pair pair = colors.tone(tone);
        for (const QColor &surface : { pair.background, colors.base, colors.window, colors.selection })
            QVERIFY2(contrast(pair.foreground, surface) >= 4.5,
                     qPrintable(QStringLiteral("%1 on %2").arg(pair.foreground.name(), surface.name())));
        QVERIFY(contrast(colors.secondaryText, pair.background) >= 4.5);
    }
    QVERIFY(contrast(colors.accentText, colors.accent) >= 4.5);
    // Selected and not selected must be told apart without counting pixels.
    QVERIFY(contrast(colors.selection, colors.base) >= 1.15);
}

void tst_Theme::iconsFollowThePalette()
{
    const auto darkest = [](const QIcon &icon) {
        const QImage image = icon.pixmap(32, 32).toImage();
        int best = -1;
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x) {
                const QColor pixel = image.pixelColor(x, y);
                if (pixel.alpha() > 200)
                    best = best < 0 ? pixel.lightness() : qMin(best, pixel.lightness());
            }
        }
        return best;
    };
    const QIcon icon = Icons::get(QStringLiteral("server"));
    QApplication::setPalette(Colors::light().palette());
    const int onLight = darkest(icon);
    QApplication::setPalette(Colors::darkTable().palette());
    const int onDark = darkest(icon);
    QVERIFY(onLight >= 0);
    QVERIFY2(onDark > onLight + 40, "the same QIcon must be redrawn in the dark theme's ink");
}

void tst_Theme::everyIconDraws()
{
    QVERIFY(Icons::names().size() > 40);
    QStringList seen;
    for (const QString &name : Icons::names()) {
        const QImage image = Icons::pixmap(name, { 16, 16 }, 1.0, Qt::red).toImage();
        int ink = 0;
        for (int y = 0; y < 16; ++y) {
            for (int x = 0; x < 16; ++x)
                ink += image.pixelColor(x, y).alpha() > 60 ? 1 : 0;
        }
        QVERIFY2(ink >= 4, qPrintable(name));
    }
}

void tst_Theme::everyGlyphHasAShapeAndAWord()
{
    for (const SessionState state :
         { SessionState::Off, SessionState::Queued, SessionState::Resolving, SessionState::Connecting,
           SessionState::Handshake, SessionState::HostKey, SessionState::Auth, SessionState::Asking,
           SessionState::Ready, SessionState::Lost, SessionState::Backoff, SessionState::Failed }) {
        SessionStatus status;
        status.state = state;
        const Glyph glyph = glyphOf(status);
        QVERIFY2(Icons::exists(glyph.icon), qPrintable(glyph.icon));
        QVERIFY(!glyph.word.isEmpty());
    }
    for (const WebUiState state : { WebUiState::Off, WebUiState::Opening, WebUiState::Live, WebUiState::Degraded,
                                    WebUiState::Reconnecting, WebUiState::Failed }) {
        QVERIFY(Icons::exists(glyphOf(state).icon));
        QVERIFY(!glyphOf(state).word.isEmpty());
    }
    SessionStatus changed;
    changed.state = SessionState::Failed;
    changed.error = Error { ErrorCode::HostKeyChanged, QStringLiteral("x"), {}, {} };
    QCOMPARE(glyphOf(changed).icon, QStringLiteral("shield-alert"));
    QCOMPARE(glyphOf(changed).tone, Tone::Bad);
}

void tst_Theme::verdictShapesDiffer()
{
    // Without colour (all painted black) no two verdicts look alike.
    QList<QImage> shapes;
    for (const Verdict verdict :
         { Verdict::Pass, Verdict::Warn, Verdict::Fail, Verdict::Unknown, Verdict::NotApplicable }) {
        const QImage image = Icons::pixmap(glyphOf(verdict).icon, { 16, 16 }, 1.0, Qt::black).toImage();
        for (const QImage &other : std::as_const(shapes))
            QVERIFY(image != other);
        shapes.append(image);
    }
    QVERIFY2(glyphOf(Verdict::Unknown).tone != Tone::Ok, "unknown is never shown as good");
}

void tst_Theme::modeChangesThePalette()
{
    QApplication::setPalette(QPalette());
    Theme theme(Theme::Mode::Light);
    QWidget widget;
    widget.show();
    QSignalSpy changed(&theme, &Theme::changed);
    QVERIFY(!Colors::of(widget.palette()).dark);
    theme.setMode(Theme::Mode::Dark);
    QVERIFY(theme.isDark());
    QTRY_VERIFY(Colors::of(widget.palette()).dark);
    theme.setMode(Theme::Mode::System);
    QVERIFY2(!theme.isDark(), "the offscreen desktop is light");
    QCOMPARE(changed.count(), 2);
}

void tst_Theme::modeNamesRoundTrip()
{
    for (const Theme::Mode mode : { Theme::Mode::System, Theme::Mode::Light, Theme::Mode::Dark })
        QCOMPARE(Theme::modeFromName(Theme::modeName(mode)), mode);
    QCOMPARE(Theme::modeFromName(QStringLiteral("nonsense")), Theme::Mode::System);
}

QTEST_MAIN(tst_Theme)
#include "tst_Theme.moc"
