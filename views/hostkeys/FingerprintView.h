// SPDX-License-Identifier: MIT
#pragma once

#include <QWidget>

namespace Helmclaw {

/// "SHA256:…" in groups of four for comparing by eye. Groups that differ from another fingerprint are tinted and
/// underlined, so that the mark is not colour alone.
class FingerprintView : public QWidget
{
    Q_OBJECT
public:
    explicit FingerprintView(QWidget *parent = nullptr);

    /// @p other: what it is compared with; empty: nothing is marked.
    void setFingerprint(const QString &fingerprint, const QString &other = {});
    [[nodiscard]] QString fingerprint() const { return m_fingerprint; }
    [[nodiscard]] int differingGroups() const { return static_cast<int>(m_differing.count(true)); }
    [[nodiscard]] int groups() const { return static_cast<int>(m_groups.size()); }

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;

private:
    static constexpr int perRow = 6;
    [[nodiscard]] QRect cell(int group) const;

    QString m_fingerprint;
    QString m_algorithm; ///< "SHA256:"
    QStringList m_groups;
    QList<bool> m_differing;
};

} // namespace Helmclaw
