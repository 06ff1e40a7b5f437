// SPDX-License-Identifier: MIT
#pragma once

namespace Helmclaw {

class Fleet;
class ServerSessions;
class Keychain;
class PostureStore;
class PostureRefresher;
class TaskManager;
class WebUiSessions;

/// What a window shows and sends its intents to. None is owned, none may be null unless it says so, all must outlive
/// the window.
struct WindowModels
{
    Fleet *fleet = nullptr;
    ServerSessions *sessions = nullptr;
    PostureStore *posture = nullptr;
    PostureRefresher *refresher = nullptr;
    WebUiSessions *webUi = nullptr;
    TaskManager *tasks = nullptr;
    Keychain *keychain = nullptr; ///< may be null: then no passphrase is kept
};

} // namespace Helmclaw
