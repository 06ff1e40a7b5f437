// SPDX-License-Identifier: MIT
#include "ssh/SshLogin.h"

#include "ssh/CipherOrder.h"
#include "ssh/SshAlgorithms.h"

#include <QCoreApplication>

#include <algorithm>

#include <sys/epoll.h>
#include <unistd.h>

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(SshLogin)
};

bool setText(ssh_session session, ssh_options_e option, const QByteArray &value)
{
    return ssh_options_set(session, option, value.constData()) == SSH_OK;
}

QStringList methodNames(int methods)
{
    QStringList names;
    if ((methods & static_cast<int>(SSH_AUTH_METHOD_PUBLICKEY)) != 0)
        names += QStringLiteral("publickey");
    if ((methods & static_cast<int>(SSH_AUTH_METHOD_PASSWORD)) != 0)
        names += QStringLiteral("password");
    if ((methods & static_cast<int>(SSH_AUTH_METHOD_INTERACTIVE)) != 0)
        names += QStringLiteral("keyboard-interactive");
    if ((methods & static_cast<int>(SSH_AUTH_METHOD_HOSTBASED)) != 0)
        names += QStringLiteral("hostbased");
    if ((methods & static_cast<int>(SSH_AUTH_METHOD_GSSAPI_MIC)) != 0)
        names += QStringLiteral("gssapi-with-mic");
    return names;
}

} // namespace

SshLogin::SshLogin(const SshTarget &target, const SshErrors &errors, FileDescriptor socket,
                   const QByteArray &hostKeyAlgorithms)
    : m_target(target)
    , m_errors(errors)
    , m_handle(std::make_unique<SshHandle>(std::move(socket)))
{
    if (!m_handle->isValid())
        return;
    if (const auto applied = SshAlgorithms::apply(m_handle->session(), m_target, m_errors); !applied)
        m_optionsProblem = applied.error();
    m_ready = setOptions(hostKeyAlgorithms);
}

SshLogin::~SshLogin()
{
    if (m_handle != nullptr && m_handle->isValid())
        dropAgentSocket();
}

