#include "store/reader.h"

#include <memory>
#include <optional>
#include <utility>

#include "sql/open.h"
#include "store/alarm_query.h"
#include "store/category_table.h"
#include "store/device_query.h"
#include "store/evidence_query.h"
#include "store/fault.h"
#include "store/frame_query.h"
#include "store/reading_query.h"
#include "store/usage_query.h"

namespace millrace::store {
namespace {

constexpr const char* kStopping = "millrace is stopping";
constexpr const char* kBusy = "too many questions are waiting for the database; ask again in a moment";

}  // namespace

Reader::Reader(std::string database_path, Post post, ReaderLimits limits)
    : path_(std::move(database_path)), post_(std::move(post)), limits_(limits) {}

Reader::~Reader() {
    stop();
}

void Reader::start() {
    stopping_ = false;
    for (std::size_t i = 0; i < limits_.threads; ++i) threads_.emplace_back([this] { run(); });
}

void Reader::stop() {
    std::deque<Question> unanswered;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        unanswered.swap(questions_);
        work_.notify_all();
    }
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
    for (const Question& question : unanswered) post_(question(nullptr, kStopping));
}

template <typename T, typename Query, typename Ask>
void Reader::enqueue(Query query, History::Answer<T> answer, Ask ask) {
    Question question = [this, query = std::move(query), answer = std::move(answer), ask](
                            sql::Connection* connection, const std::string& why_not) -> std::function<void()> {
        base::Result<T, base::Error> result = base::failure(base::Error{why_not});
        if (connection != nullptr) {
            try {
                // Read only, so its end is never refused; it holds one state of the store for all statements.
                sql::Transaction moment(*connection, sql::Transaction::For::Reading);
                result = ask(*connection, query);
            } catch (const sql::Error& exception) {
                result = base::failure(base::Error{fault_of(exception, path_).message});
            }
        }
        return [answer, result = std::move(result)]() mutable { answer(std::move(result)); };
    };
    const char* refusal = nullptr;
    {
        const std::lock_guard lock(mutex_);
        if (stopping_) {
            refusal = kStopping;
        } else if (questions_.size() >= limits_.questions) {
            refusal = kBusy;
        } else {
            questions_.push_back(std::move(question));
            work_.notify_one();
        }
    }
    if (refusal != nullptr) post_(question(nullptr, refusal));
}

void Reader::readings(ports::ReadingQuery query, History::Answer<ports::ReadingPage> answer) {
    enqueue<ports::ReadingPage>(std::move(query), std::move(answer), read_readings);
}

void Reader::usage(ports::UsageQuery query, History::Answer<ports::UsageAnswer> answer) {
    enqueue<ports::UsageAnswer>(std::move(query), std::move(answer), read_usage);
}

void Reader::counts(ports::CountQuery query, History::Answer<std::vector<base::PeakCount>> answer) {
    enqueue<std::vector<base::PeakCount>>(std::move(query), std::move(answer), read_counts);
}

void Reader::evidence(ports::EvidenceQuery query, History::Answer<ports::Evidence> answer) {
    enqueue<ports::Evidence>(std::move(query), std::move(answer), read_evidence);
}

void Reader::estimates(ports::EstimateQuery query, History::Answer<std::vector<ports::EstimateRecord>> answer) {
    enqueue<std::vector<ports::EstimateRecord>>(std::move(query), std::move(answer), read_estimates);
}

void Reader::incidents(ports::IncidentQuery query, History::Answer<std::vector<detect::Incident>> answer) {
    enqueue<std::vector<detect::Incident>>(std::move(query), std::move(answer), read_incidents);
}

void Reader::incident_history(ports::IncidentHistoryQuery query,
                              History::Answer<std::vector<detect::AlarmEvent>> answer) {
    enqueue<std::vector<detect::AlarmEvent>>(query, std::move(answer), read_incident_history);
}

void Reader::uses(ports::UseQuery query, History::Answer<std::vector<ports::KeptUse>> answer) {
    enqueue<std::vector<ports::KeptUse>>(query, std::move(answer), read_uses);
}

void Reader::use(ports::OneUseQuery query, History::Answer<std::optional<ports::KeptUse>> answer) {
    enqueue<std::optional<ports::KeptUse>>(query, std::move(answer), read_use);
}

void Reader::category_sums(ports::CategorySumsQuery query, History::Answer<std::vector<ports::CategorySums>> answer) {
    enqueue<std::vector<ports::CategorySums>>(std::move(query), std::move(answer), read_category_sums);
}

void Reader::deliveries(ports::DeliveryQuery query, History::Answer<std::vector<ports::DeliveryRecord>> answer) {
    enqueue<std::vector<ports::DeliveryRecord>>(std::move(query), std::move(answer), read_deliveries);
}

void Reader::frames(ports::FrameQuery query, History::Answer<ports::FramePage> answer) {
    enqueue<ports::FramePage>(query, std::move(answer), read_frames);
}

void Reader::states(ports::DeviceQuery query, History::Answer<ports::DevicePage<ports::StateRecord>> answer) {
    enqueue<ports::DevicePage<ports::StateRecord>>(query, std::move(answer), read_states);
}

void Reader::events(ports::DeviceQuery query, History::Answer<ports::DevicePage<ports::EventRecord>> answer) {
    enqueue<ports::DevicePage<ports::EventRecord>>(query, std::move(answer), read_events);
}

void Reader::logs(ports::DeviceQuery query, History::Answer<ports::DevicePage<ports::LogRecord>> answer) {
    enqueue<ports::DevicePage<ports::LogRecord>>(query, std::move(answer), read_logs);
}

void Reader::boots(ports::BootQuery query, History::Answer<ports::BootPage> answer) {
    enqueue<ports::BootPage>(query, std::move(answer), read_boots);
}

void Reader::first_readings(History::Answer<std::map<base::DeviceId, base::WallTime>> answer) {
    enqueue<std::map<base::DeviceId, base::WallTime>>(EverySensor{}, std::move(answer), read_first_readings);
}

void Reader::waiting_frames(const base::DeviceId& bridge, std::int64_t after, std::size_t limit,
                            WaitingFrames::Answer answer) {
    enqueue<std::vector<ports::Frame>>(WaitingQuery{bridge, after, limit}, std::move(answer), read_waiting_frames);
}

void Reader::run() {
    std::unique_ptr<sql::Connection> connection;
    for (;;) {
        Question question;
        {
            std::unique_lock lock(mutex_);
            work_.wait(lock, [this] { return stopping_ || !questions_.empty(); });
            if (stopping_) return;
            question = std::move(questions_.front());
            questions_.pop_front();
        }
        std::string why_not;
        if (!connection) {
            try {
                connection = sql::open_for_reading(path_);
            } catch (const sql::Error& exception) {
                why_not = fault_of(exception, path_).message;
            }
        }
        post_(question(connection.get(), why_not));
    }
}

}  // namespace millrace::store
