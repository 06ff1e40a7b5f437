// SPDX-License-Identifier: MIT
// A PAM module (pam_sm_authenticate(3)) that asks what a file says, so that a real sshd can ask anything:
//   p:LABEL|ANSWER   asks without echo      e:LABEL|ANSWER   asks with echo      i:TEXT   tells something
// The login succeeds when every answer was the expected one. It is read anew for every login.
// Linux-PAM's binary interface is declared here (stable since 1999), so that no further package is needed.
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

struct Message // struct pam_message
{
    int style;
    const char *text;
};
struct Response // struct pam_response
{
    char *text;
    int code;
};
struct Conversation // struct pam_conv
{
    int (*ask)(int count, const Message **messages, Response **responses, void *data);
    void *data;
};

constexpr int success = 0; // PAM_SUCCESS
constexpr int failure = 7; // PAM_AUTH_ERR
constexpr int conversationItem = 5; // PAM_CONV
constexpr int promptEchoOff = 1;
constexpr int promptEchoOn = 2;
constexpr int textInfo = 4;

bool converse(const Conversation &conversation, int style, const char *text, const char *expected)
{
    const Message message { style, text };
    const Message *messages = &message;
    Response *response = nullptr;
    if (conversation.ask(1, &messages, &response, conversation.data) != success || response == nullptr)
        return false;
    const bool right = expected == nullptr || (response->text != nullptr && std::strcmp(response->text, expected) == 0);
    std::free(response->text);
    std::free(response);
    return right;
}

} // namespace

extern "C" {

int pam_get_item(const void *handle, int item, const void **value); // libpam, which sshd has loaded

__attribute__((visibility("default"))) int pam_sm_authenticate(void *handle, int, int argc, const char **argv);
__attribute__((visibility("default"))) int pam_sm_setcred(void *handle, int, int argc, const char **argv);

int pam_sm_authenticate(void *handle, int, int argc, const char **argv)
{
    const void *item = nullptr;
    std::FILE *script = argc > 0 ? std::fopen(argv[0], "r") : nullptr;
    if (script == nullptr || pam_get_item(handle, conversationItem, &item) != success || item == nullptr) {
        if (script != nullptr)
            std::fclose(script);
        return failure;
    }
    const auto &conversation = *static_cast<const Conversation *>(item);
    bool right = true;
    char line[1024];
    while (right && std::fgets(line, sizeof line, script) != nullptr) {
        line[std::strcspn(line, "\n")] = '\0';
        if (std::strlen(line) < 2)
            continue;
        char *expected = std::strchr(line, '|');
        if (expected != nullptr)
            *expected++ = '\0';
        const int style = line[0] == 'p' ? promptEchoOff : line[0] == 'e' ? promptEchoOn : textInfo;
        right = converse(conversation, style, line + 2, expected);
    }
    std::fclose(script);
    return right ? success : failure;
}

int pam_sm_setcred(void *, int, int, const char **)
{
    return success;
}
}
