// SPDX-License-Identifier: MIT
#include "models/posture/ListenerFacts.h"

#include "models/posture/ProbeReport.h"

#include <QHostAddress>
#include <QRegularExpression>
#include <QtEndian>

#include <optional>

namespace Helmclaw {

namespace {

constexpr qsizetype maxListeners = 4096;
constexpr qsizetype maxLine = 8192;

/// "::ffff:192.0.2.1" (RFC 4291 §2.5.5.2). QHostAddress::toIPv4Address() also takes "::" for IPv4.
bool isMapped(const QHostAddress &address)
{
    return address.protocol() == QAbstractSocket::IPv6Protocol
        && address.isInSubnet(QHostAddress(QStringLiteral("::ffff:0:0")), 96);
}

/// Splits "ADDRESS%SCOPE:PORT" as ss prints it.
bool readAddress(const QString &text, Listener &listener)
{
    static const QRegularExpression form(
        QStringLiteral("^(?:\\[([0-9A-Fa-f:.]*)\\]|([0-9A-Fa-f:.]*|\\*))(?:%([^:\\s]+))?:([0-9]{1,5})$"));
    // "[fe80::1]%eth0:546" and, in older versions, "[fe80::1%eth0]:546"
    QString plain = text;
    static const QRegularExpression inside(QStringLiteral("^\\[([^%\\]]*)%([^\\]]+)\\]:"));
    plain.replace(inside, QStringLiteral("[\\1]%\\2:"));
    const QRegularExpressionMatch match = form.match(plain);
    if (!match.hasMatch())
        return false;
    const QString word = match.captured(1) + match.captured(2);
    listener.scope = match.captured(3);
    listener.port = match.captured(4).toInt();
    if (listener.port > 65535)
        return false;
    if (word == u"*") {
        listener.ipv4 = listener.ipv6 = true;
        return true;
    }
    const QHostAddress address(word);
    if (address.isNull())
        return false;
    // "::ffff:127.0.0.1" is IPv4 in the clothes of IPv6.
    const bool four = address.protocol() == QAbstractSocket::IPv4Protocol;
    const bool mapped = isMapped(address);
    const QHostAddress real = mapped ? QHostAddress(address.toIPv4Address()) : address;
    listener.ipv4 = four || mapped;
    listener.ipv6 = !listener.ipv4;
    listener.address = real == QHostAddress(QHostAddress::AnyIPv4) || real == QHostAddress(QHostAddress::AnyIPv6)
        ? QString()
        : real.toString();
    return true;
}

std::optional<Listener> readSs(const QString &line)
{
    // tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=114,fd=3))
    static const QRegularExpression form(QStringLiteral(
        "^(tcp|udp) +(?:LISTEN|UNCONN) +[0-9]+ +[0-9]+ +(\\S+) +(\\S+)(?: +users:\\(\\((.*)\\)\\))?(?: .*)?$"));
    static const QRegularExpression user(QStringLiteral("\"([^\"]*)\",pid=([0-9]+)"));
    const QRegularExpressionMatch match = form.match(line.trimmed());
    if (!match.hasMatch())
        return std::nullopt;
    Listener listener;
    listener.line = line.simplified().left(300);
    listener.protocol = match.captured(1);
    if (!readAddress(match.captured(2), listener))
        return std::nullopt;
    QStringList names;
    for (auto it = user.globalMatch(match.captured(4)); it.hasNext();) {
        const QRegularExpressionMatch one = it.next();
        names.append(one.captured(1));
        listener.pid = listener.pid == 0 ? one.captured(2).toInt() : listener.pid;
    }
    names.removeDuplicates();
    listener.process = names.join(u'/').left(80);
    return listener;
}

/// "/proc/net/tcp6 00000000000000000000000000000000:0016": words of four bytes in the machine's order; little-endian on
/// everything OpenClaw runs on.
std::optional<Listener> readProc(const QString &line)
{
    static const QRegularExpression form(
        QStringLiteral("^/proc/net/(tcp|udp)6? ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$"));
    const QRegularExpressionMatch match = form.match(line.trimmed());
    if (!match.hasMatch())
        return std::nullopt;
    Listener listener;
    listener.line = line;
    listener.protocol = match.captured(1);
    listener.port = match.captured(3).toInt(nullptr, 16);
    const QByteArray bytes = QByteArray::fromHex(match.captured(2).toLatin1());
    if (bytes.size() == 4) {
        listener.ipv4 = true;
        const QHostAddress address(qFromLittleEndian<quint32>(bytes.constData()));
        listener.address = address == QHostAddress(QHostAddress::AnyIPv4) ? QString() : address.toString();
        return listener;
    }
    Q_IPV6ADDR raw {};
    for (int word = 0; word < 4; ++word) {
        for (int byte = 0; byte < 4; ++byte)
            raw[word * 4 + byte] = quint8(bytes.at(word * 4 + 3 - byte));
    }
    const QHostAddress address(raw);
    const bool mapped = isMapped(address);
    const bool any = address == QHostAddress(QHostAddress::AnyIPv6);
    listener.ipv6 = !mapped;
    // Whether "::" takes IPv4, too, is not told here; it does unless a program asks otherwise.
    listener.ipv4 = mapped || any;
    listener.address = any ? QString() : mapped ? QHostAddress(address.toIPv4Address()).toString() : address.toString();
    return listener;
}

} // namespace

bool Listener::isLoopback() const
{
    return scope == u"lo" || (!address.isEmpty() && QHostAddress(address).isLoopback());
}

ListenerFacts ListenerFacts::parse(const ProbeReport &report, bool asRoot)
{
    ListenerFacts facts;
    const ProbeSection *section = report.find("sockets");
    const bool ss = section && !section->absent;
    if (!ss)
        section = report.find("proc-sockets");
    if (!section) {
        facts.problem = QStringLiteral("neither ss nor /proc/net/tcp could be read");
        return facts;
    }
    facts.source = ss ? QStringLiteral("ss -tulnp") : QStringLiteral("/proc/net");
    facts.withProcesses = ss && asRoot;
    if (!section->succeeded()) {
        facts.problem = QStringLiteral("%1: exit status %2: %3")
                            .arg(facts.source)
                            .arg(section->status)
                            .arg(printable(section->text.trimmed(), 200));
        return facts;
    }
    for (const QByteArray &bytes : section->text.split('\n')) {
        if (bytes.trimmed().isEmpty())
            continue;
        const QString line = printable(bytes, int(maxLine));
        const std::optional<Listener> listener = bytes.size() > maxLine || facts.listeners.size() == maxListeners
            ? std::nullopt
            : ss ? readSs(line)
                 : readProc(line);
        if (!listener) {
            facts.problem = QStringLiteral("%1: not understood: %2").arg(facts.source, line.left(200));
            return facts;
        }
        facts.listeners.append(*listener);
    }
    facts.read = true;
    return facts;
}

} // namespace Helmclaw
