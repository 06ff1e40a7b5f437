// SPDX-License-Identifier: MIT
#include "ssh/openssh/SshMasterLog.h"

#include "ssh/Error.h"
#include "ssh/IdentityFile.h"

#include <QCoreApplication>
#include <QFile>

namespace Helmclaw {

namespace {

constexpr qsizetype maxLine = 4096;
constexpr qsizetype keptWords = 3;
constexpr qsizetype keptSaid = 20;
constexpr qsizetype keptOffers = 20;
constexpr qsizetype keptRefusals = 64;

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(SshMasterLog)
};

/// What stands behind @p start; null when @p text begins otherwise.
QByteArrayView behind(QByteArrayView text, QByteArrayView start)
{
    return text.startsWith(start) ? text.sliced(start.size()) : QByteArrayView();
}

/// "/home/me/.ssh/id_ed25519 ED25519 SHA256:… explicit agent" without what stands behind the fingerprint.
QByteArray keyOnly(QByteArrayView described)
{
    QByteArray text = described.toByteArray();
    for (const char *word : { " agent", " token", " explicit" }) {
        if (text.endsWith(word))
            text.chop(qsizetype(qstrlen(word)));
    }
    return text;
}

bool isFile(QByteArrayView described)
{
    return !described.endsWith(" agent") && !described.endsWith(" token");
}

/// The path or the agent's comment in it, which may have spaces.
QByteArray nameOf(QByteArrayView described)
{
    QByteArray text = keyOnly(described);
    for (int word = 0; word < 2; ++word) // fingerprint, type
        text.truncate(std::max<qsizetype>(text.lastIndexOf(' '), 0));
    return text;
}

/// The same for people, in the words that the other backend has.
QString keyText(QByteArrayView described)
{
    const QByteArray key = keyOnly(described);
    if (!described.endsWith(" agent"))
        return Text::tr("identity file %1").arg(printable(key, 200));
    return Text::tr("agent key %1 (%2)")
        .arg(printable(key.sliced(key.lastIndexOf(' ') + 1), 100), printable(nameOf(described), 100));
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
        m_justSaid.clear();
        debugLine(debug);
        return;
    }
    if (text.startsWith("OpenSSH_") || text.startsWith("debug"))
        return;
    if (text.startsWith("Authenticated using \"") && text.contains("\" with partial success")) {
        m_accepted += proofIn(text);
        if (m_accepted.last() == m_acceptedKey)
            m_notRefused += m_acceptedKey;
        m_partial = true;
        return;
    }
    if (text.startsWith("Authenticated to ") && m_authenticatedBy.isEmpty()) {
        m_authenticatedBy = (m_accepted + QStringList(proofIn(text))).join(QStringLiteral(", "));
        m_words.clear(); // the server's banner says nothing about the end of the session
        return;
    }
    if (text.startsWith("channel ") && text.contains(": open failed: ")) {
        // "channel 2: open failed: connect failed: Connection refused". Numbered as in RFC 4254 §5.1 and as libssh
        // does, because only the number tells a forbidden connection from a failed one.
        const QByteArray reason = text.sliced(text.indexOf(": open failed: ") + 15).toByteArray();
        const int code = reason.startsWith("administratively prohibited") ? 1
            : reason.startsWith("connect failed")                         ? 2
                                                                          : 4;
        m_refusals += "error (" + QByteArray::number(code) + ") " + reason;
        if (m_refusals.size() > keptRefusals)
            m_refusals.removeFirst();
        return;
    }
    if (text.startsWith("Timeout, server ") || text.startsWith("client_loop: ")
        || (text.startsWith("Connection to ") && text.contains(" closed by remote host")))
        m_connectionEnded = true;
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
    else if (text.startsWith("Load key ") && !m_unsigned.isEmpty())
        m_signingProblem = text.sliced(9).toByteArray();
    else if (text.startsWith("Load key ") && m_unusable.size() < keptOffers)
        m_unusable += printable(text.sliced(9), 200);
    else if (const QByteArrayView why = behind(text, "sign_and_send_pubkey: "); !why.isNull() && !m_unsigned.isEmpty())
        m_signingProblem = why.toByteArray();
    if (m_justSaid.size() < keptSaid)
        m_justSaid += printable(text, 400);
    m_words += text.toByteArray();
    if (m_words.size() > keptWords)
        m_words.removeFirst();
}

