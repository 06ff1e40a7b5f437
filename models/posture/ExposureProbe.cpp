// SPDX-License-Identifier: MIT
#include "models/posture/ExposureProbe.h"

#include <QHostInfo>
#include <QNetworkProxy>
#include <QQueue>
#include <QTcpSocket>
#include <QTimer>

#include <optional>

namespace Helmclaw {

namespace {

/// A port of one family, as it is tried.
struct Door
{
    AddressFamily family = AddressFamily::IPv4;
    int port = 0;
    friend bool operator==(const Door &, const Door &) = default;
};

size_t qHash(const Door &door, size_t seed = 0)
{
    return qHashMulti(seed, int(door.family), door.port);
}

enum class Outcome { Connected, Refused, Silent };

/// What the table lets one expect of a row: nothing where it does not know.
std::optional<bool> expected(const ExposureRow &row)
{
    if (row.from == ExposureRow::From::Anyone)
        return true;
    if (row.from == ExposureRow::From::ThisServer)
        return false;
    return row.admitsThisComputer;
}

} // namespace

class ExposureProbe::Private : public QObject
{
    Q_OBJECT
public:
    explicit Private(ExposureProbe *owner)
        : q(owner)
    {
    }

    void resolved(const QHostInfo &info);
    void next();
    void tryDoor(const Door &door);
    void done(QTcpSocket *socket, const Door &door, Outcome outcome);

    ExposureProbe *q;
    QString host;
    std::chrono::milliseconds deadline { 3000 };
    QHash<AddressFamily, QHostAddress> addresses;
    QQueue<Door> waiting;
    QHash<Door, std::optional<bool>> expectations; ///< of all rows of the door: one that gets in is enough
    QHash<Door, Outcome> outcomes;
    QList<Door> tooMany;
    QString lookupError;
    int running = 0;
    bool finished = false;
};

void ExposureProbe::Private::resolved(const QHostInfo &info)
{
    if (info.error() != QHostInfo::NoError)
        lookupError = info.errorString();
    for (const QHostAddress &address : info.addresses()) {
        const AddressFamily family =
            address.protocol() == QAbstractSocket::IPv4Protocol ? AddressFamily::IPv4 : AddressFamily::IPv6;
        if (!addresses.contains(family))
            addresses.insert(family, address);
    }
    waiting.removeIf([this](const Door &door) { return !addresses.contains(door.family); });
    next();
}

void ExposureProbe::Private::next()
{
    while (running < atOnce && !waiting.isEmpty()) {
        ++running;
        tryDoor(waiting.dequeue());
    }
    if (running == 0 && waiting.isEmpty() && !finished) {
        finished = true;
        Q_EMIT q->finished();
    }
}

void ExposureProbe::Private::tryDoor(const Door &door)
{
    auto *socket = new QTcpSocket(this);
    socket->setProxy(QNetworkProxy::NoProxy);
    auto *timer = new QTimer(socket);
    timer->setSingleShot(true);
    connect(timer, &QTimer::timeout, this, [=, this] { done(socket, door, Outcome::Silent); });
    connect(socket, &QTcpSocket::connected, this, [=, this] { done(socket, door, Outcome::Connected); });
    connect(socket, &QTcpSocket::errorOccurred, this, [=, this](QAbstractSocket::SocketError error) {
        done(socket, door, error == QAbstractSocket::ConnectionRefusedError ? Outcome::Refused : Outcome::Silent);
    });
    timer->start(deadline);
    socket->connectToHost(addresses.value(door.family), quint16(door.port));
}

void ExposureProbe::Private::done(QTcpSocket *socket, const Door &door, Outcome outcome)
{
    if (outcomes.contains(door))
        return;
    outcomes.insert(door, outcome);
    socket->disconnect(this);
    socket->abort();
    socket->deleteLater();
    --running;
    // Not from inside connectToHost(), which may fail at once.
    QTimer::singleShot(0, this, [this] { next(); });
}

ExposureProbe::ExposureProbe(const QString &host, const Exposure &exposure, QObject *parent)
    : QObject(parent)
    , d(std::make_unique<Private>(this))
{
    d->host = host;
    for (const ExposureRow &row : exposure.rows) {
        if (row.protocol != u"tcp" || row.port <= 0)
            continue;
        const Door door { row.family, row.port };
        if (!d->expectations.contains(door)) {
            if (d->waiting.size() == maxPorts) {
                d->tooMany.append(door);
                continue;
            }
            d->waiting.enqueue(door);
            d->expectations.insert(door, expected(row));
            continue;
        }
        // Another row of the same port, bound to another address: who gets in by one of them gets in.
        std::optional<bool> &both = d->expectations[door];
        const std::optional<bool> its = expected(row);
        both = both == true || its == true ? std::optional(true) : both && its ? both : std::nullopt;
    }
}

ExposureProbe::~ExposureProbe() = default;

void ExposureProbe::setDeadline(std::chrono::milliseconds deadline)
{
    d->deadline = deadline;
}

void ExposureProbe::start()
{
    // An address needs no name server, but goes the same way.
    QHostInfo::lookupHost(d->host, d.get(), [this](const QHostInfo &info) { d->resolved(info); });
}

ExposureProbe::Answer ExposureProbe::answer(const ExposureRow &row) const
{
    const Door door { row.family, row.port };
    if (row.protocol != u"tcp")
        return { Finding::NotTried, tr("UDP answers nothing by itself") };
    if (d->tooMany.contains(door))
        return { Finding::NotTried, tr("more than %1 ports").arg(maxPorts) };
    if (!d->outcomes.contains(door)) {
        return { Finding::NotTried,
                 !d->lookupError.isEmpty() ? d->lookupError : tr("%1 has no address of that family").arg(d->host) };
    }
    const Outcome outcome = d->outcomes.value(door);
    const std::optional<bool> open = d->expectations.value(door);
    const QString detail = outcome == Outcome::Connected ? tr("connected")
        : outcome == Outcome::Refused                    ? tr("refused")
                                                         : tr("no answer");
    if (!open)
        return { outcome == Outcome::Connected ? Finding::Open : Finding::Closed, detail };
    if ((outcome == Outcome::Connected) == *open)
        return { Finding::Confirmed, detail };
    // A drop on the way is no proof that the server itself would not let it in; a refusal comes from its end.
    return { *open && outcome == Outcome::Silent ? Finding::NoAnswer : Finding::Contradicted, detail };
}

QString ExposureProbe::findingName(Finding finding)
{
    switch (finding) {
    case Finding::NotTried:
        return QStringLiteral("not-tried");
    case Finding::Confirmed:
        return QStringLiteral("confirmed");
    case Finding::Contradicted:
        return QStringLiteral("contradicted");
    case Finding::NoAnswer:
        return QStringLiteral("no-answer");
    case Finding::Open:
        return QStringLiteral("open");
    case Finding::Closed:
        return QStringLiteral("closed");
    }
    Q_UNREACHABLE();
}

QString ExposureProbe::findingLabel(Finding finding)
{
    switch (finding) {
    case Finding::NotTried:
        return tr("not tried");
    case Finding::Confirmed:
        return tr("confirmed");
    case Finding::Contradicted:
        return tr("contradicted");
    case Finding::NoAnswer:
        return tr("no answer");
    case Finding::Open:
        return tr("open");
    case Finding::Closed:
        return tr("closed");
    }
    Q_UNREACHABLE();
}

} // namespace Helmclaw

#include "ExposureProbe.moc"
