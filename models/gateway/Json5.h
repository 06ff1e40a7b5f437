// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/Error.h"
#include "ssh/Secret.h"

#include <QByteArrayView>
#include <QJsonValue>
#include <QStringList>

#include <functional>
#include <map>

namespace Helmclaw {

/// What a reader wants of one value of a document.
enum class Json5Take {
    Value, ///< keep it; inside an object or array every member is asked for again
    Presence, ///< check its syntax, and keep `true` in its place: it is there
    Secret, ///< a string goes into Json5Document::secrets and nowhere else; anything else is kept as Presence would
    Skip, ///< check its syntax only; its text is decoded nowhere
};

struct Json5Document
{
    QJsonValue root; ///< numbers are doubles, NaN and the infinities included
    std::map<QStringList, Secret> secrets; ///< UTF-8, by path
};

/// Reads JSON5 (spec.json5.org, 1.0.0), the language of OpenClaw's configuration. Strict: what the specification does
/// not allow is an error, and so is what is bigger or deeper than the limits. Of a key that comes twice the last one
/// counts, as in ECMAScript. Made for files with secrets in them: only what the caller selects leaves the text, and
/// errors give a line and a column but never a piece of the text.
class Json5
{
public:
    static constexpr qsizetype maxBytes = 4 * 1024 * 1024;
    static constexpr int maxDepth = 100; ///< of objects and arrays in each other

    /// Asked for every value with the keys that lead to it (array members by their index, the root by an empty path).
    using Selection = std::function<Json5Take(const QStringList &path)>;

    /// Errors: ErrorCode::BadServerData.
    [[nodiscard]] static Result<Json5Document> parse(QByteArrayView utf8, const Selection &selection = {});
};

} // namespace Helmclaw
