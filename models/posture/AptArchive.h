// SPDX-License-Identifier: MIT
#pragma once

#include <QHash>
#include <QList>
#include <QString>
#include <QStringList>

#include <optional>

namespace Helmclaw {

/// One package index and what its Release file says of it, as "apt-get indextargets" lists them.
struct AptArchive
{
    QString source; ///< as "apt-cache policy" names it, too: "http://deb.debian.org/debian-security
                    ///< bookworm-security/main amd64 Packages"
    QString origin; ///< o=
    QString archive; ///< a= (the suite)
    QString codename; ///< n=
    QString label; ///< l=
    QString component; ///< c=
    QString site; ///< host name; empty for local archives
    friend bool operator==(const AptArchive &, const AptArchive &) = default;

    [[nodiscard]] bool isSecurity() const;
    /// "o=Debian,a=oldstable-security,n=bookworm-security,l=Debian-Security"
    [[nodiscard]] QString releaseText() const;

    /// Lines "description|origin|suite|codename|label|component"; a field that the archive does not have is apt's own
    /// placeholder, "$(LABEL)". Other lines are left out.
    [[nodiscard]] static QList<AptArchive> parse(const QStringList &lines);
};

/// What unattended-upgrades may install from: "Allowed-Origins" and "Origins-Pattern" of apt.conf, read the way
/// unattended-upgrades 2.9 reads them (get_allowed_origins_legacy, match_whitelist_string).
class OriginPattern
{
public:
    /// "${distro_id}:${distro_codename}-security"; none when unattended-upgrades could not read it either.
    [[nodiscard]] static std::optional<OriginPattern> fromAllowedOrigin(const QString &text);
    /// "origin=Debian,codename=${distro_codename}-security,label=Debian-Security"
    [[nodiscard]] static std::optional<OriginPattern> fromPattern(const QString &text);

    /// @p variables: distro_id and distro_codename. None when the pattern uses another one.
    [[nodiscard]] std::optional<bool> matches(const AptArchive &archive,
                                              const QHash<QString, QString> &variables) const;

private:
    struct Term
    {
        QString AptArchive::*field = nullptr;
        QString glob;
    };
    QList<Term> m_terms;
};

} // namespace Helmclaw
