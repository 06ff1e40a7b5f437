// SPDX-License-Identifier: MIT
#include "ScriptedSecurityKeyAgent.h"

#include <QCryptographicHash>
#include <QLocalSocket>
#include <QPointer>
#include <QtEndian>

#include <openssl/evp.h>

namespace Helmclaw::Test {

namespace {

const QByteArray type("sk-ssh-ed25519@openssh.com");
const QByteArray application("ssh:");

QByteArray number(quint32 value)
{
    const quint32 big = qToBigEndian(value);
    return QByteArray(reinterpret_cast<const char *>(&big), sizeof big);
}

QByteArray text(const QByteArray &value)
{
    return number(static_cast<quint32>(value.size())) + value;
}

QByteArray takeText(QByteArray &rest)
{
    const auto size = qsizetype(qFromBigEndian<quint32>(rest.constData()));
    const QByteArray value = rest.mid(4, size);
    rest.remove(0, 4 + size);
    return value;
}

} // namespace

struct ScriptedSecurityKeyAgent::Key
{
    EVP_PKEY *pair = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
    ~Key() { EVP_PKEY_free(pair); }
};

ScriptedSecurityKeyAgent::ScriptedSecurityKeyAgent()
    : m_key(std::make_unique<Key>())
{
    m_server.listen(socket());
    connect(&m_server, &QLocalServer::newConnection, this, [this] {
        while (QLocalSocket *client = m_server.nextPendingConnection()) {
            connect(client, &QLocalSocket::readyRead, this, [this, client] { serve(client); });
            serve(client);
        }
    });
}

ScriptedSecurityKeyAgent::~ScriptedSecurityKeyAgent() = default;

QByteArray ScriptedSecurityKeyAgent::blob() const
{
    QByteArray raw(32, '\0');
    std::size_t size = 32;
    EVP_PKEY_get_raw_public_key(m_key->pair, reinterpret_cast<unsigned char *>(raw.data()), &size);
    return text(type) + text(raw) + text(application);
}

QByteArray ScriptedSecurityKeyAgent::publicLine() const
{
    return type + ' ' + blob().toBase64() + " security key\n";
}

void ScriptedSecurityKeyAgent::serve(QLocalSocket *client)
{
    while (client->bytesAvailable() >= 4) {
        const auto size = qsizetype(qFromBigEndian<quint32>(client->peek(4).constData()));
        if (client->bytesAvailable() < 4 + size)
            return;
        client->read(4);
        handle(client, client->read(size));
    }
}

void ScriptedSecurityKeyAgent::handle(QLocalSocket *client, const QByteArray &message)
{
    constexpr char failure = 5;
    constexpr char requestIdentities = 11;
    constexpr char identitiesAnswer = 12;
    constexpr char signRequest = 13;
    QByteArray rest = message.mid(1);
    if (message.at(0) == requestIdentities) {
        client->write(text(QByteArray(1, identitiesAnswer) + number(1) + text(blob()) + text("security key")));
    } else if (message.at(0) == signRequest && takeText(rest) == blob()) {
        const Waiting request { client, takeText(rest) };
        if (m_touchNeeded)
            m_waiting += request;
        else
            sign(request, false);
    } else {
        client->write(text(QByteArray(1, failure)));
    }
}

void ScriptedSecurityKeyAgent::touch()
{
    for (const Waiting &request : std::exchange(m_waiting, {}))
        sign(request, true);
}

void ScriptedSecurityKeyAgent::sign(const Waiting &request, bool touched)
{
    if (request.client == nullptr)
        return;
    const auto sha256 = [](const QByteArray &data) {
        return QCryptographicHash::hash(data, QCryptographicHash::Sha256);
    };
    const QByteArray flags(1, touched ? '\x01' : '\x00'); // user presence
    const QByteArray counter = number(++m_counter);
    const QByteArray message = sha256(application) + flags + counter + sha256(request.data);
    QByteArray signature(64, '\0');
    std::size_t size = 64;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    EVP_DigestSignInit(context, nullptr, nullptr, nullptr, m_key->pair);
    EVP_DigestSign(context, reinterpret_cast<unsigned char *>(signature.data()), &size,
                   reinterpret_cast<const unsigned char *>(message.constData()),
                   static_cast<std::size_t>(message.size()));
    EVP_MD_CTX_free(context);
    constexpr char signResponse = 14;
    request.client->write(text(QByteArray(1, signResponse) + text(text(type) + text(signature) + flags + counter)));
}

} // namespace Helmclaw::Test
