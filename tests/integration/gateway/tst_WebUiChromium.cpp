// SPDX-License-Identifier: MIT
// What an admin sees: a real browser, given the URL as its argument, shows the real Control UI through the tunnel.
// HELMCLAW_SCREENSHOT=FILE keeps the picture.
#include "Chromium.h"
#include "GatewayFixture.h"
#include "WebUiHouse.h"
#include "models/gateway/OneTimeRedirect.h"

#include <QDir>
#include <QImage>

using namespace Helmclaw;
using namespace Helmclaw::Test;
using namespace Qt::Literals::StringLiterals;

class TestWebUiChromium : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void signedIn();
    void aWrongTokenShowsTheForm();

private:
    // The shell that is only there after the gateway's hello; the form that asks for the token.
    static inline const QString shell = u"!!document.querySelector('openclaw-app-shell')"_s;
    static inline const QString form = u"!!document.querySelector('openclaw-login-gate')"_s;
    /// Every process's arguments on this machine that hold @p secret.
    static QByteArrayList processesThatShow(const QByteArray &secret)
    {
        QByteArrayList found;
        const QStringList entries = QDir(u"/proc"_s).entryList(QDir::Dirs);
        for (const QString &entry : entries) {
            QFile file(u"/proc/"_s + entry + u"/cmdline"_s);
            const QByteArray arguments =
                entry.at(0).isDigit() && file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
            if (arguments.contains(secret))
                found.append(arguments);
        }
        return found;
    }
    SshdFixture m_sshd;
    GatewayFixture m_gateway;
};

void TestWebUiChromium::initTestCase()
{
    for (const QString &missing : { Chromium::missing(), SshdFixture::missing(), GatewayFixture::missing() }) {
        if (!missing.isEmpty())
            QSKIP(qPrintable(missing));
    }
    QVERIFY(m_sshd.start());
    QVERIFY2(m_gateway.start(), m_gateway.log().right(2000).constData());
}

void TestWebUiChromium::signedIn()
{
    WebUiHouse house(m_sshd, m_gateway.port());
    const QUrl url = house.open();
    QVERIFY(!url.isEmpty());
    Chromium browser;
    QVERIFY(browser.start(url));
    QVERIFY(QTest::qWaitFor([&] { return !processesThatShow(url.toString().toLatin1()).isEmpty(); },
                            20000)); // this test can see arguments
    QByteArrayList shown;
    bool sawForm = false;
    QVERIFY2(QTest::qWaitFor(
                 [&] {
                     shown += processesThatShow(m_gateway.token());
                     sawForm = sawForm || browser.evaluate(form) == u"true";
                     return browser.evaluate(shell) == u"true";
                 },
                 90000),
             qPrintable(browser.evaluate(u"location.href + document.body.innerText"_s)));
    // What only the gateway itself can have told the page: its version, in the corner.
    const QString version = house.status().gatewayVersion;
    QVERIFY(!version.isEmpty());
    QVERIFY2(browser.until(u"document.body.innerText.includes('%1')"_s.arg(version), 90000),
             qPrintable(browser.evaluate(u"document.body.innerText"_s)));
    QTest::qWait(3000); // a refused token would bring the form back
    QVERIFY(browser.evaluate(form) == u"false" && !sawForm);
    QCOMPARE(browser.evaluate(shell), u"true"_s);
    QVERIFY(shown.isEmpty());
    // A device token is only given to who has signed in; the address holds no token any more.
    const QString origin = u"127.0.0.1:%1"_s.arg(house.status().localPort);
    QCOMPARE(browser.evaluate(u"localStorage.getItem('openclaw.device.auth.v1:ws://%1') !== null"_s.arg(origin)),
             u"true"_s);
    const QString address = browser.evaluate(u"location.href"_s);
    QVERIFY2(address.startsWith(u"http://"_s + origin + u'/')
                 && !address.contains(QString::fromLatin1(m_gateway.token())),
             qPrintable(address));
    QVERIFY(house.pool->statistics().tunnelConnections > 0);

    const QByteArray png = browser.screenshot();
    const QImage image = QImage::fromData(png);
    QVERIFY(image.width() >= 1000 && image.height() >= 500);
    if (const QString file = qEnvironmentVariable("HELMCLAW_SCREENSHOT"); !file.isEmpty())
        QVERIFY(image.save(file, "PNG", 0));
}

void TestWebUiChromium::aWrongTokenShowsTheForm()
{
    WebUiHouse house(m_sshd, m_gateway.port());
    house.webUi->openTunnelOnly(house.id);
    QVERIFY(house.until(WebUiState::Live));
    OneTimeRedirect redirect(house.status().localPort, house.status().basePath, Secret("not-the-token"));
    Chromium browser;
    QVERIFY(browser.start(redirect.start().value()));
    QVERIFY2(browser.until(form, 90000), qPrintable(browser.evaluate(u"document.body.innerText"_s)));
    QCOMPARE(browser.evaluate(shell), u"false"_s);
    QVERIFY(!house.status().gatewayVersion.isEmpty());
    QVERIFY(!browser.evaluate(u"document.body.innerText"_s).contains(house.status().gatewayVersion));
    QVERIFY(redirect.isServed());
    const QString origin = u"127.0.0.1:%1"_s.arg(house.status().localPort);
    QCOMPARE(browser.evaluate(u"localStorage.getItem('openclaw.device.auth.v1:ws://%1') !== null"_s.arg(origin)),
             u"false"_s);
}

QTEST_GUILESS_MAIN(TestWebUiChromium)
#include "tst_WebUiChromium.moc"
