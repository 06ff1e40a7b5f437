// SPDX-License-Identifier: MIT
#include "models/gateway/Json5.h"

#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonObject>

#include <algorithm>
#include <charconv>
#include <limits>
#include <optional>

namespace Helmclaw {

namespace {

constexpr char32_t EndOfText = 0x110000;
constexpr char32_t Malformed = 0x110001;

bool isLineEnd(char32_t c)
{
    return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029;
}

bool isSpace(char32_t c)
{
    return isLineEnd(c) || c == '\t' || c == '\v' || c == '\f' || c == ' ' || c == 0xA0 || c == 0xFEFF
        || (c > 0x7F && QChar::category(c) == QChar::Separator_Space);
}

bool isDigit(char32_t c)
{
    return c >= '0' && c <= '9';
}

bool isIdentifierStart(char32_t c)
{
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '$' || c == '_';
    return c < EndOfText && (QChar::isLetter(c) || QChar::category(c) == QChar::Number_Letter);
}

bool isIdentifierPart(char32_t c)
{
    if (c < 0x80)
        return isIdentifierStart(c) || isDigit(c);
    const bool mark =
        c < EndOfText && (QChar::isMark(c) || QChar::isDigit(c) || QChar::category(c) == QChar::Punctuation_Connector);
    return isIdentifierStart(c) || (mark && QChar::category(c) != QChar::Mark_Enclosing) || c == 0x200C || c == 0x200D;
}

int hexValue(char32_t c)
{
    if (isDigit(c))
        return int(c - '0');
    const char32_t lower = c | 0x20;
    return lower >= 'a' && lower <= 'f' ? int(lower - 'a') + 10 : -1;
}

void appendUtf8(QByteArray &out, char32_t c)
{
    if (c < 0x80) {
        out += char(c);
    } else if (c < 0x800) {
        out += char(0xC0 | (c >> 6));
        out += char(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        out += char(0xE0 | (c >> 12));
        out += char(0x80 | ((c >> 6) & 0x3F));
        out += char(0x80 | (c & 0x3F));
    } else {
        out += char(0xF0 | (c >> 18));
        out += char(0x80 | ((c >> 12) & 0x3F));
        out += char(0x80 | ((c >> 6) & 0x3F));
        out += char(0x80 | (c & 0x3F));
    }
}

class Reader
{
public:
    Reader(QByteArrayView text, const Json5::Selection &selection)
        : m_text(text)
        , m_selection(selection)
    {
    }

    Result<Json5Document> read()
    {
        Json5Document document;
        m_document = &document;
        QJsonValue root(QJsonValue::Undefined);
        if (skipBlanks() && value(select(), &root) && skipBlanks() && m_next < m_text.size())
            (void)fail(QCoreApplication::translate("Json5", "something follows the end of the value"));
        if (!m_problem.isEmpty()) {
            return failure(ErrorCode::BadServerData,
                           QCoreApplication::translate("Json5", "line %1, column %2: %3")
                               .arg(line())
                               .arg(column())
                               .arg(m_problem));
        }
        document.root = root;
        return document;
    }

private:
    // --- characters -------------------------------------------------------------------------------------------------

    /// The character at m_next and its length, without moving.
    [[nodiscard]] char32_t peek(int *length = nullptr) const
    {
        int ignored = 0;
        int &n = length ? *length : ignored;
        n = 0;
        if (m_next >= m_text.size())
            return EndOfText;
        const auto byte = [&](qsizetype i) { return static_cast<unsigned char>(m_text.at(m_next + i)); };
        const unsigned char first = byte(0);
        n = first < 0x80 ? 1 : first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
        if (n == 1)
            return first;
        if (first < 0xC2 || first > 0xF4 || m_next + n > m_text.size())
            return Malformed;
        char32_t c = first & (0xFF >> (n + 1));
        for (int i = 1; i < n; ++i) {
            if ((byte(i) & 0xC0) != 0x80)
                return Malformed;
            c = (c << 6) | (byte(i) & 0x3F);
        }
        static constexpr char32_t Shortest[] = { 0, 0, 0x80, 0x800, 0x10000 };
        return c < Shortest[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF) ? Malformed : c;
    }

    char32_t take()
    {
        int length = 0;
        const char32_t c = peek(&length);
        if (c < EndOfText)
            m_next += length;
        return c;
    }

    bool takeIf(char32_t wanted)
    {
        if (peek() != wanted)
            return false;
        ++m_next; // all callers want ASCII
        return true;
    }

    [[nodiscard]] bool fail(const QString &problem)
    {
        if (m_problem.isEmpty()) {
            m_problem =
                peek() == Malformed ? QCoreApplication::translate("Json5", "the text is not valid UTF-8") : problem;
            m_problemAt = m_next;
        }
        return false;
    }

    [[nodiscard]] qsizetype line() const { return std::count(m_text.begin(), m_text.begin() + m_problemAt, '\n') + 1; }
    [[nodiscard]] qsizetype column() const { return m_problemAt - m_text.first(m_problemAt).lastIndexOf('\n'); }

    [[nodiscard]] bool skipBlanks()
    {
        for (;;) {
            const char32_t c = peek();
            if (isSpace(c)) {
                take();
            } else if (c == '/') {
                if (!skipComment())
                    return false;
            } else {
                return true;
            }
        }
    }

    [[nodiscard]] bool skipComment()
    {
        take();
        if (takeIf('/')) {
            while (!isLineEnd(peek())) {
                const char32_t c = peek();
                if (c == EndOfText)
                    return true;
                if (c == Malformed)
                    return fail({});
                take();
            }
            return true;
        }
        if (!takeIf('*'))
            return fail(QCoreApplication::translate("Json5", "a comment begins with // or /*"));
        for (;;) {
            const char32_t c = peek();
            if (c >= EndOfText)
                return fail(QCoreApplication::translate("Json5", "a comment is not closed"));
            take();
            if (c == '*' && takeIf('/'))
                return true;
        }
    }

    // --- values -----------------------------------------------------------------------------------------------------

    [[nodiscard]] Json5Take select() const { return m_selection ? m_selection(m_path) : Json5Take::Value; }

    /// Reads one value; @p out is left alone where nothing is to be kept.
    [[nodiscard]] bool value(Json5Take wanted, QJsonValue *out)
    {
        const char32_t c = peek();
        const bool keep = wanted == Json5Take::Value;
        if (c == '"' || c == '\'')
            return stringValue(wanted, out);
        bool fine = false;
        QJsonValue read(QJsonValue::Undefined);
        if (c == '{')
            fine = object(keep, &read);
        else if (c == '[')
            fine = array(keep, &read);
        else if (isDigit(c) || c == '.' || c == '+' || c == '-' || c == 'I' || c == 'N')
            fine = number(&read);
        else
            fine = word(&read);
        if (!fine)
            return false;
        if (keep)
            *out = read;
        else if (wanted != Json5Take::Skip)
            *out = true;
        return true;
    }

    [[nodiscard]] bool stringValue(Json5Take wanted, QJsonValue *out)
    {
        if (wanted == Json5Take::Skip || wanted == Json5Take::Presence) {
            if (wanted == Json5Take::Presence)
                *out = true;
            return string(nullptr);
        }
        QByteArray text;
        const bool fine = string(&text);
        if (wanted == Json5Take::Secret) {
            Secret secret = Secret::takeFrom(text);
            if (fine)
                m_document->secrets.insert_or_assign(m_path, std::move(secret));
        } else if (fine) {
            *out = QString::fromUtf8(text);
        }
        return fine;
    }

    /// Decodes into @p out, or only checks. Never makes more bytes than it reads, so that one reservation is enough:
    /// a buffer that grew would leave copies of a secret behind.
    [[nodiscard]] bool string(QByteArray *out)
    {
        const char32_t quote = take();
        if (out) {
            qsizetype end = m_next;
            while (end < m_text.size() && m_text.at(end) != char(quote))
                end += m_text.at(end) == '\\' ? 2 : 1;
            out->reserve(end - m_next + 4);
        }
        for (;;) {
            const char32_t c = peek();
            if (c == EndOfText)
                return fail(QCoreApplication::translate("Json5", "a string is not closed"));
            if (c == Malformed || c == '\n' || c == '\r')
                return fail(QCoreApplication::translate("Json5", "a line ends inside a string"));
            take();
            if (c == quote)
                return true;
            if (c == '\\') {
                if (!escape(out))
                    return false;
            } else if (out) {
                appendUtf8(*out, c);
            }
        }
    }

    [[nodiscard]] bool escape(QByteArray *out)
    {
        char32_t c = peek();
        if (c >= EndOfText)
            return fail(QCoreApplication::translate("Json5", "a string is not closed"));
        if (c >= '1' && c <= '9')
            return fail(QCoreApplication::translate("Json5", "a backslash before a digit"));
        take();
        switch (c) {
        case '\r':
            takeIf('\n');
            return true; // the string goes on in the next line
        case '\n':
        case 0x2028:
        case 0x2029:
            return true;
        case 'b':
            c = '\b';
            break;
        case 'f':
            c = '\f';
            break;
        case 'n':
            c = '\n';
            break;
        case 'r':
            c = '\r';
            break;
        case 't':
            c = '\t';
            break;
        case 'v':
            c = '\v';
            break;
        case '0':
            if (isDigit(peek()))
                return fail(QCoreApplication::translate("Json5", "a backslash before a number"));
            c = 0;
            break;
        case 'x': {
            const std::optional<char32_t> code = hexDigits(2);
            if (!code)
                return false;
            c = *code;
            break;
        }
        case 'u': {
            const std::optional<char32_t> code = unicodeEscape();
            if (!code)
                return false;
            c = *code;
            break;
        }
        default: // any other character stands for itself
            break;
        }
        if (out)
            appendUtf8(*out, c);
        return true;
    }

    std::optional<char32_t> hexDigits(int count)
    {
        char32_t code = 0;
        for (int i = 0; i < count; ++i) {
            const int digit = hexValue(peek());
            if (digit < 0) {
                (void)fail(
                    QCoreApplication::translate("Json5", "%n hexadecimal digit(s) are expected here", nullptr, count));
                return std::nullopt;
            }
            code = code * 16 + char32_t(digit);
            take();
        }
        return code;
    }

    /// After "\u". A surrogate pair is one character; half a pair becomes U+FFFD, as in every text of ours.
    std::optional<char32_t> unicodeEscape()
    {
        const std::optional<char32_t> first = hexDigits(4);
        if (!first || *first < 0xD800 || *first > 0xDFFF)
            return first;
        const qsizetype after = m_next;
        if (*first < 0xDC00 && takeIf('\\') && takeIf('u')) {
            const std::optional<char32_t> second = hexDigits(4);
            if (!second)
                return std::nullopt;
            if (*second >= 0xDC00 && *second <= 0xDFFF)
                return 0x10000 + ((*first - 0xD800) << 10) + (*second - 0xDC00);
        }
        m_next = after;
        return char32_t(0xFFFD);
    }

    [[nodiscard]] bool number(QJsonValue *out)
    {
        const qsizetype start = m_next;
        const bool negative = peek() == '-';
        if (peek() == '-' || peek() == '+')
            take();
        double result = 0;
        if (peek() == 'I' || peek() == 'N') {
            const std::optional<QString> name = identifier();
            if (name == QLatin1StringView("Infinity"))
                result = std::numeric_limits<double>::infinity();
            else if (name == QLatin1StringView("NaN"))
                result = std::numeric_limits<double>::quiet_NaN();
            else
                return badValue(start);
        } else if (peek() == '0' && m_next + 1 < m_text.size() && (m_text.at(m_next + 1) | 0x20) == 'x') {
            m_next += 2;
            if (hexValue(peek()) < 0)
                return badValue(start);
            while (hexValue(peek()) >= 0)
                result = result * 16 + hexValue(take());
        } else {
            const qsizetype digits = m_next;
            const bool leadingZero = peek() == '0';
            const qsizetype whole = skipDigits();
            if (leadingZero && whole > 1)
                return badValue(start);
            const qsizetype fraction = takeIf('.') ? skipDigits() : 0;
            if (whole + fraction == 0)
                return badValue(start);
            if ((peek() | 0x20) == 'e') {
                take();
                if (peek() == '-' || peek() == '+')
                    take();
                if (skipDigits() == 0)
                    return badValue(start);
            }
            QByteArray text = m_text.sliced(digits, m_next - digits).toByteArray();
            const auto end = text.constData() + text.size();
            if (std::from_chars(text.constData(), end, result).ec == std::errc::result_out_of_range) {
                // As in ECMAScript.
                const qsizetype exponent = text.toLower().indexOf('e');
                const bool tiny = exponent >= 0 ? text.mid(exponent + 1).startsWith('-') : text.startsWith("0.");
                result = tiny ? 0 : std::numeric_limits<double>::infinity();
            }
        }
        if (isIdentifierPart(peek()))
            return badValue(start);
        *out = negative ? -result : result;
        return true;
    }

    qsizetype skipDigits()
    {
        const qsizetype start = m_next;
        while (isDigit(peek()))
            take();
        return m_next - start;
    }

    [[nodiscard]] bool word(QJsonValue *out)
    {
        const qsizetype start = m_next;
        const qsizetype length = [&] {
            while (isIdentifierPart(peek()))
                take();
            return m_next - start;
        }();
        const QByteArrayView text = m_text.sliced(start, length);
        if (text == "true")
            *out = true;
        else if (text == "false")
            *out = false;
        else if (text == "null")
            *out = QJsonValue(QJsonValue::Null);
        else
            return badValue(start);
        return true;
    }

    [[nodiscard]] bool badValue(qsizetype start)
    {
        if (peek() != Malformed)
            m_next = start;
        return fail(peek() == EndOfText
                        ? QCoreApplication::translate("Json5", "the text ends where a value is expected")
                        : QCoreApplication::translate("Json5", "this is not a value"));
    }

    [[nodiscard]] bool enter()
    {
        if (m_depth == Json5::maxDepth)
            return fail(QCoreApplication::translate("Json5", "more than %1 objects or arrays in each other")
                            .arg(Json5::maxDepth));
        ++m_depth;
        take();
        return true;
    }

    /// A member of an object or array: selects by the path that ends with @p key.
    [[nodiscard]] bool member(const QString &key, bool keep, QJsonValue *out)
    {
        if (!keep)
            return value(Json5Take::Skip, out);
        m_path.append(key);
        forgetSecretsBelowPath();
        const bool fine = value(select(), out);
        m_path.removeLast();
        return fine;
    }

    /// The key may have come before: what it was then no longer counts.
    void forgetSecretsBelowPath()
    {
        for (auto it = m_document->secrets.lower_bound(m_path); it != m_document->secrets.end();) {
            if (it->first.size() < m_path.size() || it->first.first(m_path.size()) != m_path)
                break;
            it = m_document->secrets.erase(it);
        }
    }

    /// Blanks, then a comma or the @p close character; @p ended says which.
    [[nodiscard]] bool separator(char close, bool *ended)
    {
        if (!skipBlanks())
            return false;
        const bool comma = takeIf(',');
        if (comma && !skipBlanks())
            return false;
        *ended = takeIf(char32_t(close));
        return comma || *ended
            || fail(QCoreApplication::translate("Json5", "a comma or \"%1\" is expected here").arg(QLatin1Char(close)));
    }

    [[nodiscard]] bool object(bool keep, QJsonValue *out)
    {
        QJsonObject object;
        if (!enter() || !skipBlanks())
            return false;
        bool ended = takeIf('}');
        while (!ended) {
            const std::optional<QString> name = key();
            if (!name || !skipBlanks())
                return false;
            if (!takeIf(':'))
                return fail(QCoreApplication::translate("Json5", "a colon is expected here"));
            QJsonValue read(QJsonValue::Undefined);
            if (!skipBlanks() || !member(*name, keep, &read))
                return false;
            if (keep)
                object.insert(*name, read); // an undefined value removes what an earlier key of that name left
            if (!separator('}', &ended))
                return false;
        }
        --m_depth;
        *out = object;
        return true;
    }

    [[nodiscard]] bool array(bool keep, QJsonValue *out)
    {
        QJsonArray array;
        if (!enter() || !skipBlanks())
            return false;
        bool ended = takeIf(']');
        for (qsizetype i = 0; !ended; ++i) {
            QJsonValue read(QJsonValue::Null);
            if (!member(QString::number(i), keep, &read))
                return false;
            if (keep)
                array.append(read);
            if (!separator(']', &ended))
                return false;
        }
        --m_depth;
        *out = array;
        return true;
    }

    std::optional<QString> key()
    {
        const char32_t c = peek();
        if (c == '"' || c == '\'') {
            QByteArray text;
            return string(&text) ? std::optional(QString::fromUtf8(text)) : std::nullopt;
        }
        return identifier();
    }

    std::optional<QString> identifier()
    {
        QByteArray name;
        for (;;) {
            const qsizetype before = m_next;
            char32_t c = peek();
            if (c == '\\') {
                take();
                if (!takeIf('u')) {
                    (void)fail(QCoreApplication::translate("Json5", "only \\u may stand in a key without quotes"));
                    return std::nullopt;
                }
                const std::optional<char32_t> code = hexDigits(4);
                if (!code)
                    return std::nullopt;
                c = *code;
            } else if (c < EndOfText && isIdentifierPart(c)) {
                take();
            } else if (!name.isEmpty()) {
                return QString::fromUtf8(name);
            }
            if (!(name.isEmpty() ? isIdentifierStart(c) : isIdentifierPart(c))) {
                m_next = before;
                (void)fail(QCoreApplication::translate("Json5", "a key is expected here"));
                return std::nullopt;
            }
            appendUtf8(name, c);
        }
    }

    QByteArrayView m_text;
    const Json5::Selection &m_selection;
    Json5Document *m_document = nullptr;
    qsizetype m_next = 0;
    int m_depth = 0;
    QStringList m_path;
    QString m_problem;
    qsizetype m_problemAt = 0;
};

} // namespace

Result<Json5Document> Json5::parse(QByteArrayView utf8, const Selection &selection)
{
    if (utf8.size() > maxBytes)
        return failure(ErrorCode::BadServerData,
                       QCoreApplication::translate("Json5", "longer than %1 bytes").arg(maxBytes));
    return Reader(utf8, selection).read();
}

} // namespace Helmclaw
