// SPDX-License-Identifier: MIT
#include "models/posture/AptArchive.h"

#include <QTest>

using namespace Helmclaw;

class tst_AptArchive : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void parses()
    {
        const QList<AptArchive> archives = AptArchive::parse({
            u"file:/srv/lab-updates ./ Packages|Debian|oldstable-updates|bookworm-updates|Debian|$(COMPONENT)"_qs,
            u"http://deb.debian.org/debian-security bookworm-security/main amd64 Packages|Debian|oldstable-security|bookworm-security|Debian-Security|main"_qs,
            u"https://example.org/apt stable/main amd64 Packages|Acme, Inc.|stable|stable|Acme|main"_qs,
            u"W: something|else"_qs,
            u"E: The list of sources could not be read."_qs,
        });
        QCOMPARE(archives.size(), 3);
        QCOMPARE(archives.at(0).source, u"file:/srv/lab-updates ./ Packages");
        QVERIFY(!archives.at(0).isSecurity());
        QCOMPARE(archives.at(1).releaseText(), u"o=Debian,a=oldstable-security,n=bookworm-security,l=Debian-Security");
        QCOMPARE(archives.at(1).site, u"deb.debian.org");
        QVERIFY(archives.at(1).isSecurity());
        QCOMPARE(archives.at(2).origin, u"Acme, Inc.");
    }

    void matches_data()
    {
        QTest::addColumn<bool>("legacy"); // Allowed-Origins
        QTest::addColumn<QString>("text");
        QTest::addColumn<int>("ubuntu"); // 0 no, 1 yes, 2 not understood
        QTest::addColumn<int>("debian");
        const auto row = [](bool legacy, const char *text, int ubuntu, int debian) {
            QTest::newRow(text) << legacy << QString::fromLatin1(text) << ubuntu << debian;
        };
        row(true, "${distro_id}:${distro_codename}-security", 1, 0); // openclaw-ansible's: matches nothing on Debian
        row(true, "${distro_id}ESM:${distro_codename}-infra-security", 0, 0);
        row(true, "Debian oldstable-security", 0, 1);
        row(true, "Debian:oldstable*", 0, 1);
        row(false, "origin=Debian,codename=${distro_codename}-security,label=Debian-Security", 0,
            1); // Debian's own default
        row(false, "origin=Debian,codename=${distro_codename},label=Debian-Security", 0, 0); // Debian 10's
        row(false, "o=Ubuntu,a=noble-security", 1, 0);
        row(false, "label=Debian-Security", 0, 1);
        row(false, "site=*.debian.org", 0, 1);
        row(false, "origin=*", 1, 1);
        row(false, "o=debian", 0, 0); // case counts
        row(false, "o=Debian, l=Debian-Security", 0, 1);
        row(false, "${distro_name}", 2, 2);
        row(false, "colour=red", 2, 2);
        row(false, "o=${secret}", 2, 2);
        row(false, "o=[DU]*", 2, 2);
        row(false, "", 2, 2);
        row(true, "Debian", 2, 2);
        row(true, "a:b:c", 2, 2);
    }
    void matches()
    {
        QFETCH(bool, legacy);
        QFETCH(QString, text);
        const AptArchive ubuntu { {},           u"Ubuntu"_qs, u"noble-security"_qs,     u"noble"_qs,
                                  u"Ubuntu"_qs, u"main"_qs,   u"security.ubuntu.com"_qs };
        const AptArchive debian {
            {},         u"Debian"_qs,        u"oldstable-security"_qs, u"bookworm-security"_qs, u"Debian-Security"_qs,
            u"main"_qs, u"deb.debian.org"_qs
        };
        const auto pattern = legacy ? OriginPattern::fromAllowedOrigin(text) : OriginPattern::fromPattern(text);
        const auto answer = [&](const AptArchive &archive, const QString &id, const QString &codename) {
            const auto matched = pattern
                ? pattern->matches(archive, { { u"distro_id"_qs, id }, { u"distro_codename"_qs, codename } })
                : std::nullopt;
            return matched ? int(*matched) : 2;
        };
        QTEST(answer(ubuntu, u"Ubuntu"_qs, u"noble"_qs), "ubuntu");
        QTEST(answer(debian, u"Debian"_qs, u"bookworm"_qs), "debian");
    }
};

QTEST_APPLESS_MAIN(tst_AptArchive)
#include "tst_AptArchive.moc"
