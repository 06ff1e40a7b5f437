// SPDX-License-Identifier: MIT
#include "ssh/LocalUser.h"

#include <QFile>

#include <functional>
#include <vector>

#include <pwd.h>
#include <unistd.h>

namespace Helmclaw {

namespace {

/// @p ask is getpwuid_r() or getpwnam_r() with its first argument.
std::optional<LocalUser> entry(const std::function<int(passwd *, char *, size_t, passwd **)> &ask)
{
    std::vector<char> buffer(16384);
    passwd found {};
    passwd *user = nullptr;
    if (ask(&found, buffer.data(), buffer.size(), &user) != 0 || user == nullptr)
        return std::nullopt;
    return LocalUser { QString::fromLocal8Bit(user->pw_name), QFile::decodeName(user->pw_dir) };
}

} // namespace

std::optional<LocalUser> LocalUser::current()
{
    return entry([](passwd *found, char *buffer, size_t size, passwd **user) {
        return ::getpwuid_r(::getuid(), found, buffer, size, user);
    });
}

std::optional<LocalUser> LocalUser::named(const QString &name)
{
    return entry([text = name.toLocal8Bit()](passwd *found, char *buffer, size_t size, passwd **user) {
        return ::getpwnam_r(text.constData(), found, buffer, size, user);
    });
}

} // namespace Helmclaw
