#include "notify/worker.h"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

namespace millrace::notify {

struct Worker::State {
    std::thread thread;                     // the owner's
    std::optional<base::SteadyTime> since;  // the owner's: of the job under way

    Cancel cancel;

    std::mutex mutex;  // guards all below; held while posting, so that nothing is posted after a stop
    std::condition_variable changed;
    Post post;
    std::optional<std::pair<Job, Done>> job;
    bool busy = false;
    bool stopping = false;
    bool ended = false;

    static void work(const std::shared_ptr<State>& state);
};

void Worker::State::work(const std::shared_ptr<State>& state) {
    std::unique_lock lock(state->mutex);
    while (true) {
        state->changed.wait(lock, [&] { return state->stopping || state->job; });
        if (state->stopping) break;
        auto [job, done] = std::move(*state->job);
        state->job.reset();
        lock.unlock();
        Outcome outcome;
        try {
            outcome = job(state->cancel);
        } catch (...) {
            outcome = {Outcome::Kind::Unreachable, "it failed"};
        }
        job = nullptr;  // before anybody hears of its end
        lock.lock();
        state->busy = false;
        if (state->stopping) break;
        state->post([done = std::move(done), outcome = std::move(outcome)]() mutable { done(std::move(outcome)); });
    }
    state->ended = true;
    state->changed.notify_all();
}

Worker::Worker(Post post) : state_(std::make_shared<State>()) {
    state_->post = std::move(post);
}

Worker::~Worker() {
    stop();
}

bool Worker::run(Job job, Done done, base::SteadyTime now) {
    {
        const std::lock_guard lock(state_->mutex);
        if (state_->busy || state_->stopping) return false;
        if (!state_->thread.joinable()) {
            try {
                state_->thread = std::thread([state = state_] { State::work(state); });
            } catch (const std::system_error&) {
                return false;
            }
        }
        state_->busy = true;
        state_->cancel.reset();
        state_->job.emplace(std::move(job), std::move(done));
    }
    state_->since = now;
    state_->changed.notify_all();
    return true;
}

bool Worker::busy() const {
    const std::lock_guard lock(state_->mutex);
    return state_->busy;
}

void Worker::watch(base::SteadyTime now, base::Milliseconds limit) {
    if (busy() && state_->since && now - *state_->since >= limit) state_->cancel.request();
}

void Worker::ask_to_stop() {
    {
        const std::lock_guard lock(state_->mutex);
        state_->stopping = true;
        state_->post = nullptr;
        state_->job.reset();
    }
    state_->cancel.request();
    state_->changed.notify_all();
}

void Worker::stop(base::Milliseconds wait) {
    if (!state_->thread.joinable()) return;
    ask_to_stop();
    bool ended = false;
    {
        std::unique_lock lock(state_->mutex);
        ended = state_->changed.wait_for(lock, wait, [&] { return state_->ended; });
    }
    if (ended) {
        state_->thread.join();
    } else {
        state_->thread.detach();
    }
}

}  // namespace millrace::notify
