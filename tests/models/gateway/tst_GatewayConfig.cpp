// SPDX-License-Identifier: MIT
#include "models/gateway/GatewayConfig.h"
#include "models/gateway/GatewayDiscovery.h"

#include <QtTest>

using namespace Helmclaw;
using namespace Qt::Literals::StringLiterals;

class TestGatewayConfig : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void whatItReads();
    void withoutTheToken();
    void tokens_data();
    void tokens();
    void includes();
    void refused_data();
    void refused();
    void basePaths_data();
    void basePaths();
    void whichTokenSignsIn_data();
    void whichTokenSignsIn();
    void environments();
};

static Result<GatewayConfig> parse(const QByteArray &text, bool withToken = true)
{
    return GatewayConfig::parse(Secret(text), withToken);
}

void TestGatewayConfig::whatItReads()
{
    const auto config = parse("{ // as `openclaw onboard` and a person wrote it\n"
                              "meta: {x: 1}, channels: {telegram: {botToken: '123:abc'}},\n"
                              "gateway: {mode: 'local', port: 18900, bind: 'loopback', controlUi: {basePath: "
                              "'/openclaw/'}, tls: {enabled: true},\n"
                              "auth: {mode: 'token', token: 'f00f'}}}");
    QVERIFY(config);
    QCOMPARE(config->port, std::optional<quint16>(18900));
    QCOMPARE(config->basePath, u"/openclaw"_s);
    QVERIFY(config->controlUiEnabled);
    QVERIFY(config->tls);
    QCOMPARE(config->authMode, u"token"_s);
    QCOMPARE(config->tokenKind, GatewayConfig::Token::Present);
    QCOMPARE(config->token.view(), QByteArrayView("f00f"));

    const auto empty = parse("{}");
    QVERIFY(empty && !empty->port && empty->basePath.isEmpty() && empty->authMode.isEmpty() && empty->controlUiEnabled
            && !empty->tls);
    QVERIFY(!parse("{gateway:{controlUi:{enabled:false}}}")->controlUiEnabled);
    QCOMPARE(parse("{gateway:{auth:{token:'x'}}}")->authMode, u"token"_s);
    QCOMPARE(parse("{gateway:{auth:{password:'x'}}}")->authMode, u"password"_s);
}

void TestGatewayConfig::withoutTheToken()
{
    const auto config = parse("{gateway:{port:5,auth:{token:'f00f'}}}", false);
    QVERIFY(config);
    QCOMPARE(config->port, std::optional<quint16>(5));
    QVERIFY(config->token.isEmpty());
}

void TestGatewayConfig::tokens_data()
{
    QTest::addColumn<QByteArray>("token");
    QTest::addColumn<GatewayConfig::Token>("kind");
    using Token = GatewayConfig::Token;
    QTest::newRow("plain") << QByteArray("'a$b{c}'") << Token::Present;
    QTest::newRow("not a variable") << QByteArray("'${lower} ${1A} ${} ${A'") << Token::Present;
    QTest::newRow("variable") << QByteArray("'${OPENCLAW_TOKEN_2}'") << Token::Substituted;
    QTest::newRow("inside") << QByteArray("'a${b ${_X}c'") << Token::Substituted;
    QTest::newRow("reference") << QByteArray("{source:'file',provider:'gw',id:'value'}") << Token::Reference;
    QTest::newRow("empty") << QByteArray("''") << Token::Absent;
}

void TestGatewayConfig::tokens()
{
    QFETCH(QByteArray, token);
    QFETCH(GatewayConfig::Token, kind);
    const auto config = parse("{gateway:{auth:{token:" + token + "}}}");
    QVERIFY(config);
    QCOMPARE(config->tokenKind, kind);
    QCOMPARE(config->token.isEmpty(), kind != GatewayConfig::Token::Present);
}

void TestGatewayConfig::includes()
{
    QVERIFY(parse("{$include:'./a.json5'}")->hasInclude);
    QVERIFY(parse("{gateway:{'$include':['x']}}")->hasInclude);
    QVERIFY(parse("{gateway:{auth:{$include:'x'}}}")->hasInclude);
    QVERIFY(!parse("{agents:{$include:'x'}}")->hasInclude); // cannot bring a gateway
}

void TestGatewayConfig::refused_data()
{
    QTest::addColumn<QByteArray>("text");
    for (const char *text :
         { "", "[]", "{gateway:{port:0}}", "{gateway:{port:65536}}", "{gateway:{port:1.5}}", "{gateway:{port:'18789'}}",
           "{gateway:{controlUi:{basePath:'/../x'}}}", "{gateway:{controlUi:{basePath:5}}}", "{gateway:" })
        QTest::newRow(text) << QByteArray(text);
}

