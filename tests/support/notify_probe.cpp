// The notify room by itself: notify_probe CONFIG. Takes commands line by line and tells, as JSON lines, what becomes of
// notices. Commands: test CHANNEL; raise ID RULE; escalate ID RULE; ack ID; clear ID; off; on; state. Ends with its
// input.
#include <unistd.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <csignal>
#include <iostream>
#include <map>
#include <sstream>

#include <nlohmann/json.hpp>

#include "base/system_clock.h"
#include "notify/notifier.h"
#include "settings/settings.h"

namespace millrace {
namespace {

using nlohmann::json;

void say(const json& document) {
    std::cout << document.dump(-1, ' ', false, json::error_handler_t::replace) << std::endl;
}

const char* name(ports::DeliveryState state) {
    switch (state) {
        case ports::DeliveryState::Waiting: return "waiting";
        case ports::DeliveryState::Delivered: return "delivered";
        case ports::DeliveryState::GivenUp: return "given_up";
        case ports::DeliveryState::Superseded: return "superseded";
    }
    return "unknown";
}

class SpokenStore final : public ports::FrameStore {
public:
    explicit SpokenStore(boost::asio::io_context& loop) : loop_(loop) {}

    bool commit(ports::Entry entry, Done done) override {
        if (const auto* record = std::get_if<ports::DeliveryRecord>(&entry)) {
            say({{"delivery", record->number},
                 {"channel", record->channel},
                 {"incident", record->incident},
                 {"kind", record->kind},
                 {"state", name(record->state)},
                 {"tries", record->tries},
                 {"error", record->error}});
        }
        boost::asio::post(loop_, [done = std::move(done)] { done(true); });
        return true;
    }

private:
    boost::asio::io_context& loop_;
};

class Probe {
public:
    explicit Probe(const settings::Settings& settings)
        : store_(loop_),
          notifier_(loop_, settings.notify,
                    {store_, clock_, [] { return std::string("up"); }, [] { return true; }, {}}),
          input_(loop_, dup(STDIN_FILENO)) {}

    void run() {
        notifier_.start();
        listen();
        loop_.run();
        notifier_.stop();
    }

private:
    void listen() {
        boost::asio::async_read_until(input_, buffer_, '\n', [this](boost::system::error_code error, std::size_t) {
            if (error) return loop_.stop();
            std::istream stream(&buffer_);
            std::string line;
            std::getline(stream, line);
            obey(line);
            listen();
        });
    }

    void obey(const std::string& line) {
        std::istringstream words(line);
        std::string verb;
        words >> verb;
        if (verb == "test") {
            std::string channel;
            words >> channel;
            return notifier_.test(channel, [channel](const base::Result<void, base::Error>& done) {
                say({{"test", channel}, {"ok", done.has_value()}, {"error", done ? "" : done.error().message}});
            });
        }
        if (verb == "state") return tell_state();
        if (verb == "on" || verb == "off") return notifier_.set_enabled(verb == "on", [](const auto&) {});
        std::int64_t id = 0;
        std::string rule;
        words >> id >> rule;
        change(verb, id, rule);
    }

    void change(const std::string& verb, std::int64_t id, const std::string& rule) {
        const base::WallTime now = clock_.wall_now();
        detect::Incident& incident = incidents_[id];
        if (verb == "raise") {
            incident.id = id;
            incident.device = *base::DeviceId::parse("61DA80B500000001");
            incident.raised = now;
            incident.finding.since = now - base::Seconds{600};
            incident.finding.volume = {24'000'000};
            incident.finding.rate = {40'000};
        }
        if (const auto named = detect::rule_by_name(rule)) {
            incident.finding.rule = *named;
            incident.finding.severity = detect::severity_of(*named);
            incident.finding.at = now;
        }
        auto kind = detect::Change::Raised;
        incident.state = detect::IncidentState::Raised;
        if (verb == "escalate") kind = detect::Change::Escalated;
        if (verb == "ack") kind = detect::Change::Acknowledged, incident.state = detect::IncidentState::Acknowledged;
        if (verb == "clear") {
            kind = detect::Change::Cleared;
            incident.state = detect::IncidentState::Cleared;
            incident.cleared = now;
        }
        notifier_.on_alarm({kind, now, "", incident});
    }

    void tell_state() {
        json channels = json::array();
        for (const ports::ChannelState& state : notifier_.channels()) {
            channels.push_back({{"name", state.name},
                                {"type", state.type},
                                {"ok", state.ok},
                                {"error", state.error},
                                {"waiting", state.waiting},
                                {"succeeded", state.last_success.has_value()}});
        }
        std::vector<ports::HealthItem> items;
        notifier_.health(items);
        json health;
        for (const ports::HealthItem& item : items) health[item.part] = {{"ok", item.ok}, {"detail", item.detail}};
        say({{"channels", channels}, {"health", health}});
    }

    boost::asio::io_context loop_{1};
    base::SystemClock clock_;
    SpokenStore store_;
    notify::Notifier notifier_;
    boost::asio::posix::stream_descriptor input_;
    boost::asio::streambuf buffer_{4'096};
    std::map<std::int64_t, detect::Incident> incidents_;
};

}  // namespace
}  // namespace millrace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    const auto settings = millrace::settings::load(argc > 1 ? argv[1] : "");
    if (!settings) {
        for (const auto& problem : settings.error())
            std::cerr << millrace::settings::to_line("config", problem) << '\n';
        return 1;
    }
    millrace::Probe(*settings).run();
    return 0;
}
