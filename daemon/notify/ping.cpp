#include "notify/ping.h"

#include <utility>

#include "notify/http_client.h"
#include "notify/sender.h"

namespace millrace::notify {

Ping::Ping(Secret url, base::Seconds interval, const base::Clock& clock, Worker::Post post)
    : url_(std::move(url)), interval_(interval), clock_(clock), worker_(std::move(post)) {}

void Ping::tick(bool healthy) {
    if (url_.empty()) return;
    const base::SteadyTime now = clock_.steady_now();
    worker_.watch(now, kTryLimit);
    held_back_ = !healthy;
    if (!healthy || worker_.busy() || (last_ && now - *last_ < interval_)) return;
    auto job = [url = url_](Cancel& cancel) { return outcome_of(ask({url.reveal(), {}, "", ""}, cancel)); };
    auto done = [this, alive = std::weak_ptr(alive_)](const Outcome& outcome) {
        if (alive.expired()) return;
        const bool good = outcome.kind == Outcome::Kind::Delivered;
        failures_ = good ? 0 : failures_ + 1;
        error_ = outcome.error;
        ++(good ? good_ : failed_);
    };
    if (worker_.run(std::move(job), std::move(done), now)) last_ = now;
}

void Ping::health(std::vector<ports::HealthItem>& items) const {
    if (url_.empty()) return;
    if (held_back_) {
        items.push_back({"ping", true, "held back, because another part is not well"});
    } else if (failures_ >= kIllAfter) {
        items.push_back({"ping", false, "the ping URL cannot be reached: " + error_});
    } else {
        items.push_back({"ping", true, good_ == 0 ? "none was answered yet" : "answered"});
    }
}

void Ping::metrics(std::vector<ports::Metric>& metrics) const {
    if (url_.empty()) return;
    const auto count = [&](const char* result, std::uint64_t value) {
        metrics.push_back({"millrace_pings_total",
                           "Pings of the dead-man's switch.",
                           ports::MetricType::Counter,
                           {{"result", result}},
                           static_cast<double>(value)});
    };
    count("good", good_);
    count("failed", failed_);
}

}  // namespace millrace::notify
