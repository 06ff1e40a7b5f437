// SPDX-License-Identifier: MIT
#pragma once

#include <QHash>
#include <QList>
#include <QString>
#include <QStringList>

#include <optional>

namespace Helmclaw {

class ProbeReport;

/// A line of sshd_config(5) or of a file that it includes.
struct SshdConfigLine
{
    QString file;
    QString match; ///< the Match line that it stands under; empty: it holds for everybody
    QString keyword; ///< lower case
    QString value; ///< as written, without quotes
    /// "FILE: [Match …:] keyword value"
    [[nodiscard]] QString evidence() const;
};

/// What the probe read of OpenSSH's server.
struct SshdFacts
{
    std::optional<bool> installed; ///< none: the probe did not tell
    bool effective = false; ///< "sshd -T" answered as it should (needs root)
    QHash<QString, QString> settings; ///< of sshd -T, keyword → value, keywords that come once
    QList<SshdConfigLine> configured; ///< what could be read of the files
    QStringList unreadable; ///< files
    bool configRead = false; ///< every file was read, also those that are included
    QString problem; ///< what sshd -T said instead

    /// sshd -T's value; empty when it is not known.
    [[nodiscard]] QString setting(const QString &keyword) const;
    /// The lines with one of these keywords, under Match or not.
    [[nodiscard]] QList<SshdConfigLine> lines(const QStringList &keywords, bool underMatch) const;
    [[nodiscard]] static SshdFacts parse(const ProbeReport &report);
};

} // namespace Helmclaw
