// SPDX-License-Identifier: MIT
#include "models/gateway/Json5.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QtTest>

#include <cmath>

using namespace Helmclaw;
using namespace Qt::Literals::StringLiterals;

class TestJson5 : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void values_data();
    void values();
    void refused_data();
    void refused();
    void specialNumbers();
    void lastKeyCounts();
    void limits();
    void selection();
    void secretOfAnEarlierKeyIsForgotten();
    void errorsNameThePlaceAndNothingElse();
    void everyJsonDocumentReadsAsQtReadsIt();
    void noBytesCrashIt();
};

void TestJson5::values_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("json"); // of [the value]
    const auto row = [](const char *name, const QByteArray &text, const QByteArray &json) {
        QTest::newRow(name) << text << json;
    };
    row("null", "null", "[null]");
    row("comment", "// one\n/* two\n * */ true /**/", "[true]");
    row("comment at the end", "1 // no line end", "[1]");
    row("byte order mark", "\xEF\xBB\xBF 1", "[1]");
    row("spaces of Unicode", "\xC2\xA0\xE2\x80\xA8\xE3\x80\x80 1\v\f", "[1]");
    row("single quotes", R"('it\'s "so"')", R"(["it's \"so\""])");
    row("double quotes", R"("it's \"so\"")", R"(["it's \"so\""])");
    row("escapes", R"('\b\f\n\r\t\\\/\x41\u00e4\a\q')", R"(["\b\f\n\r\t\\/Aäaq"])");
    row("null character", R"('a\0b')", R"(["a\u0000b"])");
    row("surrogate pair", R"('\ud83e\udd9e')", "[\"\xF0\x9F\xA6\x9E\"]");
    row("half a surrogate pair", R"('\ud83ex')", "[\"\xEF\xBF\xBDx\"]");
    row("two halves", R"('\udd9e\ud83e')", "[\"\xEF\xBF\xBD\xEF\xBF\xBD\"]");
    row("high half before a character", R"('\ud83e\u0041')",
        "[\"\xEF\xBF\xBD"
        "A\"]");
    row("line continuation",
        "'one \\\ntwo \\\r\nthree \\\xE2\x80\xA9"
        "four'",
        R"(["one two three four"])");
    row("line separator in a string", "'a\xE2\x80\xA8z'", "[\"a\xE2\x80\xA8z\"]");
    row("trailing commas", "{a:[1,2,],b:{c:3,},}", R"([{"a":[1,2],"b":{"c":3}}])");
    row("empty", "[{},[],]", "[[{},[]]]");
    row("unquoted keys", "{$a_1:1,\xC3\xA4:2,\\u0062c:3,null:4,'d e':5}",
        R"([{"$a_1":1,"ä":2,"bc":3,"null":4,"d e":5}])");
    row("numbers", "[0,-0.5,.5,5.,+1,1e3,1E-2,5.e1,0xfF,-0x10,123456789012]",
        "[[0,-0.5,0.5,5,1,1000,0.01,50,255,-16,123456789012]]");
}

void TestJson5::values()
{
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, json);
    const auto document = Json5::parse(text);
    QVERIFY2(document, document ? "" : qPrintable(document.error().what));
    QCOMPARE(QJsonDocument(QJsonArray { document->root }).toJson(), QJsonDocument::fromJson(json).toJson());
}

void TestJson5::refused_data()
{
    QTest::addColumn<QByteArray>("text");
    const QList<QByteArray> texts {
        "",
        " ",
        "// only",
        "{",
        "}",
        "[1",
        "[,]",
        "{,}",
        "[1,,2]",
        "{a:1 b:2}",
        "{a 1}",
        "{a:}",
        "{1a:1}",
        "{a-b:1}",
        "{\\x61:1}",
        "{a:1}}",
        "[1]]",
        "1 2",
        "tru",
        "True",
        "nul",
        "undefined",
        "nullx",
        "'a",
        "\"a'",
        "'a\nb'",
        "'a\rb'",
        "'\\1'",
        "'\\01'",
        "'\\x4'",
        "'\\u12'",
        "'\\",
        "01",
        "00",
        "0x",
        "0xg",
        "1.2.3",
        "1e",
        "1e+",
        ".",
        "+",
        "-",
        "+-1",
        "--1",
        "1a",
        "Infinit",
        "-Nan",
        "+ 1",
        "/",
        "/* open",
        "/x",
        "'\xFF'",
        "\xC0\x80",
        "'\xED\xA0\x80'",
        "'\xF5\x80\x80\x80'",
        "'\xE2\x82'",
        "`a`",
        "{'a':1",
        "{\"a\" 1}",
        QByteArray("\0", 1),
        QByteArray("1\0", 2),
    };
    for (const QByteArray &text : texts)
        QTest::newRow(text.toPercentEncoding().constData()) << text;
}

