// SPDX-License-Identifier: MIT
#include "GatewayFixture.h"

#include "models/gateway/GatewayProbe.h"
#include "models/gateway/LoopbackRequest.h"
#include "tests/support/SourceDir.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QRandomGenerator>
#include <QTcpServer>
#include <QtTest>

using namespace Qt::Literals::StringLiterals;

namespace Helmclaw::Test {

namespace {

/// The folder that openclaw-install prints; empty, and why, when there is none.
QString installed(QString *problem)
{
    static QString folder;
    static QString reason;
    static bool asked = false;
    if (!asked) {
        asked = true;
        QProcess process;
        process.start(sourcePath("tests/integration/gateway/openclaw-install"), QStringList());
        process.waitForFinished(600000);
        const QString output = QString::fromUtf8(process.readAllStandardOutput()).trimmed();
        if (process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0)
            folder = output;
        else
            reason = u"OpenClaw cannot be had: "_s
                + (output.isEmpty() ? QString::fromUtf8(process.readAllStandardError()) : output);
    }
    if (problem)
        *problem = reason;
    return folder;
}

bool answers(quint16 port)
{
    LoopbackRequest::Options options;
    options.path = "/healthz";
    LoopbackRequest request(port, options, nullptr);
    QSignalSpy finished(&request, &LoopbackRequest::finished);
    if (!finished.wait(10000))
        return false;
    const auto answer = finished.at(0).at(0).value<Result<HttpAnswer>>();
    return answer && GatewayProbe::isHealthAnswer(*answer);
}

} // namespace

GatewayFixture::GatewayFixture()
{
    std::array<quint32, 6> random {};
    QRandomGenerator::system()->fillRange(random.data(), random.size());
    m_token = QByteArray(reinterpret_cast<const char *>(random.data()), sizeof random).toHex();
}

GatewayFixture::~GatewayFixture()
{
    stop();
}

QString GatewayFixture::missing()
{
    QString problem;
    (void)installed(&problem);
    return problem;
}

void GatewayFixture::writeConfig(const QByteArray &token) const
{
    QDir().mkpath(m_dir.filePath(u"home/.openclaw"_s));
    QFile file(configFile() + u".new"_s);
    if (!file.open(QIODevice::WriteOnly))
        qFatal("no configuration can be written");
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    // JSON5, as people write it.
    file.write(
        "// the test's own gateway\n{\n  gateway: {\n    mode: 'local', bind: \"loopback\", controlUi: { basePath: '"
        + m_basePath.toUtf8() + "' },\n    auth: { mode: 'token', token: '" + token + "', },\n  },\n}\n");
    file.close();
    QFile::remove(configFile());
    file.rename(configFile());
}

bool GatewayFixture::start()
{
    // On a very busy machine a first start may give up by itself.
    return startOnce() || startOnce();
}

bool GatewayFixture::startOnce()
{
    stop();
    QDir(m_dir.filePath(u"home"_s)).removeRecursively();
    writeConfig(m_token);
    if (m_port == 0) {
        QTcpServer probe;
        probe.listen(QHostAddress(QHostAddress::LocalHost));
        m_port = probe.serverPort();
    }
    const QString modules = installed(nullptr) + u"/node_modules"_s;
    m_process.setEnvironment({ u"HOME="_s + m_dir.filePath(u"home"_s), u"TMPDIR="_s + m_dir.path(),
                               u"PATH="_s + modules + u"/node/bin:/usr/bin:/bin"_s });
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.setStandardOutputFile(m_dir.filePath(u"log"_s));
    QStringList arguments { modules + u"/openclaw/openclaw.mjs"_s,
                            u"gateway"_s,
                            u"run"_s,
                            u"--port"_s,
                            QString::number(m_port),
                            u"--bind"_s,
                            u"loopback"_s };
    if (!m_tokenFlag.isEmpty())
        arguments << u"--token"_s << QString::fromLatin1(m_tokenFlag);
    m_process.start(modules + u"/node/bin/node"_s, arguments);
    QElapsedTimer clock;
    clock.start();
    while (clock.elapsed() < 150000 && m_process.state() != QProcess::NotRunning) {
        if (answers(m_port))
            return true;
        QTest::qWait(300);
    }
    qWarning("the gateway did not start:\n%s", log().right(2000).constData());
    return false;
}

void GatewayFixture::stop()
{
    if (m_process.state() == QProcess::NotRunning)
        return;
    m_process.terminate();
    if (!m_process.waitForFinished(15000)) {
        m_process.kill();
        m_process.waitForFinished();
    }
}

QByteArray GatewayFixture::log() const
{
    QFile file(m_dir.filePath(u"log"_s));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace Helmclaw::Test
