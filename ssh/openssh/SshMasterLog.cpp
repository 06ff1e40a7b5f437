// SPDX-License-Identifier: MIT
#include "ssh/openssh/SshMasterLog.h"

#include "ssh/Error.h"

#include <QCoreApplication>

namespace Helmclaw {

namespace {

constexpr qsizetype maxLine = 4096;
constexpr qsizetype keptWords = 3;
constexpr qsizetype keptOffers = 20;

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(SshMasterLog)
};

/// What stands behind @p start; null when @p text begins otherwise.
QByteArrayView behind(QByteArrayView text, QByteArrayView start)
{
    return text.startsWith(start) ? text.sliced(start.size()) : QByteArrayView();
}

/// "/home/me/.ssh/id_ed25519 ED25519 SHA256:… explicit agent" for people.
QString keyText(QByteArrayView described)
{
    QByteArray text = described.toByteArray();
    const bool agent = text.endsWith(" agent");
    for (const char *word : { " agent", " explicit" }) {
        if (text.endsWith(word))
            text.chop(qsizetype(qstrlen(word)));
    }
    return (agent ? Text::tr("agent key %1") : Text::tr("identity file %1")).arg(printable(text, 200));
}

} // namespace

void SshMasterLog::add(QByteArrayView bytes)
{
    while (!bytes.isEmpty()) {
        const qsizetype end = bytes.indexOf('\n');
        const QByteArrayView part = end < 0 ? bytes : bytes.first(end);
        m_rest.append(part.first(std::min(part.size(), maxLine - m_rest.size())));
        if (end < 0)
            return;
        bytes = bytes.sliced(end + 1);
        const QByteArray whole = m_rest.trimmed();
        m_rest.clear();
        line(whole);
    }
}

void SshMasterLog::line(QByteArrayView text)
{
    if (text.isEmpty())
        return;
    if (const QByteArrayView debug = behind(text, "debug1: "); !debug.isNull()) {
        debugLine(debug);
        return;
    }
    if (text.startsWith("OpenSSH_") || text.startsWith("debug"))
        return;
    if (text.startsWith("Authenticated to ") && m_authenticatedBy.isEmpty()) {
        const qsizetype begin = text.indexOf("using \"");
        const QByteArray method = begin < 0 ? QByteArray() : text.sliced(begin + 7).toByteArray().split('"').value(0);
        m_authenticatedBy = method == "publickey" && !m_acceptedKey.isEmpty() ? m_acceptedKey : printable(method, 80);
        return;
    }
    if (text.startsWith("channel ") && text.contains(": open failed: ")) {
        // "channel 2: open failed: connect failed: Connection refused". Numbered as in RFC 4254 §5.1 and as libssh
        // does, because only the number tells a forbidden connection from a failed one.
        const QByteArray reason = text.sliced(text.indexOf(": open failed: ") + 15).toByteArray();
        const int code = reason.startsWith("administratively prohibited") ? 1
            : reason.startsWith("connect failed")                         ? 2
                                                                          : 4;
        m_refusal = "error (" + QByteArray::number(code) + ") " + reason;
        return;
    }
    if (text.contains("Permission denied (") || text.contains("Too many authentication failures"))
        m_loginRefused = true;
    else if (text.startsWith("Host key verification failed"))
        m_hostKeyRefused = true;
    else if (text.startsWith("Timeout, server "))
        m_timedOut = true;
    else if (text.startsWith("Unable to negotiate with "))
        m_noCommonAlgorithm = text.sliced(std::max<qsizetype>(text.indexOf(": ") + 2, 0)).toByteArray();
    else if (text.contains("Bad configuration option: "))
        m_unknownOption = text.sliced(text.indexOf("option: ") + 8).toByteArray();
    else if (text.startsWith("Load key ") && m_unusable.size() < keptOffers)
        m_unusable += printable(text.sliced(9), 200);
    m_words += text.toByteArray();
    if (m_words.size() > keptWords)
        m_words.removeFirst();
}

void SshMasterLog::debugLine(QByteArrayView text)
{
    // The first of each counts: what comes after the login can only be a later key exchange, or a banner's imitation.
    if (const QByteArrayView name = behind(text, "kex: algorithm: "); !name.isNull() && m_keyExchange.isEmpty()) {
        m_keyExchange = printable(name, 80);
    } else if (const QByteArrayView way = behind(text, "kex: server->client cipher: ");
               !way.isNull() && m_cipher.isEmpty()) {
        m_cipher = printable(way.toByteArray().split(' ').value(0), 80);
    } else if (text.startsWith("Will attempt key: ")) {
        m_planned += text.contains("SHA256:") ? 1 : 0; // others are default files that do not exist
    } else if (const QByteArrayView key = behind(text, "Offering public key: ");
               !key.isNull() && m_offered.size() < keptOffers) {
        m_offered += keyText(key);
    } else if (const QByteArrayView taken = behind(text, "Server accepts key: "); !taken.isNull()) {
        m_acceptedKey = keyText(taken);
    } else if (const QByteArrayView list = behind(text, "Authentications that can continue: "); !list.isNull()) {
        m_methods = printable(list, 200).split(QLatin1Char(','));
    } else if (text.startsWith("Remote protocol version ")) {
        m_bannerSeen = true;
    }
}

QByteArray SshMasterLog::takeRefusal()
{
    return std::exchange(m_refusal, {});
}

QByteArray SshMasterLog::lastWords() const
{
    return m_words.join(" / ");
}

} // namespace Helmclaw
