// A thread that does one blocking thing at a time for one channel, so that a channel that hangs hangs alone.
//
// Its owner calls it on the loop thread; the answer comes back there. The thread starts with the first job. `stop`
// waits for it, but not for ever: a name server that does not answer cannot be interrupted, and then the thread is left
// to itself with all it needs and can reach nobody any more.
#pragma once

#include <functional>
#include <memory>

#include "base/time.h"
#include "notify/cancel.h"
#include "notify/outbox.h"

namespace millrace::notify {

class Worker {
public:
    // Runs a function on the loop thread, later. Callable from any thread.
    using Post = std::function<void(std::function<void()>)>;
    using Job = std::function<Outcome(Cancel&)>;  // on the worker's thread; owns all it uses
    using Done = std::function<void(Outcome)>;    // on the loop

    explicit Worker(Post post);
    ~Worker();  // stops
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    // False when it is busy or stopped, or the system has no thread left.
    [[nodiscard]] bool run(Job job, Done done, base::SteadyTime now);
    [[nodiscard]] bool busy() const;

    // Ends what has been under way for longer than `limit`. To be called every second or so.
    void watch(base::SteadyTime now, base::Milliseconds limit);

    // No answer comes after this. To stop several at once, ask all to stop first.
    void ask_to_stop();
    void stop(base::Milliseconds wait = base::Milliseconds{1'000});

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace millrace::notify
