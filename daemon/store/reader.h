// Answers questions about the past on reader threads, each with a read-only connection of its own.
//
// Questions are queued, taken by whichever thread is free, and answered through `post` on the loop. A connection is
// opened with a thread's first question and stays open. `readings` and `usage` may be called from any thread once
// started; `start` and `stop` by the owner.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "ports/history.h"

namespace SQLite {
class Database;
}

namespace millrace::store {

struct ReaderLimits {
    // One long question, such as ten years of hours, leaves the other free for short ones.
    std::size_t threads = 2;
    // More than this many waiting means that somebody asks faster than a disk can answer: they are told so.
    std::size_t questions = 64;
};

class Reader final : public ports::History {
public:
    // Runs a function on the loop thread, later. Callable from any thread.
    using Post = std::function<void(std::function<void()>)>;

    // The file is there and of our version: the Database that made it so is still open.
    Reader(std::string database_path, Post post, ReaderLimits limits = {});
    ~Reader() override;  // stops

    void start();

    // Ends the threads after the question each is at; questions that waited are answered with an error.
    void stop();

    void readings(ports::ReadingQuery query, Answer<ports::ReadingPage> answer) override;
    void usage(ports::UsageQuery query, Answer<ports::UsageAnswer> answer) override;

private:
    // Called with a connection, or with why there is none; gives back what is to run on the loop.
    using Question = std::function<std::function<void()>(SQLite::Database*, const std::string& why_not)>;

    template <typename T, typename Query, typename Ask>
    void enqueue(Query query, Answer<T> answer, Ask ask);
    void run();

    const std::string path_;
    const Post post_;
    const ReaderLimits limits_;
    std::vector<std::thread> threads_;

    std::mutex mutex_;  // guards all below
    std::condition_variable work_;
    std::deque<Question> questions_;
    bool stopping_ = true;
};

}  // namespace millrace::store
