#include "publish/publisher.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <utility>

#include "publish/alarm_desk.h"
#include "publish/commands.h"
#include "publish/discovery.h"
#include "publish/leftovers.h"
#include "publish/log_budget.h"
#include "publish/message.h"
#include "publish/mqtt_client.h"
#include "publish/state.h"

namespace millrace::publish {

class Publisher::Session final : private MqttClient::Events {
public:
    Session(boost::asio::io_context& loop, Settings settings, const base::Clock& clock, Commands commands,
            Timing timing, std::string version)
        : settings_(std::move(settings)),
          clock_(clock),
          commands_(std::move(commands)),
          timing_(timing),
          version_(std::move(version)),
          client_(loop, settings_, clock, timing_, *this),
          states_(settings_, version_),
          desk_(settings_, clock, commands_.alarms, commands_.channels),
          leftovers_(settings_),
          flush_timer_(loop),
          announce_timer_(loop),
          birth_timer_(loop),
          leftovers_timer_(loop) {}

    [[nodiscard]] bool configured() const { return source_ != nullptr || !settings_.host.empty(); }

    void ask_for_broker(ports::BrokerSource& source) {
        if (settings_.host.empty()) source_ = &source;
    }

    void start() {
        if (configured()) client_.start();
    }

    void stop(std::function<void()> done) {
        stopping_ = true;
        flush_timer_.cancel();
        announce_timer_.cancel();
        birth_timer_.cancel();
        leftovers_timer_.cancel();
        client_.stop(availability(kOffline), std::move(done));
    }

    [[nodiscard]] bool looks() const { return configured() && !stopping_; }

    void on_live(const ports::LiveState& state) {
        if (!looks()) return;
        live_ = state;
        flush_within(timing_.gather);
    }

    void on_alarm(const detect::AlarmEvent& event) {
        if (!configured() || stopping_) return;
        desk_.note(event);
        flush_within(timing_.gather);
    }

    void on_release(const ports::Release& newest) {
        if (!configured() || stopping_) return;
        states_.on_release(newest);
        flush_within(timing_.gather);
    }

    void set_site(base::VolumeUnit unit, const base::TimeZone& zone, const std::optional<meter::Tariff>& tariff);