void SshMasterLog::debugLine(QByteArrayView text)
{
    if (text.startsWith("Next authentication method: ") || text.startsWith("No more authentication methods")
        || text.startsWith("Offering public key: "))
        endOfAcceptedKey();
    // The first of each counts: what comes after the login can only be a later key exchange, or a banner's imitation.
    if (const QByteArrayView name = behind(text, "kex: algorithm: "); !name.isNull() && m_keyExchange.isEmpty()) {
        m_keyExchange = printable(name, 80);
    } else if (const QByteArrayView way = behind(text, "kex: server->client cipher: ");
               !way.isNull() && m_cipher.isEmpty()) {
        m_cipher = printable(way.toByteArray().split(' ').value(0), 80);
    } else if (text.startsWith("Will attempt key: ")) {
        m_keysListed = true;
        m_planned += text.contains("SHA256:") ? 1 : 0; // others are default files that do not exist
    } else if (const QByteArrayView key = behind(text, "Offering public key: ");
               !key.isNull() && m_offered.size() < keptOffers) {
        m_offered += keyText(key);
    } else if (const QByteArrayView taken = behind(text, "Server accepts key: "); !taken.isNull()) {
        m_acceptedKey = keyText(taken);
        m_unsigned = taken.toByteArray();
        m_signingProblem.clear();
    } else if (const QByteArrayView list = behind(text, "Authentications that can continue: "); !list.isNull()) {
        m_methods = printable(list, 200).split(QLatin1Char(','));
        m_unsigned.clear(); // the server's answer to a signature
        m_failures += std::exchange(m_partial, false) ? 0 : 1;
    } else if (text.startsWith("SSH2_MSG_NEWKEYS sent")) {
        m_hostKeyProved = true;
    } else if (text.startsWith("get_agent_identities: agent ") || text.startsWith("SSH2_MSG_SERVICE_ACCEPT received")) {
        m_keysListed = true;
    } else if (text.startsWith("Remote protocol version ")) {
        m_bannerSeen = true;
    }
}

/// What has been right: the key, or the method that stands behind using ".
QString SshMasterLog::proofIn(QByteArrayView text) const
{
    const qsizetype begin = text.indexOf("using \"");
    const QByteArray method = begin < 0 ? QByteArray() : text.sliced(begin + 7).toByteArray().split('"').value(0);
    return method == "publickey" && !m_acceptedKey.isEmpty() ? m_acceptedKey : printable(method, 80);
}

QString SshMasterLog::fingerprintOf(const QString &file) const
{
    if (m_unsigned.isEmpty() || IdentityFile::shown(QFile::decodeName(nameOf(m_unsigned))) != file)
        return {};
    const QByteArray key = keyOnly(m_unsigned);
    return printable(key.sliced(key.lastIndexOf(' ') + 1), 100);
}

/// ssh goes on to the next key or method without the server having answered: it had no signature to send.
void SshMasterLog::endOfAcceptedKey()
{
    const QByteArray key = std::exchange(m_unsigned, {});
    if (key.isEmpty())
        return;
    if (m_notRefused.size() < keptOffers)
        m_notRefused += keyText(key);
    if (!m_signingProblem.isEmpty()) {
        if (m_unusable.size() < keptOffers)
            m_unusable += printable(m_signingProblem, 300);
    } else if (isFile(key) && m_lockedKeys.size() < keptOffers) {
        m_lockedKeys += IdentityFile::shown(QFile::decodeName(nameOf(key)));
    }
}

bool SshMasterLog::waitsForAgent() const
{
    return m_hostKeyProved && (!m_keysListed || (!m_unsigned.isEmpty() && !isFile(m_unsigned)));
}

QStringList SshMasterLog::refusedKeys() const
{
    QStringList keys = m_offered;
    for (const QString &key : m_notRefused)
        keys.removeAll(key);
    return keys;
}

QByteArray SshMasterLog::takeRefusal()
{
    return m_refusals.isEmpty() ? QByteArray() : m_refusals.takeFirst();
}

QByteArray SshMasterLog::lastWords() const
{
    return m_words.join(" / ");
}

} // namespace Helmclaw