bool SshLogin::setOptions(const QByteArray &hostKeyAlgorithms)
{
    ssh_session session = m_handle->session();
    const bool processConfig = false; // ssh_config(5) is read elsewhere, with all its keywords
    const unsigned int port = m_target.port;
    const int verbosity = SSH_LOG_NONE;
    static const QByteArray preferred = preferredCiphers(hasAesInstructions());
    const auto setCiphers = [session, this] { // the user's own order was set with the other algorithms
        return !m_target.options.ciphers.isEmpty()
            || (setText(session, SSH_OPTIONS_CIPHERS_C_S, preferred)
                && setText(session, SSH_OPTIONS_CIPHERS_S_C, preferred));
    };
    // libssh must never look into known_hosts itself: it is slow there and overlooks @revoked.
    return ssh_options_set(session, SSH_OPTIONS_PROCESS_CONFIG, &processConfig) == SSH_OK
        && ssh_options_set(session, SSH_OPTIONS_LOG_VERBOSITY, &verbosity) == SSH_OK
        && setText(session, SSH_OPTIONS_HOST, m_target.host.toUtf8())
        && ssh_options_set(session, SSH_OPTIONS_PORT, &port) == SSH_OK
        && (m_target.user.isEmpty() || setText(session, SSH_OPTIONS_USER, m_target.user.toUtf8()))
        && setText(session, SSH_OPTIONS_KNOWNHOSTS, "/dev/null")
        && setText(session, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null")
        && setCiphers()
        && setText(session, SSH_OPTIONS_HOSTKEYS, hostKeyAlgorithms);
}

std::uint32_t SshLogin::events() const
{
    const int flags = ssh_get_poll_flags(m_handle->session());
    std::uint32_t events = 0;
    if ((flags & SSH_READ_PENDING) != 0)
        events |= EPOLLIN;
    if ((flags & SSH_WRITE_PENDING) != 0)
        events |= EPOLLOUT;
    return events != 0 ? events : std::uint32_t { EPOLLIN };
}

bool SshLogin::bannerSeen() const
{
    return m_handle->isValid() && ssh_get_serverbanner(m_handle->session()) != nullptr;
}

SshLogin::Step SshLogin::fail(Error error)
{
    m_error = std::move(error);
    return Step::Failed;
}

SshLogin::Step SshLogin::advance()
{
    if (m_optionsProblem)
        return fail(*m_optionsProblem);
    if (!m_ready) {
        return fail(m_handle->isValid() ? m_errors.make(ErrorCode::InvalidInput,
                                                        Text::tr("libssh does not take the settings of %1: %2")
                                                            .arg(m_target.toString(), printable(m_handle->errorText())),
                                                        Text::tr("Check host, port and user."))
                                        : m_errors.outOfResources(Text::tr("descriptors or memory")));
    }
    for (;;) {
        std::optional<Step> step;
        switch (m_phase) {
        case Phase::Handshake:
            step = handshake();
            break;
        case Phase::HostKey:
            return fail(m_errors.make(ErrorCode::Internal, Text::tr("login without a verdict on the host key")));
        case Phase::CollectKeys:
            collectKeys();
            break;
        case Phase::None:
            step = none();
            break;
        case Phase::NextKey:
            step = nextKey();
            break;
        case Phase::AgentKey:
        case Phase::FileKey:
            step = tryKey();
            break;
        }
        if (step)
            return *step;
    }
}

SshLogin::Step SshLogin::handshake()
{
    const int rc = ssh_connect(m_handle->session());
    m_handle->keepNonBlocking();
    if (rc == SSH_AGAIN)
        return Step::Wait;
    const char *banner = ssh_get_serverbanner(m_handle->session());
    if (rc != SSH_OK || !readHostKey())
        return fail(m_errors.handshake(m_handle->errorText(), QByteArray(banner)));
    m_phase = Phase::HostKey;
    return Step::HandshakeDone;
}

bool SshLogin::readHostKey()
{
    ssh_key raw = nullptr;
    if (ssh_get_server_publickey(m_handle->session(), &raw) != SSH_OK)
        return false;
    const SshKeyPtr key(raw);
    char *text = nullptr;
    if (ssh_pki_export_pubkey_base64(key.get(), &text) != SSH_OK)
        return false;
    m_hostKey.blob = QByteArray::fromBase64(text);
    m_hostKey.algorithm = keyAlgorithm(m_hostKey.blob);
    ssh_string_free_char(text);
    return !m_hostKey.algorithm.isEmpty();
}

void SshLogin::beginAuthentication(QList<AgentIdentity> agent, QString agentProblem, QByteArray preferred)
{
    m_agent = std::move(agent);
    m_report.agentProblem = std::move(agentProblem);
    m_preferred = std::move(preferred);
    m_phase = Phase::CollectKeys;
}

void SshLogin::collectKeys()
{
    for (const QString &path : KeyPlan::filesFor(m_target)) {
        IdentityFile file = IdentityFile::read(path);
        const bool held = std::any_of(m_agent.begin(), m_agent.end(), [&file](const AgentIdentity &identity) {
            return !file.publicBlob.isEmpty() && identity.blob == file.publicBlob;
        });
        if (file.state == IdentityFile::State::Encrypted && !held)
            m_report.encrypted += IdentityFile::shown(path);
        else if (file.state == IdentityFile::State::Unusable)
            m_report.unusable += Text::tr("%1 cannot be used: %2").arg(IdentityFile::shown(path), file.reason);
        else if (file.state == IdentityFile::State::Missing && !m_target.identityFiles.isEmpty())
            m_report.unusable += Text::tr("%1 does not exist").arg(IdentityFile::shown(path));
        m_files.push_back(std::move(file));
    }
    m_plan = KeyPlan::make(m_target, m_agent, m_files, m_preferred);
    // "none" tells the methods and gives the server time to say which RSA signatures it takes (libssh 0.10 decides
    // before it has read that). With a key that is known to work, the round trip is saved.
    const bool known = !m_plan.isEmpty() && !m_preferred.isEmpty() && m_plan.front().blob == m_preferred
        && keyAlgorithm(m_preferred) != "ssh-rsa";
    m_phase = known ? Phase::NextKey : Phase::None;
}

std::optional<SshLogin::Step> SshLogin::none()
{
    const int rc = ssh_userauth_none(m_handle->session(), nullptr);
    switch (rc) {
    case SSH_AUTH_AGAIN:
        return Step::Wait;
    case SSH_AUTH_SUCCESS:
        return loggedIn(QStringLiteral("none"), {});
    case SSH_AUTH_DENIED:
        m_report.methods = methodNames(ssh_userauth_list(m_handle->session(), nullptr));
        m_phase = Phase::NextKey;
        return std::nullopt;
    default:
        return fail(m_errors.authConnectionLost(m_handle->errorText()));
    }
}

std::optional<SshLogin::Step> SshLogin::nextKey()
{
    m_key.reset();
    dropAgentSocket();
    ++m_current;
    const bool keysTaken = m_report.methods.isEmpty() || m_report.methods.contains(QStringLiteral("publickey"));
    if (m_current >= m_plan.size() || !keysTaken)
        return refused();
    if (m_offers >= m_target.maxKeyOffers) {
        m_report.leftOut = static_cast<int>(m_plan.size() - m_current);
        return refused();
    }
    const KeyCandidate &candidate = m_plan.at(m_current);
    if (candidate.source == KeyCandidate::Source::Agent) {
        m_phase = Phase::AgentKey;
        return Step::NeedAgent;
    }
    const IdentityFile &file = m_files[candidate.file];
    QByteArray text = file.privateText.copyOutOfSecureMemory(); // libssh wants a C string
    ssh_key raw = nullptr;
    const int rc = ssh_pki_import_privkey_base64(text.constData(), nullptr, nullptr, nullptr, &raw);
    wipe(text);
    if (rc != SSH_OK) {
        m_report.unusable += Text::tr("%1 is not a key that libssh can read").arg(IdentityFile::shown(file.path));
        return std::nullopt;
    }
    m_key.reset(raw);
    m_phase = Phase::FileKey;
    return std::nullopt;
}

std::optional<SshLogin::Step> SshLogin::tryKey()
{
    ssh_session session = m_handle->session();
    if (m_phase == Phase::AgentKey && m_agentSocket < 0) {
        // Never without the relay: libssh would look for an agent by itself and offer all its keys.
        m_phase = Phase::NextKey;
        return std::nullopt;
    }
    const int rc = m_phase == Phase::AgentKey ? ssh_userauth_agent(session, nullptr)
                                              : ssh_userauth_publickey(session, nullptr, m_key.get());
    if (rc == SSH_AUTH_AGAIN)
        return Step::Wait;
    const KeyCandidate &candidate = m_plan.at(m_current);
    ++m_offers;
    m_report.offered += candidate.description;
    switch (rc) {
    case SSH_AUTH_SUCCESS:
        return loggedIn(candidate.description, candidate.blob);
    case SSH_AUTH_PARTIAL:
        m_report.methods = methodNames(ssh_userauth_list(session, nullptr));
        return refused(true);
    case SSH_AUTH_DENIED:
        m_report.methods = methodNames(ssh_userauth_list(session, nullptr));
        m_phase = Phase::NextKey;
        return std::nullopt;
    default:
        break;
    }
    if (!m_handle->isClosed() && m_phase == Phase::AgentKey) {
        // The agent could not or would not sign: the next key's turn.
        m_report.unusable += Text::tr("ssh-agent did not sign with %1").arg(candidate.description);
        m_phase = Phase::NextKey;
        return std::nullopt;
    }
    return fail(m_errors.authConnectionLost(m_handle->errorText()));
}

SshLogin::Step SshLogin::loggedIn(QString by, QByteArray key)
{
    m_key.reset();
    m_files.clear();
    dropAgentSocket();
    m_authenticatedBy = std::move(by);
    m_keyUsed = std::move(key);
    return Step::LoggedIn;
}

SshLogin::Step SshLogin::refused(bool partial)
{
    m_report.partial = partial;
    return fail(m_errors.auth(m_report));
}

AgentIdentity SshLogin::agentIdentity() const
{
    const KeyCandidate &candidate = m_plan.at(m_current);
    return { candidate.blob, candidate.comment };
}

void SshLogin::setAgentSocket(FileDescriptor socket)
{
    dropAgentSocket();
    m_agentSocket = socket.release();
    ssh_set_agent_socket(m_handle->session(), m_agentSocket);
}

void SshLogin::dropAgentSocket()
{
    if (m_agentSocket < 0)
        return;
    // Forgotten first, closed by us: the session lives on for days and must not keep it.
    ssh_set_agent_socket(m_handle->session(), SSH_INVALID_SOCKET);
    ::close(m_agentSocket);
    m_agentSocket = -1;
}

QString SshLogin::keyExchange() const
{
    return printable(QByteArray(ssh_get_kex_algo(m_handle->session())), 100);
}

QString SshLogin::cipher() const
{
    return printable(QByteArray(ssh_get_cipher_out(m_handle->session())), 100);
}

} // namespace Helmclaw