    [[nodiscard]] std::optional<ports::HomeAssistantLink> home_assistant() const;
    void health(std::vector<ports::HealthItem>& items) const;
    void metrics(std::vector<ports::Metric>& metrics) const;

private:
    // States that change only with time, and a wall clock that was set, are noticed at least this often.
    static constexpr base::Milliseconds kLongestFlushWait{30'000};

    void before_dial(std::function<void(bool)> go) override;
    void on_connected() override;
    void on_disconnected() override;
    void on_taken() override { documents_taken_ = documents_sent_ && client_.refusal().empty(); }
    void on_message(const ReceivedMessage& message) override;

    [[nodiscard]] Message availability(std::string_view text) const {
        return {availability_topic(settings_), std::string(text), true, 1};
    }
    void publish_all(std::vector<Message> messages) {
        for (Message& message : messages) client_.publish(std::move(message));
    }
    void note(const ports::NoBroker& none);
    [[nodiscard]] std::string address() const { return settings_.host + ":" + std::to_string(settings_.port); }
    // What the broker did not take, in a sentence; empty: nothing.
    [[nodiscard]] std::string refusal() const;
    void introduce();
    void on_command(const ReceivedMessage& message);
    void flush_within(base::Milliseconds wait);
    void flush();
    void flush_discovery(base::SteadyTime now);
    void answer_birth();
    void announce_within(base::Milliseconds wait);
    void hear_leftovers();
    void clear_leftovers();

    Settings settings_;
    const base::Clock& clock_;
    const Commands commands_;
    const Timing timing_;
    const std::string version_;
    ports::BrokerSource* source_ = nullptr;  // where the settings name no broker
    std::optional<ports::NoBroker> none_;    // its last answer, where that was no broker
    LogBudget log_budget_;
    ports::LiveState live_;
    MqttClient client_;
    StatePlanner states_;
    AlarmDesk desk_;
    DiscoveryPlanner discovery_;
    DeviceIdentities described_;  // what documents_ is about
    std::vector<Message> documents_;
    Leftovers leftovers_;
    std::vector<std::string> leftover_filters_;  // subscribed to while they are heard
    boost::asio::steady_timer flush_timer_;
    boost::asio::steady_timer announce_timer_;
    boost::asio::steady_timer birth_timer_;
    boost::asio::steady_timer leftovers_timer_;
    std::optional<base::SteadyTime> flush_at_;
    std::minstd_rand random_{std::random_device{}()};
    std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // handlers check it: they may outlive us
    bool announced_ = false;                                 // "online" was said on this connection, and states follow
    bool birth_waits_ = false;                               // an answer to a birth message is due
    bool announce_waits_ = false;
    bool hearing_leftovers_ = false;
    bool stopping_ = false;
    std::uint64_t births_ = 0;
    bool documents_sent_ = false;   // all of those that hold now, on this connection
    bool documents_taken_ = false;  // and the broker has them
    std::optional<base::WallTime> birth_seen_;
    bool birth_retained_ = false;
};

void Publisher::Session::before_dial(std::function<void(bool)> go) {
    if (source_ == nullptr) return go(true);
    source_->ask([this, go = std::move(go), alive = std::weak_ptr(alive_)](auto answer) {
        if (alive.expired() || stopping_) return;
        if (answer) {
            none_.reset();
            settings_.host = std::move(answer->host);
            settings_.port = answer->port;
            settings_.tls = answer->tls;
            settings_.user_name = std::move(answer->user_name);
            settings_.password = std::move(answer->password);
        } else {
            note(answer.error());
            if (!none_->failed) settings_.host.clear();
        }
        // Where nobody could be asked, the broker known last may still be there.
        go(!settings_.host.empty());
    });
}

void Publisher::Session::note(const ports::NoBroker& none) {
    const bool news = none_ != none;
    none_ = none;
    if (!news || !log_budget_.allow(clock_.steady_now())) return;
    const auto own = spdlog::get("publish");
    const auto logger = own ? own : spdlog::default_logger();
    logger->log(none.failed ? spdlog::level::warn : spdlog::level::info, "no broker: {}", none.why);
}

void Publisher::Session::on_connected() {
    discovery_.forget();
    introduce();
}

void Publisher::Session::set_site(base::VolumeUnit unit, const base::TimeZone& zone,
                                  const std::optional<meter::Tariff>& tariff) {
    settings_.unit = unit;
    settings_.zone = zone;
    settings_.tariff = tariff;
    states_.use(settings_);
    desk_.settings_changed();
    documents_.clear();
    if (!client_.connected() || stopping_) return;
    discovery_.forget_contents();
    introduce();
}

// From the documents to every state, as on a new connection.
void Publisher::Session::introduce() {
    announced_ = false;
    birth_waits_ = false;
    // Before anything is sent, so that it is an earlier run's documents that come back.
    hear_leftovers();
    for (const std::string& filter : command_filters(settings_)) client_.subscribe(filter, 1);
    if (settings_.discovery) {
        client_.subscribe(settings_.birth_topic, 1);
        flush_discovery(clock_.steady_now());
    }
    announce_within(settings_.discovery ? timing_.discovery_settles : base::Milliseconds{0});
}

// Also after a document for a new device: what is not retained was lost on a Home Assistant that was not yet listening.
void Publisher::Session::announce_within(base::Milliseconds wait) {
    announce_waits_ = true;
    announce_timer_.expires_after(wait);
    announce_timer_.async_wait([this, alive = std::weak_ptr(alive_)](boost::system::error_code error) {
        if (error || alive.expired() || stopping_) return;
        announce_waits_ = false;
        if (!client_.connected()) return;
        announced_ = true;
        states_.forget();
        desk_.forget();
        client_.publish(availability(kOnline));
        flush();
    });
}

void Publisher::Session::hear_leftovers() {
    leftovers_.forget();
    hearing_leftovers_ = true;
    leftover_filters_ = leftovers_.filters(identities(live_));
    for (const std::string& filter : leftover_filters_) client_.subscribe(filter, 1);
    leftovers_timer_.expires_after(timing_.leftovers_heard);
    leftovers_timer_.async_wait([this, alive = std::weak_ptr(alive_)](boost::system::error_code error) {
        if (error || alive.expired() || stopping_) return;
        clear_leftovers();
    });
}

void Publisher::Session::clear_leftovers() {
    hearing_leftovers_ = false;
    if (!client_.connected()) return;
    for (const std::string& filter : leftover_filters_) client_.unsubscribe(filter);
    publish_all(leftovers_.take_stale(identities(live_)));
    flush();
}

void Publisher::Session::on_disconnected() {
    announced_ = false;
    birth_waits_ = false;
    announce_waits_ = false;
    documents_sent_ = false;
    documents_taken_ = false;
    announce_timer_.cancel();
    birth_timer_.cancel();
    hearing_leftovers_ = false;
    leftovers_timer_.cancel();
}

// On means with the cloud, in whichever way was chosen.
ports::CloudMode relay_switched(ports::CloudMode present, bool enabled) {
    if (!enabled) return ports::CloudMode::Local;
    return present == ports::CloudMode::Local ? ports::CloudMode::Relay : present;
}

void Publisher::Session::on_command(const ReceivedMessage& message) {
    // A retained command would be obeyed again at every connection.
    const auto command = message.retained ? std::nullopt : parse_command(settings_, message.topic, message.payload);
    if (command) {
        if (const auto* cloud = std::get_if<SetCloudMode>(&*command)) {
            if (commands_.set_cloud_mode) commands_.set_cloud_mode(cloud->mode);
        } else if (const auto* relay = std::get_if<SetCloudRelay>(&*command)) {
            const auto mode = relay_switched(live_.cloud_mode, relay->enabled);
            if (commands_.set_cloud_mode && mode != live_.cloud_mode) commands_.set_cloud_mode(mode);
        } else if (std::holds_alternative<RestartDaemon>(*command)) {
            if (commands_.restart) commands_.restart();
        } else {
            desk_.obey(*command, live_, [this, alive = std::weak_ptr(alive_)] {
                if (!alive.expired() && !stopping_) flush_within(timing_.gather);
            });
        }
    }
    // What was asked for may not be what holds: those who show it are told again.
    states_.repeat_hub();
    desk_.repeat_house();
    flush_within(timing_.gather);
}

void Publisher::Session::on_message(const ReceivedMessage& message) {
    if (hearing_leftovers_ && message.retained) leftovers_.note(message.topic, message.payload);
    if (is_command_topic(settings_, message.topic)) return on_command(message);
    const bool birth = message.topic == settings_.birth_topic && message.payload == settings_.birth_payload;
    if (!birth) return;
    birth_seen_ = clock_.wall_now();
    birth_retained_ = message.retained;
    // A retained birth message is one we have been told on subscribing; everything was just sent.
    if (message.retained || birth_waits_) return;
    ++births_;
    birth_waits_ = true;
    std::uniform_int_distribution<base::Milliseconds::rep> jitter(0, timing_.birth_jitter.count());
    base::SteadyTime at = clock_.steady_now() + base::Milliseconds{jitter(random_)};
    if (const auto gap_ends = discovery_.gap_ends()) at = std::max(at, *gap_ends);
    birth_timer_.expires_after(at - clock_.steady_now());
    birth_timer_.async_wait([this, alive = std::weak_ptr(alive_)](boost::system::error_code error) {
        if (error || alive.expired() || stopping_) return;
        answer_birth();
    });
}

void Publisher::Session::answer_birth() {
    birth_waits_ = false;
    if (!client_.connected()) return;
    discovery_.forget_contents();
    flush_discovery(clock_.steady_now());
    announce_within(timing_.discovery_settles);
}

void Publisher::Session::flush_within(base::Milliseconds wait) {
    const base::SteadyTime at = clock_.steady_now() + wait;
    if (flush_at_ && *flush_at_ <= at) return;
    flush_at_ = at;
    flush_timer_.expires_after(wait);
    flush_timer_.async_wait([this, alive = std::weak_ptr(alive_)](boost::system::error_code error) {
        if (error || alive.expired() || stopping_) return;
        flush_at_.reset();
        flush();
    });
}

void Publisher::Session::flush_discovery(base::SteadyTime now) {
    DeviceIdentities devices = without_changed_kinds(described_, identities(live_));
    if (documents_.empty() || devices != described_) {
        described_ = std::move(devices);
        documents_ = discovery_documents(settings_, described_, version_);
    }
    // What an earlier run had and we have not is taken back once all of it was heard.
    std::vector<Message> messages =
        discovery_.plan(hearing_leftovers_ ? documents_ : leftovers_.with_markers(documents_), now);
    documents_sent_ = !discovery_.due();
    if (described_ != identities(live_)) flush_within(timing_.gather);  // one has changed its kind
    if (messages.empty()) return;
    documents_taken_ = false;
    if (!hearing_leftovers_) {
        for (const Message& message : messages) leftovers_.marked(message.topic);
        flush_within(timing_.gather);  // without the markers, after the gap
    }
    publish_all(std::move(messages));
    if (announced_ && !announce_waits_) announce_within(timing_.discovery_settles);
}

void Publisher::Session::flush() {
    if (!client_.connected() || stopping_) return;
    const base::SteadyTime now = clock_.steady_now();
    if (settings_.discovery) flush_discovery(now);
    base::SteadyTime next = now + kLongestFlushWait;
    if (announced_) {
        publish_all(states_.plan(live_, clock_.wall_now(), now));
        publish_all(desk_.plan(live_, now));
        for (const auto& due : {states_.due(), desk_.due()}) next = std::min(next, due.value_or(next));
    }
    if (settings_.discovery && discovery_.due()) next = std::min(next, *discovery_.due());
    const auto wait = std::chrono::ceil<base::Milliseconds>(next - now);
    flush_within(std::max(wait, timing_.gather));
}

std::string Publisher::Session::refusal() const {
    if (client_.refusal().empty()) return {};
    return "it did not take a message: " + client_.refusal() + "; check the user's access rights there";
}

std::optional<ports::HomeAssistantLink> Publisher::Session::home_assistant() const {
    if (!configured()) return std::nullopt;
    ports::HomeAssistantLink link;
    if (!settings_.host.empty()) link.broker.address = address();
    link.broker.connected = client_.connected();
    link.broker.problem = client_.connected() ? refusal() : client_.trouble();
    if (settings_.host.empty() && none_) link.broker.problem = none_->why;
    link.discovery = settings_.discovery;
    link.discovery_prefix = settings_.discovery_prefix;
    link.birth_topic = settings_.birth_topic;
    link.discovery_published = documents_taken_;
    link.birth_seen = birth_seen_;
    link.birth_retained = birth_retained_;
    return link;
}

void Publisher::Session::health(std::vector<ports::HealthItem>& items) const {
    if (!configured()) {
        items.push_back({"broker", true, "no broker configured"});
        return;
    }
    if (settings_.host.empty()) {
        items.push_back(
            {"broker", !none_ || !none_->failed, none_ ? "no broker: " + none_->why : "asking for a broker"});
        return;
    }
    const std::string broker = address();
    if (client_.connected()) {
        std::string detail =
            "connected to " + broker + " with MQTT " + (client_.protocol() == Protocol::V5 ? "5" : "3.1.1");
        if (const std::string refused = refusal(); !refused.empty()) detail += "; " + refused;
        items.push_back({"broker", client_.refusal().empty(), std::move(detail)});
    } else if (client_.trouble().empty()) {
        items.push_back({"broker", true, "connecting to " + broker});
    } else {
        items.push_back({"broker", false, broker + ": " + client_.trouble()});
    }
}

void Publisher::Session::metrics(std::vector<ports::Metric>& metrics) const {
    if (!configured()) return;
    using ports::MetricType;
    const MqttClient::Counters& counters = client_.counters();
    const auto add = [&](std::string name, std::string help, MetricType type, double value) {
        metrics.push_back({std::move(name), std::move(help), type, {}, value});
    };
    const auto count = [](std::uint64_t value) { return static_cast<double>(value); };
    add("millrace_mqtt_connected", "Whether the user's broker is connected.", MetricType::Gauge,
        client_.connected() ? 1 : 0);
    add("millrace_mqtt_messages_sent_total", "Messages sent to the user's broker.", MetricType::Counter,
        count(counters.sent));
    add("millrace_mqtt_messages_dropped_total", "Messages for the user's broker that could not be sent.",
        MetricType::Counter, count(counters.dropped));
    add("millrace_mqtt_messages_refused_total", "Messages the user's broker said it did not take.", MetricType::Counter,
        count(counters.refused));
    add("millrace_mqtt_messages_waiting", "Topics with a message waiting for the user's broker.", MetricType::Gauge,
        count(client_.waiting()));
    add("millrace_mqtt_reconnects_total", "Sessions with the user's broker after the first.", MetricType::Counter,
        count(counters.sessions > 0 ? counters.sessions - 1 : 0));
    add("millrace_mqtt_births_total", "Times Home Assistant announced its start.", MetricType::Counter, count(births_));
}

Publisher::Publisher(boost::asio::io_context& loop, Settings settings, const base::Clock& clock, Commands commands,
                     Timing timing, std::string version)
    : session_(std::make_unique<Session>(loop, std::move(settings), clock, std::move(commands), timing,
                                         std::move(version))) {}

Publisher::~Publisher() = default;

void Publisher::ask_for_broker(ports::BrokerSource& source) {
    session_->ask_for_broker(source);
}

void Publisher::start() {
    session_->start();
}

void Publisher::stop(std::function<void()> done) {
    session_->stop(std::move(done));
}

void Publisher::set_site(base::VolumeUnit unit, const base::TimeZone& zone,
                         const std::optional<meter::Tariff>& tariff) {
    session_->set_site(unit, zone, tariff);
}

void Publisher::on_release(const ports::Release& newest) {
    session_->on_release(newest);
}

bool Publisher::looks() const {
    return session_->looks();
}

void Publisher::on_live(const ports::LiveState& state) {
    session_->on_live(state);
}

void Publisher::on_alarm(const detect::AlarmEvent& event) {
    session_->on_alarm(event);
}

std::optional<ports::HomeAssistantLink> Publisher::home_assistant() const {
    return session_->home_assistant();
}

void Publisher::health(std::vector<ports::HealthItem>& items) const {
    session_->health(items);
}

void Publisher::metrics(std::vector<ports::Metric>& metrics) const {
    session_->metrics(metrics);
}

}  // namespace millrace::publish
