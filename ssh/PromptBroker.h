// SPDX-License-Identifier: MIT
#pragma once

#include "ssh/EventLoop.h"
#include "ssh/Prompt.h"
#include "ssh/Secret.h"

#include <functional>
#include <map>
#include <vector>

namespace Helmclaw {

/// The prompts that are open, between the logins that wait for them and whoever shows them.
/// Thread: the dial lane's loop.
class PromptBroker
{
public:
    enum class Outcome {
        Answered,
        Cancelled, ///< by the user
        Nobody, ///< there is nobody who could be asked
    };
    using Answers = std::vector<Secret>;
    using Done = std::function<void(Outcome outcome, Answers answers)>;
    /// The way to whoever shows prompts. Both are called in the loop's thread. show() with an id that is open already
    /// brings the prompt up to date.
    struct Sink
    {
        std::function<void(const Prompt &prompt)> show;
        std::function<void(quint64 id)> close;
    };

    PromptBroker(EventLoop &loop, Sink sink);

    /// Shows @p prompt under a new number, which is returned. @p done comes once from the loop, after the prompt was
    /// closed, unless it is withdrawn before.
    [[nodiscard]] quint64 ask(Prompt prompt, Done done);
    /// Shows what has changed of an open prompt; an unknown id is ignored.
    void update(quint64 id, const std::function<void(Prompt &)> &change);
    /// Closes without an answer, and sets @p id to 0; 0 and an unknown id are ignored.
    void withdraw(quint64 &id);
    /// What came from outside; an unknown id is ignored, and so is an answer with too few fields.
    void settle(quint64 id, Outcome outcome, Answers answers);

private:
    struct Open
    {
        Prompt prompt;
        Done done;
    };
    EventLoop &m_loop;
    Sink m_sink;
    quint64 m_lastId = 0;
    std::map<quint64, Open> m_open;
};

} // namespace Helmclaw