void TestJson5::refused()
{
    QFETCH(QByteArray, text);
    const auto document = Json5::parse(text);
    QVERIFY(!document);
    QCOMPARE(document.error().code, ErrorCode::BadServerData);
}

void TestJson5::specialNumbers()
{
    const auto root = Json5::parse("[Infinity,-Infinity,+Infinity,NaN,1e999]")->root.toArray();
    QVERIFY(std::isinf(root.at(0).toDouble()) && root.at(0).toDouble() > 0);
    QVERIFY(std::isinf(root.at(1).toDouble()) && root.at(1).toDouble() < 0);
    QVERIFY(std::isinf(root.at(2).toDouble()) && root.at(2).toDouble() > 0);
    QVERIFY(std::isnan(root.at(3).toDouble()));
    QVERIFY(std::isinf(root.at(4).toDouble()));
    QCOMPARE(Json5::parse("1e-999")->root.toDouble(-1), 0.0);
    QCOMPARE(Json5::parse("0." + QByteArray(400, '0') + '1')->root.toDouble(-1), 0.0);
    QVERIFY(std::isinf(Json5::parse(QByteArray(400, '9'))->root.toDouble()));
}

void TestJson5::lastKeyCounts()
{
    QCOMPARE(Json5::parse("{a:1,'a':2,\"a\":3}")->root.toObject().value("a"_L1).toInt(), 3);
}

void TestJson5::limits()
{
    const auto nested = [](int depth) { return QByteArray(depth, '[') + QByteArray(depth, ']'); };
    QVERIFY(Json5::parse(nested(Json5::maxDepth)));
    QVERIFY(!Json5::parse(nested(Json5::maxDepth + 1)));
    QVERIFY(!Json5::parse(nested(100000)));
    QVERIFY(Json5::parse(QByteArray(Json5::maxBytes - 1, ' ') + '1'));
    QVERIFY(!Json5::parse(QByteArray(Json5::maxBytes, ' ') + '1'));
    // Below a skipped value the depth counts as well.
    QVERIFY(!Json5::parse(nested(100000), [](const QStringList &) { return Json5Take::Skip; }));
}

void TestJson5::selection()
{
    const auto document =
        Json5::parse("{a:{s:'secret \\u00e4 \\\n1',n:5,o:{x:'hidden'},p:'there'},b:'skipped',c:[1,'two']}",
                     [](const QStringList &path) {
                         if (path == QStringList { u"a"_s, u"s"_s } || path == QStringList { u"a"_s, u"o"_s })
                             return Json5Take::Secret;
                         if (path.value(1) == u"p")
                             return Json5Take::Presence;
                         return path.value(0) == u"b" ? Json5Take::Skip : Json5Take::Value;
                     });
    QVERIFY(document);
    QCOMPARE(QJsonDocument(document->root.toObject()).toJson(QJsonDocument::Compact),
             R"({"a":{"n":5,"o":true,"p":true},"c":[1,"two"]})");
    QCOMPARE(document->secrets.size(), 1U);
    QCOMPARE(document->secrets.begin()->first, (QStringList { u"a"_s, u"s"_s }));
    QCOMPARE(document->secrets.begin()->second.view(), QByteArrayView("secret \xC3\xA4 1"));
}

void TestJson5::secretOfAnEarlierKeyIsForgotten()
{
    const auto select = [](const QStringList &path) {
        return path.value(1) == u"s" ? Json5Take::Secret : Json5Take::Value;
    };
    QVERIFY(Json5::parse("{a:{s:'x'},a:{}}", select)->secrets.empty());
    QVERIFY(Json5::parse("{a:{s:'x',s:{}}}", select)->secrets.empty());
    QVERIFY(Json5::parse("{a:{s:'x'},a:null}", select)->secrets.empty());
    QCOMPARE(Json5::parse("{a:{s:'x',s:'y'},ab:1,b:1}", select)->secrets.begin()->second.view(), QByteArrayView("y"));
}