void TestGatewayConfig::refused()
{
    QFETCH(QByteArray, text);
    const auto config = parse(text);
    QVERIFY(!config);
    QCOMPARE(config.error().code, ErrorCode::BadServerData);
}

void TestGatewayConfig::basePaths_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("path"); // null: refused
    QTest::newRow("none") << u""_s << u""_s;
    QTest::newRow("root") << u"/"_s << u""_s;
    QTest::newRow("plain") << u"/openclaw"_s << u"/openclaw"_s;
    QTest::newRow("slashes") << u" openclaw/ui// "_s << u"/openclaw/ui"_s;
    QTest::newRow("fragment") << u"/a#b"_s << QString();
    QTest::newRow("query") << u"/a?b"_s << QString();
    QTest::newRow("host") << u"//evil.example/x"_s << QString();
    QTest::newRow("line") << u"/a\r\nX: y"_s << QString();
    QTest::newRow("up") << u"/a/.."_s << QString();
    QTest::newRow("here") << u"/./a"_s << QString();
}

void TestGatewayConfig::basePaths()
{
    QFETCH(QString, text);
    QFETCH(QString, path);
    const std::optional<QString> normal = GatewayConfig::normalisedBasePath(text);
    QCOMPARE(normal.has_value(), !path.isNull());
    if (normal)
        QCOMPARE(*normal, path);
}

void TestGatewayConfig::whichTokenSignsIn_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("flag");
    QTest::addColumn<QByteArray>("token");
    QTest::addColumn<int>("error"); // -1: none
    const auto row = [](const char *name, const char *auth, bool flag, const char *token, int error) {
        QTest::newRow(name) << "{gateway:{auth:" + QByteArray(auth) + "}}" << flag << QByteArray(token) << error;
    };
    row("token", "{mode:'token',token:'t'}", false, "t", -1);
    row("no mode", "{token:'t'}", false, "t", -1);
    row("none", "{mode:'none'}", false, "", -1);
    row("flag beats it", "{token:'t'}", true, "", int(ErrorCode::Unsupported));
    row("password", "{mode:'password',password:'p'}", false, "", int(ErrorCode::Unsupported));
    row("proxy", "{mode:'trusted-proxy'}", false, "", int(ErrorCode::Unsupported));
    row("reference", "{mode:'token',token:{source:'env'}}", false, "", int(ErrorCode::Unsupported));
    row("variable", "{mode:'token',token:'${X}'}", false, "", int(ErrorCode::Unsupported));
    row("included", "{mode:'token',$include:'a'}", false, "", int(ErrorCode::Unsupported));
    row("somewhere else", "{mode:'token'}", false, "", int(ErrorCode::FileNotFound));
    row("nothing", "{}", false, "", int(ErrorCode::FileNotFound));
}

void TestGatewayConfig::whichTokenSignsIn()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, flag);
    QFETCH(QByteArray, token);
    QFETCH(int, error);
    auto config = parse(text);
    QVERIFY(config);
    GatewayInstance instance;
    instance.settings.tokenFlag = flag;
    const Result<Secret> found = gatewayToken(instance, *config);
    QCOMPARE(found ? -1 : int(found.error().code), error);
    if (found)
        QCOMPARE(found->view(), QByteArrayView(token));
    else
        QVERIFY(!found.error().remedy.isEmpty());
}

void TestGatewayConfig::environments()
{
    const auto token = [](const QByteArray &text) { return tokenInEnvironment(Secret(text)).copyOutOfSecureMemory(); };
    QCOMPARE(token(QByteArray("HOME=/x\0OPENCLAW_GATEWAY_TOKEN=a b\0X=1", 38)), "a b");
    QCOMPARE(token("# x\nexport OPENCLAW_GATEWAY_TOKEN = no\nexport OPENCLAW_GATEWAY_TOKEN=\"q'q\" \n"), "q'q");
    QCOMPARE(token("OPENCLAW_GATEWAY_TOKEN='s'"), "s");
    QCOMPARE(token("OPENCLAW_GATEWAY_TOKEN='"), "'");
    QCOMPARE(token("XOPENCLAW_GATEWAY_TOKEN=no\n"), "");
    QCOMPARE(token(""), "");
}

QTEST_GUILESS_MAIN(TestGatewayConfig)
#include "tst_GatewayConfig.moc"
