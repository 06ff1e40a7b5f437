// SPDX-License-Identifier: MIT
#pragma once

namespace Helmclaw {

class Fleet;
class ServerSessions;
class PostureStore;
class PostureRefresher;
class WebUiSessions;

/// What a window shows and sends its intents to. None is owned, none may be null, all must outlive the window.
struct WindowModels
{
    Fleet *fleet = nullptr;
    ServerSessions *sessions = nullptr;
    PostureStore *posture = nullptr;
    PostureRefresher *refresher = nullptr;
    WebUiSessions *webUi = nullptr;
};

} // namespace Helmclaw