void TestJson5::errorsNameThePlaceAndNothingElse()
{
    const auto document = Json5::parse("{\n  token: 'hunter2'\n  other: hunter3\n}");
    QVERIFY(!document);
    QVERIFY2(document.error().what.contains(u"line 3, column 3"_s), qPrintable(document.error().what));
    QVERIFY(!document.error().toString().contains(u"hunter"_s));
}

namespace {

QString randomText(QRandomGenerator &random)
{
    QString text;
    for (int i = random.bounded(8); i > 0; --i) {
        const char32_t choices[] = { char32_t(random.bounded(0x20, 0x7F)),
                                     char32_t(random.bounded(0, 0x20)),
                                     char32_t(random.bounded(0xA0, 0xD800)),
                                     char32_t(random.bounded(0x10000, 0x110000)),
                                     U'"',
                                     U'\\',
                                     U'\u2028' };
        text += QString::fromUcs4(&choices[random.bounded(7)], 1);
    }
    return text;
}

QJsonValue randomValue(QRandomGenerator &random, int depth)
{
    switch (random.bounded(depth > 4 ? 4 : 6)) {
    case 0:
        return random.bounded(2) == 1;
    case 1:
        return QJsonValue::Null;
    case 2:
        return random.bounded(2) == 1 ? double(int(random.generate()))
                                      : random.generateDouble() * std::pow(10, random.bounded(-20, 20));
    case 3:
        return randomText(random);
    case 4: {
        QJsonArray array;
        for (int i = random.bounded(5); i > 0; --i)
            array.append(randomValue(random, depth + 1));
        return array;
    }
    default: {
        QJsonObject object;
        for (int i = random.bounded(5); i > 0; --i)
            object.insert(randomText(random), randomValue(random, depth + 1));
        return object;
    }
    }
}

} // namespace

void TestJson5::everyJsonDocumentReadsAsQtReadsIt()
{
    QRandomGenerator random(5);
    for (int i = 0; i < 3000; ++i) {
        const QByteArray json = QJsonDocument(QJsonArray { randomValue(random, 0) })
                                    .toJson(i % 2 == 0 ? QJsonDocument::Compact : QJsonDocument::Indented);
        const auto document = Json5::parse(json);
        QVERIFY2(document, json.constData());
        QCOMPARE(QJsonDocument(document->root.toArray()).toJson(),
                 QJsonDocument(QJsonDocument::fromJson(json).array()).toJson());
    }
}

void TestJson5::noBytesCrashIt()
{
    // Mutations of a real configuration, and soup of the language's own signs: parse, and never read beyond the end.
    const QByteArray sample = "{ gateway: { port: 0x4965, auth: { mode: 'token', token: \"a\\u0062\\\nc\" }, /* x */ "
                              "tls: {enabled: false,}, }, // e\n n: [+1., -.5e3, NaN] }";
    const QByteArray signs = "{}[]:,'\"\\/*+-.0x19eEu\n\r \xC3\xA4\xE2\x80\xA8NaInfity$_tr";
    QRandomGenerator random(7);
    for (int i = 0; i < 50000; ++i) {
        QByteArray text = i % 2 == 0 ? sample : QByteArray();
        for (int n = random.bounded(1, 12); n > 0; --n) {
            const qsizetype at = text.isEmpty() ? 0 : random.bounded(int(text.size()));
            const char sign =
                random.bounded(8) == 0 ? char(random.bounded(256)) : signs.at(random.bounded(int(signs.size())));
            if (random.bounded(3) == 0 && !text.isEmpty())
                text.remove(at, random.bounded(1, 6));
            else
                text.insert(at, sign);
        }
        const QByteArray exact(text.constData(), text.size()); // so that a sanitizer sees the end
        const auto keep = Json5::parse(exact);
        const auto secret = Json5::parse(
            exact, [](const QStringList &path) { return path.isEmpty() ? Json5Take::Value : Json5Take::Secret; });
        const auto skip = Json5::parse(exact, [](const QStringList &) { return Json5Take::Skip; });
        // What is selected does not change what is valid.
        QCOMPARE(keep.has_value(), skip.has_value());
        QCOMPARE(keep.has_value(), secret.has_value());
    }
}

QTEST_GUILESS_MAIN(TestJson5)
#include "tst_Json5.moc"
