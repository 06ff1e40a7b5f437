// SPDX-License-Identifier: MIT
#include "models/fleet/Tailnet.h"

#include <QJsonObject>
#include <QLocale>
#include <QStandardPaths>
#include <QTimer>

namespace Helmclaw {

namespace {
constexpr qint64 FreshMs = 5000;
} // namespace

Tailnet::Tailnet(QObject *parent)
    : QObject(parent)
{
}

Tailnet::~Tailnet() = default;

void Tailnet::setOptions(const TailnetOptions &options)
{
    m_options = options;
    m_age.invalidate();
    if (m_query) { // it asked somebody else
        m_query.reset();
        refresh();
    }
}

bool Tailnet::isFresh() const
{
    return m_age.isValid() && m_age.elapsed() < FreshMs;
}

void Tailnet::refresh()
{
    if (m_query)
        return;
    m_query = std::make_unique<TailnetQuery>(m_options);
    connect(m_query.get(), &TailnetQuery::finished, this, &Tailnet::answered);
    m_query->start();
}

void Tailnet::whenFresh(QObject *context, std::function<void()> ready)
{
    if (isFresh()) {
        QTimer::singleShot(0, context, std::move(ready));
        return;
    }
    m_waiters.append({ context, std::move(ready) });
    refresh();
}

void Tailnet::answered()
{
    m_status = m_query->status();
    m_query.release()->deleteLater(); // it is the sender
    m_age.start();
    Q_EMIT changed();
    const QList<Waiter> waiters = std::exchange(m_waiters, {});
    for (const Waiter &waiter : waiters) {
        if (waiter.context)
            waiter.ready();
    }
}

QStringList Tailnet::netcat() const
{
    const QString program = QStandardPaths::findExecutable(m_options.program);
    if (program.isEmpty())
        return {};
    QStringList command { program };
    if (!m_options.socket.isEmpty())
        command += QStringLiteral("--socket=") + m_options.socket;
    return command << QStringLiteral("nc");
}

QString Tailnet::summary(const Server &server) const
{
    if (!server.isOnTailnet())
        return {};
    if (m_status.state == TailnetState::Unknown)
        return tr("not asked yet");
    if (m_status.error)
        return m_status.problem;
    const TailnetPeer *peer = m_status.byId(server.tailnet.nodeId);
    if (!peer)
        return tr("not in the tailnet any more");
    if (peer->expired)
        return tr("its key has expired");
    if (!peer->online)
        return peer->lastSeen.isValid()
            ? tr("offline since %1").arg(QLocale().toString(peer->lastSeen.toLocalTime(), QLocale::ShortFormat))
            : tr("offline");
    return m_status.userspace ? tr("online, %1, through \"tailscale nc\"").arg(peer->addresses.constFirst())
                              : tr("online, %1").arg(peer->addresses.constFirst());
}

QJsonValue Tailnet::toJson(const Server &server) const
{
    if (!server.isOnTailnet())
        return {};
    const TailnetPeer *peer = m_status.byId(server.tailnet.nodeId);
    return QJsonObject { { QStringLiteral("nodeId"), server.tailnet.nodeId },
                         { QStringLiteral("state"), tailnetStateName(m_status.state) },
                         { QStringLiteral("online"), peer ? QJsonValue(peer->online) : QJsonValue() },
                         { QStringLiteral("address"), peer ? QJsonValue(peer->addresses.value(0)) : QJsonValue() },
                         { QStringLiteral("summary"), summary(server) } };
}

} // namespace Helmclaw
