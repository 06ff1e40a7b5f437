// SPDX-License-Identifier: MIT
#include "ssh/SshLogin.h"

#include "ssh/CipherOrder.h"
#include "ssh/SshAlgorithms.h"

#include <QCoreApplication>
#include <QRegularExpression>

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
        && setText(session, SSH_OPTIONS_GLOBAL_KNOWNHOSTS, "/dev/null") && setCiphers()
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
        case Phase::NextMethod:
            step = nextMethod();
            break;
        case Phase::AgentKey:
        case Phase::FileKey:
            step = tryKey();
            break;
        case Phase::ProbeKey:
            step = probeKey();
            break;
        case Phase::LockedKey:
            step = Step::NeedKey;
            break;
        case Phase::Dialogue:
            step = talk();
            break;
        }
        // libssh 0.10 asks to wait for a connection that is over, for ever.
        if (step == Step::Wait && m_phase != Phase::Handshake && m_handle->isClosed())
            return connectionLost();
        if (step)
            return *step;
    }
}

SshLogin::Step SshLogin::connectionLost()
{
    const QByteArray text = m_handle->errorText();
    m_dismissed = text.contains("SSH_MSG_DISCONNECT"); // "Too many authentication failures"
    return fail(m_errors.authConnectionLost(text, wasRefused()));
}

SshLogin::Step SshLogin::handshake()
{
    const int rc = ssh_connect(m_handle->session());
    m_handle->keepNonBlocking();
    if (rc == SSH_AGAIN)
        return Step::Wait;
    const char *banner = ssh_get_serverbanner(m_handle->session());
    m_noCommonAlgorithm = rc == SSH_ERROR && m_handle->errorText().contains("no match for method");
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

std::optional<SshLogin::Step> SshLogin::none()
{
    const int rc = ssh_userauth_none(m_handle->session(), nullptr);
    switch (rc) {
    case SSH_AUTH_AGAIN:
        if (readPage() && m_mayAsk != MayAsk::Everything)
            return fail(m_errors.pageUnvisited(m_page));
        return Step::Wait;
    case SSH_AUTH_SUCCESS:
        return loggedIn(QStringLiteral("none"), {});
    case SSH_AUTH_DENIED:
        readMethods();
        m_phase = Phase::NextMethod;
        return std::nullopt;
    default:
        return connectionLost();
    }
}

/// Tailscale's sshd in check mode sends a banner with an address, and answers "none" when the user has been there.
bool SshLogin::readPage()
{
    if (m_page.isValid() || !QByteArray(ssh_get_serverbanner(m_handle->session())).contains("Tailscale"))
        return m_page.isValid();
    char *raw = ssh_get_issue_banner(m_handle->session());
    if (raw == nullptr)
        return false;
    const QString banner = LoginDialogue::safeLines(raw);
    ssh_string_free_char(raw);
    static const QRegularExpression address(QStringLiteral(R"(https://[^\s\"'<>]+)"));
    const QUrl page(address.match(banner).captured(), QUrl::StrictMode);
    if (!page.isValid() || page.host().isEmpty() || !page.userInfo().isEmpty())
        return false;
    m_page = page;
    m_pageText = banner;
    return true;
}

SshLogin::Step SshLogin::loggedIn(const QString &by, QByteArray key)
{
    m_key.reset();
    m_unlocked.reset();
    m_dialogue.reset();
    m_files.clear();
    dropAgentSocket();
    m_authenticatedBy = (m_report.accepted + QStringList(by)).join(QStringLiteral(", "));
    if (m_keyUsed.isEmpty()) // of several, the first is the one to offer first next time
        m_keyUsed = std::move(key);
    return Step::LoggedIn;
}

bool SshLogin::wasRefused() const
{
    return m_dismissed || m_refusedKeys > 0 || (m_dialogue != nullptr && m_dialogue->refusals() > 0);
}

SshLogin::Step SshLogin::refused()
{
    if (keysLeft() && isOffered(QStringLiteral("publickey")))
        m_report.leftOut = static_cast<int>(m_plan.size() - m_current - 1);
    if (m_dialogue != nullptr)
        m_report.refusedAnswers = m_dialogue->refusals();
    return fail(m_errors.auth(m_report));
}

AgentIdentity SshLogin::agentIdentity() const
{
    const KeyCandidate &candidate = m_plan.at(m_current);
    return { candidate.blob, candidate.comment, candidate.signWith };
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
