// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QList>

namespace Helmclaw {

/// A probe's output in memory: a recorded one, with sections changed or taken away, framed anew as the script frames
/// it.
class ReportBuilder
{
public:
    static inline const QByteArray nonce = QByteArrayLiteral("0123456789abcdef");

    ReportBuilder() = default;
    /// From tests/fixtures/posture/NAME.txt; aborts the test program when it is not well formed.
    [[nodiscard]] static ReportBuilder recorded(const QByteArray &name);

    ReportBuilder &set(const QByteArray &name, const QByteArray &text,
                       const QByteArray &status = QByteArrayLiteral("0"));
    ReportBuilder &remove(const QByteArray &name);
    ReportBuilder &replace(const QByteArray &name, const QByteArray &before, const QByteArray &after);
    [[nodiscard]] QList<QByteArray> names() const;
    [[nodiscard]] QByteArray text(const QByteArray &name) const;
    [[nodiscard]] QByteArray bytes() const;

private:
    struct Section
    {
        QByteArray name;
        QByteArray text;
        QByteArray status;
    };
    QList<Section> m_sections;
};

} // namespace Helmclaw
