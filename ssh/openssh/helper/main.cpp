// SPDX-License-Identifier: MIT
// helmclaw-ssh-helper: what OpenSSH's ssh calls when Helmclaw uses it as its transport. It carries ssh's questions to
// the running Helmclaw over the private socket that HELMCLAW_SSH_SOCKET names, and the answers back. Nothing is decided
// and nothing is kept here. Small and without libraries, for it runs several times in every login.
//   helmclaw-ssh-helper run PID PROGRAM ARGUMENT…   becomes PROGRAM, which ends when the thread of PID
//                                                  that has started it does, so at the latest with PID
//   helmclaw-ssh-helper socket                      (ProxyCommand) passes ssh the connected socket
//   helmclaw-ssh-helper hostkey ARGUMENT…           (KnownHostsCommand) prints known_hosts lines
//   helmclaw-ssh-helper PROMPT                      (SSH_ASKPASS) prints the answer
#include <arpa/inet.h>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace {

constexpr std::size_t maxAnswer = 1024 * 1024;

bool writeAll(int fd, const char *data, std::size_t size)
{
    while (size > 0) {
        const ssize_t sent = ::write(fd, data, size);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        data += sent;
        size -= static_cast<std::size_t>(sent);
    }
    return true;
}

bool readAll(int fd, char *data, std::size_t size)
{
    while (size > 0) {
        const ssize_t got = ::read(fd, data, size);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        data += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

void append(std::string &to, const std::string &text)
{
    const std::uint32_t size = htonl(static_cast<std::uint32_t>(text.size()));
    to.append(reinterpret_cast<const char *>(&size), sizeof size).append(text);
}

std::string variable(const char *name)
{
    const char *value = std::getenv(name);
    return value != nullptr ? value : "";
}

int connectToHelmclaw()
{
    const std::string path = variable("HELMCLAW_SSH_SOCKET");
    sockaddr_un address {};
    address.sun_family = AF_UNIX;
    if (path.empty() || path.size() >= sizeof address.sun_path)
        return -1;
    std::memcpy(address.sun_path, path.c_str(), path.size());
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || ::connect(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0)
        return -1;
    return fd;
}

/// Receives one descriptor and passes it on to standard output, which is a socket then.
bool passSocket(int from)
{
    char byte = 0;
    iovec data { &byte, 1 };
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] {};
    msghdr message {};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    if (::recvmsg(from, &message, MSG_CMSG_CLOEXEC) != 1 || CMSG_FIRSTHDR(&message) == nullptr)
        return false;
    return ::sendmsg(STDOUT_FILENO, &message, MSG_NOSIGNAL) == 1;
}

[[noreturn]] void run(int count, char **arguments)
{
    // Before the check: a parent that ends in between is noticed by one or the other.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (count < 4 || std::to_string(::getppid()) != arguments[2])
        std::_Exit(255);
    ::execvp(arguments[3], arguments + 3);
    const std::string text =
        std::string("helmclaw-ssh-helper: cannot start ") + arguments[3] + ": " + std::strerror(errno) + "\n";
    writeAll(STDERR_FILENO, text.data(), text.size());
    std::_Exit(127);
}

} // namespace

int main(int count, char **arguments)
{
    const std::string first = count > 1 ? arguments[1] : "";
    if (first == "run")
        run(count, arguments);
    ::prctl(PR_SET_DUMPABLE, 0); // an answer may be a password
    const bool isCall = first == "socket" || first == "hostkey";
    const int helmclaw = connectToHelmclaw();
    if (count < 2 || helmclaw < 0)
        return 1;
    std::string body;
    append(body, variable("HELMCLAW_SSH_COOKIE"));
    append(body, isCall ? first : "ask");
    if (!isCall)
        append(body, variable("SSH_ASKPASS_PROMPT"));
    for (int i = isCall ? 2 : 1; i < count; ++i)
        append(body, arguments[i]);
    std::string request;
    append(request, body);
    if (!writeAll(helmclaw, request.data(), request.size()))
        return 1;
    if (first == "socket")
        return passSocket(helmclaw) ? 0 : 1;

    std::uint32_t size = 0;
    if (!readAll(helmclaw, reinterpret_cast<char *>(&size), sizeof size) || ntohl(size) > maxAnswer)
        return 1; // refused: the connection was closed
    std::string answer(ntohl(size), '\0');
    bool done =
        readAll(helmclaw, answer.data(), answer.size()) && writeAll(STDOUT_FILENO, answer.data(), answer.size());
    ::explicit_bzero(answer.data(), answer.size());
    if (done && !isCall)
        done = writeAll(STDOUT_FILENO, "\n", 1);
    return done ? 0 : 1;
}
