// SPDX-License-Identifier: MIT
// The ladder of methods: none, agent, files, keyboard-interactive, password; only what the server still offers.
#include "ssh/SshLogin.h"

#include <QCoreApplication>

#include <algorithm>

namespace Helmclaw {

namespace {

struct Text
{
    Q_DECLARE_TR_FUNCTIONS(SshLogin)
};

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

void SshLogin::beginAuthentication(QList<AgentIdentity> agent, QString agentProblem, QByteArray preferred,
                                   MayAsk mayAsk)
{
    m_agent = std::move(agent);
    m_report.agentProblem = std::move(agentProblem);
    m_preferred = std::move(preferred);
    m_mayAsk = mayAsk;
    m_dialogue = std::make_unique<LoginDialogue>(m_handle->session(), m_target.options.passwordPrompts);
    m_phase = Phase::CollectKeys;
}

void SshLogin::collectKeys()
{
    std::vector<CertificateFile> certificates;
    for (const QString &path : m_target.certificateFiles) {
        if (const auto certificate = KeyCertificate::read(path))
            certificates.push_back({ path, *certificate });
        else
            m_report.unusable += Text::tr("%1 is not a certificate that can be read").arg(IdentityFile::shown(path));
    }
    for (const QString &path : KeyPlan::filesFor(m_target)) {
        IdentityFile file = IdentityFile::read(path);
        if (file.state == IdentityFile::State::Unusable)
            m_report.unusable += Text::tr("%1 cannot be used: %2").arg(IdentityFile::shown(path), file.reason);
        else if (file.state == IdentityFile::State::Missing && !m_target.identityFiles.isEmpty())
            m_report.unusable += Text::tr("%1 does not exist").arg(IdentityFile::shown(path));
        if (file.certificate)
            certificates.push_back({ path + QStringLiteral("-cert.pub"), *file.certificate });
        m_files.push_back(std::move(file));
    }
    m_plan = KeyPlan::make(m_target, m_agent, m_files, m_preferred, certificates);
    for (const CertificateFile &file : certificates) {
        const bool used = std::any_of(m_plan.begin(), m_plan.end(), [&file](const KeyCandidate &candidate) {
            return candidate.blob == file.certificate.blob;
        });
        if (!used) {
            m_report.unusable += Text::tr("the private key of the certificate %1 is neither in a file nor in ssh-agent")
                                     .arg(IdentityFile::shown(file.path));
        }
    }
    // "none" tells the methods and gives the server time to say which RSA signatures it takes (libssh 0.10 decides
    // before it has read that). With a key that is known to work, the round trip is saved.
    const bool known = !m_plan.isEmpty() && !m_preferred.isEmpty() && m_plan.front().blob == m_preferred
        && plainAlgorithm(keyAlgorithm(m_preferred)) != "ssh-rsa";
    m_phase = known ? Phase::NextMethod : Phase::None;
}

void SshLogin::readMethods()
{
    m_report.methods = methodNames(ssh_userauth_list(m_handle->session(), nullptr));
}

bool SshLogin::isOffered(const QString &method) const
{
    return m_report.methods.contains(method) && m_target.options.allows(method);
}

bool SshLogin::keysLeft() const
{
    return m_current + 1 < m_plan.size();
}

std::optional<SshLogin::Step> SshLogin::nextMethod()
{
    m_key.reset();
    m_unlocked.reset();
    m_probe.reset();
    dropAgentSocket();
    // Without a list there was no answer yet: the key that worked last time is about to be offered.
    if ((m_report.methods.isEmpty() || isOffered(QStringLiteral("publickey"))) && keysLeft()
        && m_offers < m_target.maxKeyOffers)
        return nextKey();
    QList<LoginDialogue::Method> dialogues { LoginDialogue::Method::Interactive, LoginDialogue::Method::Password };
    if (m_target.options.prefersPassword())
        dialogues.swapItemsAt(0, 1);
    for (const auto method : std::as_const(dialogues)) {
        if (!isOffered(LoginDialogue::nameOf(method)) || !m_dialogue->isWorthwhile(method))
            continue;
        if (m_mayAsk != MayAsk::Everything) {
            m_report.nobodyToAsk = true;
            return refused();
        }
        m_dialogue->start(method);
        m_phase = Phase::Dialogue;
        return std::nullopt;
    }
    return refused();
}

std::optional<SshLogin::Step> SshLogin::nextKey()
{
    ++m_current;
    const KeyCandidate &candidate = m_plan.at(m_current);
    if (candidate.source == KeyCandidate::Source::Agent) {
        m_phase = Phase::AgentKey;
        return Step::NeedAgent;
    }
    const IdentityFile &file = m_files[candidate.file];
    if (candidate.source == KeyCandidate::Source::LockedFile) {
        if (m_mayAsk == MayAsk::Nothing) {
            setUnlockedKey({}, false);
            return std::nullopt;
        }
        if (m_mayAsk == MayAsk::KeptPassphrases) { // the server is not bothered with a key that we cannot use
            m_phase = Phase::LockedKey;
            return std::nullopt;
        }
        ssh_key raw = nullptr;
        const QByteArray base64 = candidate.blob.toBase64();
        const auto type = ssh_key_type_from_name(keyAlgorithm(candidate.blob).constData());
        // Without the public half the server cannot be asked beforehand.
        if (!candidate.blob.isEmpty() && ssh_pki_import_pubkey_base64(base64.constData(), type, &raw) == SSH_OK)
            m_probe.reset(raw);
        m_phase = m_probe != nullptr ? Phase::ProbeKey : Phase::LockedKey;
        return std::nullopt;
    }
    QByteArray text = file.privateText.copyOutOfSecureMemory(); // libssh wants a C string
    ssh_key raw = nullptr;
    const int rc = ssh_pki_import_privkey_base64(text.constData(), nullptr, nullptr, nullptr, &raw);
    wipe(text);
    if (rc != SSH_OK) {
        m_report.unusable += Text::tr("%1 is not a key that libssh can read").arg(IdentityFile::shown(file.path));
        m_phase = Phase::NextMethod;
        return std::nullopt;
    }
    m_phase = useKey(SharedKey(raw, SshKeyDeleter())) ? Phase::FileKey : Phase::NextMethod;
    return std::nullopt;
}

/// Gives the candidate's certificate to a copy of @p key, which others may be using.
bool SshLogin::useKey(const SharedKey &key)
{
    const KeyCandidate &candidate = m_plan.at(m_current);
    m_unlocked = key;
    m_key = key;
    if (candidate.signWith.isEmpty())
        return true;
    ssh_key rawCertificate = nullptr;
    const QByteArray base64 = candidate.blob.toBase64();
    const auto type = ssh_key_type_from_name(keyAlgorithm(candidate.blob).constData());
    if (ssh_pki_import_cert_base64(base64.constData(), type, &rawCertificate) == SSH_OK) {
        const SshKeyPtr certificate(rawCertificate);
        const SharedKey copy(ssh_key_dup(key.get()), SshKeyDeleter());
        if (copy != nullptr && ssh_pki_copy_cert_to_privkey(certificate.get(), copy.get()) == SSH_OK) {
            m_key = copy;
            return true;
        }
    }
    m_report.unusable += Text::tr("%1 is not a certificate that libssh can use").arg(candidate.description);
    return false;
}

std::optional<SshLogin::Step> SshLogin::probeKey()
{
    const int rc = ssh_userauth_try_publickey(m_handle->session(), nullptr, m_probe.get());
    if (rc == SSH_AUTH_AGAIN)
        return Step::Wait;
    if (rc == SSH_AUTH_SUCCESS) {
        m_phase = Phase::LockedKey;
        return std::nullopt;
    }
    return judgeKey(rc);
}

void SshLogin::setUnlockedKey(const SharedKey &key, bool wrong)
{
    const IdentityFile &file = lockedKey();
    m_phase = Phase::NextMethod;
    if (key != nullptr) {
        if (useKey(key))
            m_phase = Phase::FileKey;
    } else if (wrong) {
        m_report.unusable += Text::tr("the passphrase of %1 was wrong three times").arg(IdentityFile::shown(file.path));
    } else if (!m_report.encrypted.contains(IdentityFile::shown(file.path))) {
        m_report.encrypted += IdentityFile::shown(file.path);
    }
}

std::optional<SshLogin::Step> SshLogin::tryKey()
{
    ssh_session session = m_handle->session();
    if (m_phase == Phase::AgentKey && m_agentSocket < 0) {
        // Never without the relay: libssh would look for an agent by itself and offer all its keys.
        m_phase = Phase::NextMethod;
        return std::nullopt;
    }
    const int rc = m_phase == Phase::AgentKey ? ssh_userauth_agent(session, nullptr)
                                              : ssh_userauth_publickey(session, nullptr, m_key.get());
    return rc == SSH_AUTH_AGAIN ? std::optional(Step::Wait) : judgeKey(rc);
}

/// The server's last word on a key.
std::optional<SshLogin::Step> SshLogin::judgeKey(int rc)
{
    const KeyCandidate &candidate = m_plan.at(m_current);
    const bool agent = std::exchange(m_phase, Phase::NextMethod) == Phase::AgentKey;
    switch (rc) {
    case SSH_AUTH_SUCCESS:
        return loggedIn(candidate.description, candidate.blob);
    case SSH_AUTH_PARTIAL:
        m_report.accepted += candidate.description;
        if (m_keyUsed.isEmpty())
            m_keyUsed = candidate.blob;
        readMethods();
        return std::nullopt;
    case SSH_AUTH_DENIED:
        ++m_offers;
        ++m_refusedKeys;
        m_report.offered += candidate.description;
        readMethods();
        return std::nullopt;
    default:
        break;
    }
    if (!m_handle->isClosed()) {
        // It is we who could not or would not sign: the next key's turn.
        ++m_offers;
        m_report.unusable += agent ? Text::tr("ssh-agent did not sign with %1").arg(candidate.description)
                                   : Text::tr("libssh cannot sign with %1: %2")
                                         .arg(candidate.description, printable(m_handle->errorText(), 200));
        return std::nullopt;
    }
    return connectionLost();
}

std::optional<SshLogin::Step> SshLogin::talk()
{
    const auto method = m_dialogue->method();
    switch (m_dialogue->advance()) {
    case LoginDialogue::Step::Wait:
        return Step::Wait;
    case LoginDialogue::Step::Ask:
        return Step::NeedAnswers;
    case LoginDialogue::Step::Accepted:
        return loggedIn(LoginDialogue::nameOf(method), {});
    case LoginDialogue::Step::Partial:
        m_report.accepted += LoginDialogue::nameOf(method);
        break;
    case LoginDialogue::Step::Refused:
        break;
    case LoginDialogue::Step::Broken:
        return connectionLost();
    }
    readMethods();
    m_phase = Phase::NextMethod;
    return std::nullopt;
}

void SshLogin::setAnswers(std::vector<Secret> answers)
{
    m_dialogue->setAnswers(std::move(answers));
}

Error SshLogin::noAnswers()
{
    m_report.nobodyToAsk = true;
    (void)refused();
    return m_error;
}

} // namespace Helmclaw
