// SPDX-License-Identifier: MIT
#include "models/posture/NewestRelease.h"

#include "ssh/Error.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QHostAddress>
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkReply>
#include <QRegularExpression>
#include <QSaveFile>
#include <QStandardPaths>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw {

namespace {

constexpr qint64 MaxAnswer = 64 * 1024;

/// Empty: not a version.
QString versionFrom(const QByteArray &json, QLatin1StringView key)
{
    static const QRegularExpression Version(u"\\A[0-9]{1,6}\\.[0-9]{1,6}\\.[0-9]{1,6}(-[0-9A-Za-z.-]{1,40})?\\z"_s);
    const QString text = QJsonDocument::fromJson(json).object().value(key).toString();
    return Version.match(text).hasMatch() ? text : QString();
}

} // namespace

NewestRelease::Options NewestRelease::Options::fromEnvironment()
{
    Options options;
    const QString registry = qEnvironmentVariable("HELMCLAW_NPM_REGISTRY");
    if (registry == "off"_L1)
        options.url = {};
    else if (!registry.isEmpty())
        options.url = QUrl(registry + (registry.endsWith(u'/') ? u""_s : u"/"_s) + "-/package/openclaw/dist-tags"_L1);
    return options;
}

NewestRelease::NewestRelease(Options options, QObject *parent)
    : QObject(parent)
    , m_options(std::move(options))
{
    if (m_options.cacheFile.isEmpty())
        m_options.cacheFile =
            QStandardPaths::writableLocation(QStandardPaths::CacheLocation) + "/openclaw-release.json"_L1;
    load();
}

bool NewestRelease::isYoung() const
{
    const qint64 age = m_askedAt.isValid() ? m_askedAt.secsTo(QDateTime::currentDateTimeUtc()) : -1;
    return age >= 0 && age < m_options.maxAge.count();
}

QString NewestRelease::version() const
{
    return isYoung() && !m_options.url.isEmpty() ? m_version : QString();
}

QString NewestRelease::problem() const
{
    if (!version().isEmpty())
        return {};
    if (m_options.url.isEmpty())
        return tr("asking the registry is switched off (HELMCLAW_NPM_REGISTRY)");
    return m_problem.isEmpty() ? tr("the registry has not been asked") : m_problem;
}

void NewestRelease::freshen()
{
    const QUrl &url = m_options.url;
    if (m_asking || url.isEmpty() || isYoung())
        return;
    if (m_failedAt.isValid() && m_failedAt.secsTo(QDateTime::currentDateTimeUtc()) < m_options.patience.count())
        return;
    const bool local = url.scheme() == "http"_L1 && QHostAddress(url.host()).isLoopback();
    if (!url.isValid() || (url.scheme() != "https"_L1 && !local)) {
        m_problem = tr("the registry's address is not an HTTPS one");
        return;
    }
    m_asking = true;
    QNetworkRequest request(url);
    request.setTransferTimeout(int(m_options.deadline.count()));
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    request.setHeader(QNetworkRequest::UserAgentHeader, u"Helmclaw/" HELMCLAW_VERSION ""_s);
    QNetworkReply *reply = m_network.get(request);
    connect(reply, &QNetworkReply::downloadProgress, reply, [reply](qint64 received, qint64) {
        if (received > MaxAnswer)
            reply->abort();
    });
    connect(reply, &QNetworkReply::finished, this, [this, reply] { answered(reply); });
}

void NewestRelease::answered(QNetworkReply *reply)
{
    reply->deleteLater();
    m_asking = false;
    if (reply->error() != QNetworkReply::NoError) {
        fail(tr("the registry could not be asked: %1").arg(printable(reply->errorString().toUtf8(), 200)));
    } else if (const QString version = versionFrom(reply->read(MaxAnswer), "latest"_L1); version.isEmpty()) {
        fail(tr("the registry's answer was not understood"));
    } else {
        m_version = version;
        m_askedAt = QDateTime::currentDateTimeUtc();
        m_problem.clear();
        save();
    }
    Q_EMIT settled();
}

void NewestRelease::fail(const QString &problem)
{
    m_failedAt = QDateTime::currentDateTimeUtc();
    m_problem = problem;
}

void NewestRelease::load()
{
    QFile file(m_options.cacheFile);
    if (!file.open(QIODevice::ReadOnly))
        return;
    const QByteArray json = file.read(MaxAnswer);
    const QJsonObject object = QJsonDocument::fromJson(json).object();
    // Another registry's answer is none of this one's.
    if (object.value("url"_L1).toString() != m_options.url.toString())
        return;
    m_version = versionFrom(json, "version"_L1);
    m_askedAt =
        m_version.isEmpty() ? QDateTime() : QDateTime::fromString(object.value("askedAt"_L1).toString(), Qt::ISODate);
}

void NewestRelease::save() const
{
    // Not kept: it is asked for again next time, nothing worse.
    if (!QDir().mkpath(QFileInfo(m_options.cacheFile).path()))
        return;
    QSaveFile file(m_options.cacheFile);
    if (!file.open(QIODevice::WriteOnly))
        return;
    file.write(QJsonDocument(QJsonObject { { u"version"_s, m_version },
                                           { u"askedAt"_s, m_askedAt.toString(Qt::ISODate) },
                                           { u"url"_s, m_options.url.toString() } })
                   .toJson());
    file.commit();
}

} // namespace Helmclaw
