// Answers questions about the past on reader threads, each with a read-only connection of its own.
//
// Questions are queued, taken by whichever thread is free, and answered through `post` on the loop. A connection is
// opened with a thread's first question and stays open. A question sees the store as of one moment. Questions may be
// asked from any thread once started; `start` and `stop` are called by the owner.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "ports/device_history.h"
#include "ports/handover.h"
#include "ports/history.h"

namespace millrace::sql {
class Connection;
}  // namespace millrace::sql

namespace millrace::store {

struct ReaderLimits {
    // One long question, such as ten years of hours, leaves the other free for short ones.
    std::size_t threads = 2;
    // More than this many waiting means that somebody asks faster than a disk can answer: they are told so.
    std::size_t questions = 64;
};

class Reader final : public ports::History, public ports::DeviceHistory, public ports::WaitingFrames {
public:
    // Runs a function on the loop thread, later. Callable from any thread.
    using Post = std::function<void(std::function<void()>)>;

    // The file is there and of our version: the Database that made it so is still open.
    Reader(std::string database_path, Post post, ReaderLimits limits = {});
    ~Reader() override;  // stops

    void start();

    // Ends the threads after the question each is at; questions that waited are answered with an error.
    void stop();

    void readings(ports::ReadingQuery query, History::Answer<ports::ReadingPage> answer) override;
    void usage(ports::UsageQuery query, History::Answer<ports::UsageAnswer> answer) override;
    void counts(ports::CountQuery query, History::Answer<std::vector<base::PeakCount>> answer) override;
    void evidence(ports::EvidenceQuery query, History::Answer<ports::Evidence> answer) override;
    void estimates(ports::EstimateQuery query, History::Answer<std::vector<ports::EstimateRecord>> answer) override;
    void incidents(ports::IncidentQuery query, History::Answer<std::vector<detect::Incident>> answer) override;
    void incident_history(ports::IncidentHistoryQuery query,
                          History::Answer<std::vector<detect::AlarmEvent>> answer) override;
    void uses(ports::UseQuery query, History::Answer<std::vector<ports::KeptUse>> answer) override;
    void use(ports::OneUseQuery query, History::Answer<std::optional<ports::KeptUse>> answer) override;
    void category_sums(ports::CategorySumsQuery query,
                       History::Answer<std::vector<ports::CategorySums>> answer) override;
    void deliveries(ports::DeliveryQuery query, History::Answer<std::vector<ports::DeliveryRecord>> answer) override;
    void frames(ports::FrameQuery query, History::Answer<ports::FramePage> answer) override;

    void states(ports::DeviceQuery query, History::Answer<ports::DevicePage<ports::StateRecord>> answer) override;
    void events(ports::DeviceQuery query, History::Answer<ports::DevicePage<ports::EventRecord>> answer) override;
    void logs(ports::DeviceQuery query, History::Answer<ports::DevicePage<ports::LogRecord>> answer) override;
    void boots(ports::BootQuery query, History::Answer<ports::BootPage> answer) override;
    void first_readings(History::Answer<std::map<base::DeviceId, base::WallTime>> answer) override;

    void waiting_frames(const base::DeviceId& bridge, std::int64_t after, std::size_t limit,
                        WaitingFrames::Answer answer) override;

private:
    // Called with a connection, or with why there is none; gives back what is to run on the loop.
    using Question = std::function<std::function<void()>(sql::Connection*, const std::string& why_not)>;

    template <typename T, typename Query, typename Ask>
    void enqueue(Query query, History::Answer<T> answer, Ask ask);
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
