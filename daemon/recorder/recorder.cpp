#include "recorder/recorder.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include <spdlog/spdlog.h>
#include <boost/asio/steady_timer.hpp>

#include "recorder/address.h"
#include "recorder/session.h"
#include "recorder/web_socket.h"

namespace millrace::recorder {
namespace {

constexpr base::Seconds kTick{1};
constexpr base::Seconds kFirstDelay{1};
constexpr base::Seconds kLongestDelay{300};
// What a person has to mend is not tried sooner: Home Assistant may lock out who comes with a wrong token again and
// again.
constexpr base::Seconds kRefusedDelay{3'600};
// A thousand rows are a moment's work, but a Raspberry Pi that has just started takes its time.
constexpr base::Seconds kAnswerWait{120};
// What the bridge sends of an hour's last minute has come by then; what comes later is imported after the next hour.
constexpr base::Seconds kAfterHour{120};
constexpr base::Seconds kAfterAbandonedPass{60};

std::shared_ptr<spdlog::logger> logger() {
    auto own = spdlog::get("recorder");
    return own ? own : spdlog::default_logger();
}

}  // namespace

class Recorder::Desk : public std::enable_shared_from_this<Recorder::Desk> {
public:
    Desk(boost::asio::io_context& loop, Settings settings, ports::History& history, const ports::LiveView& live,
         const base::Clock& clock)
        : loop_(loop), settings_(std::move(settings)), history_(history), live_(live), clock_(clock), timer_(loop) {}

    void start() {
        if (settings_.url.empty()) {
            address_ = supervisor_address();
        } else if (auto address = address_of(settings_.url)) {
            address_ = std::move(*address);
        } else {
            return ended(Ending::Refused, address.error().message);
        }
        tick();
    }

    void stop() {
        stopped_ = true;
        timer_.cancel();
        hang_up();
    }

    void set_unit(base::VolumeUnit unit) {
        if (unit == settings_.unit) return;
        hang_up();
        settings_.unit = unit;
        dial_at_ = std::max(dial_at_, clock_.steady_now());
    }

    void health(std::vector<ports::HealthItem>& items) const {
        if (!fault_.empty()) {
            items.push_back({"home_assistant_history", false,
                             "history does not reach Home Assistant at " + address_.authority() + ": " + fault_});
        } else if (progress_.up_to) {
            items.push_back({"home_assistant_history", true,
                             "Home Assistant has the hours up to " + base::to_rfc3339(*progress_.up_to)});
        } else {
            items.push_back({"home_assistant_history", true, "comparing history with Home Assistant's"});
        }
    }

    void metrics(std::vector<ports::Metric>& metrics) const {
        using Type = ports::MetricType;
        const bool connected = session_ && session_->ready();
        metrics.push_back({"millrace_history_connected",
                           "Whether we are logged in to Home Assistant for the import of history.",
                           Type::Gauge,
                           {},
                           connected ? 1.0 : 0.0});
        metrics.push_back({"millrace_history_hours_total",
                           "Hourly rows sent to Home Assistant, those included that were sent again.",
                           Type::Counter,
                           {},
                           static_cast<double>(progress_.hours_sent)});
        metrics.push_back({"millrace_history_failures_total",
                           "Connections to Home Assistant that failed, were refused or broke.",
                           Type::Counter,
                           {},
                           static_cast<double>(failures_)});
    }

private:
    void tick() {
        const base::SteadyTime now = clock_.steady_now();
        if (!socket_) {
            if (now >= dial_at_) dial();
        } else if (!session_ || session_->waits()) {
            if (now - heard_ > kAnswerWait) ended(Ending::Broken, "it does not answer");
        } else {
            work(now);
        }
        timer_.expires_after(kTick);
        timer_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
            if (!error && !self->stopped_) self->tick();
        });
    }

    void work(base::SteadyTime now) {
        if (!session_->idle()) return;
        if (progress_.passes != passes_) {  // one has ended well
            passes_ = progress_.passes;
            well();
        }
        std::vector<base::DeviceId> sensors;
        for (const ports::LiveSensor& sensor : live_.live().sensors) sensors.push_back(sensor.id);
        const base::WallTime settled = clock_.wall_now() - kAfterHour;
        const bool due = !passed_hour_ || hour_of(settled) != *passed_hour_ || sensors != passed_sensors_;
        // Until a pass has ended well it is begun again, but not in a tight loop.
        const bool again = due || progress_.passes == passes_at_begin_;
        if (!again || (begun_ && !due && now - *begun_ < kAfterAbandonedPass)) return;
        passed_hour_ = hour_of(settled);
        passed_sensors_ = sensors;
        passes_at_begin_ = progress_.passes;
        begun_ = now;
        session_->pass(std::move(sensors), settled);
    }

    void dial() {
        std::string fault;
        heard_ = clock_.steady_now();
        const std::weak_ptr<Desk> weak = weak_from_this();
        WebSocket::Ears ears;
        ears.open = [weak] {
            if (const auto desk = weak.lock()) desk->heard_ = desk->clock_.steady_now();
        };
        ears.text = [weak](std::string_view text) {
            const auto desk = weak.lock();
            if (!desk || !desk->session_) return;
            desk->heard_ = desk->clock_.steady_now();
            desk->session_->on_text(text);
            if (desk->over_) desk->ended(desk->over_->first, desk->over_->second);
        };
        ears.closed = [weak](const std::string& why) {
            if (const auto desk = weak.lock()) desk->ended(Ending::Broken, why);
        };
        Session::Ways ways;
        ways.send = [this](std::string text) {
            heard_ = clock_.steady_now();
            socket_->send(std::move(text));
        };
        // The session is in the middle of its work then, and is put away by who called it.
        ways.end = [this](Ending ending, std::string why) { over_ = {ending, std::move(why)}; };
        session_ = std::make_unique<Session>(history_, settings_, progress_, std::move(ways));
        passed_hour_.reset();
        begun_.reset();
        socket_ = WebSocket::connect(loop_, address_, settings_.ca_file, std::move(ears), fault);
        if (!socket_) ended(Ending::Refused, fault);
    }

    void hang_up() {
        if (socket_) socket_->close();
        socket_.reset();
        session_.reset();
        over_.reset();
    }

    void ended(Ending ending, std::string why) {
        hang_up();
        ++failures_;
        const base::SteadyTime now = clock_.steady_now();
        if (ending == Ending::Refused) {
            dial_at_ = now + kRefusedDelay;
        } else {
            dial_at_ = now + delay_;
            delay_ = std::min(delay_ * 2, kLongestDelay);
        }
        // One line for each time that it goes away, whatever it goes through then.
        const bool news = fault_.empty() || (ending == Ending::Refused && fault_ != why);
        fault_ = std::move(why);
        if (news) logger()->warn("history does not reach Home Assistant at {}: {}", address_.authority(), fault_);
    }

    // Only a whole pass shows that it works: a server that throws us out after the login would fill the log.
    void well() {
        delay_ = kFirstDelay;
        if (fault_.empty() && said_well_) return;
        fault_.clear();
        said_well_ = true;
        logger()->info("Home Assistant at {} has our history", address_.authority());
    }

    boost::asio::io_context& loop_;
    Settings settings_;
    ports::History& history_;
    const ports::LiveView& live_;
    const base::Clock& clock_;
    boost::asio::steady_timer timer_;
    Address address_;
    std::shared_ptr<WebSocket> socket_;
    std::unique_ptr<Session> session_;
    std::optional<std::pair<Ending, std::string>> over_;
    Progress progress_;
    std::uint64_t passes_ = 0;
    std::uint64_t passes_at_begin_ = 0;
    std::optional<base::WallTime> passed_hour_;
    std::vector<base::DeviceId> passed_sensors_;
    std::optional<base::SteadyTime> begun_;
    base::SteadyTime heard_{};
    base::SteadyTime dial_at_{};
    base::Seconds delay_ = kFirstDelay;
    std::uint64_t failures_ = 0;
    std::string fault_;
    bool said_well_ = false;
    bool stopped_ = false;
};

Recorder::Recorder(boost::asio::io_context& loop, Settings settings, ports::History& history,
                   const ports::LiveView& live, const base::Clock& clock) {
    // Without a token there is no Home Assistant that would listen.
    if (!settings.import_history || settings.token.empty()) return;
    desk_ = std::make_shared<Desk>(loop, std::move(settings), history, live, clock);
}

Recorder::~Recorder() {
    stop();
}

void Recorder::start() {
    if (desk_) desk_->start();
}

void Recorder::stop() {
    if (desk_) desk_->stop();
}

void Recorder::set_unit(base::VolumeUnit unit) {
    if (desk_) desk_->set_unit(unit);
}

void Recorder::health(std::vector<ports::HealthItem>& items) const {
    if (desk_) desk_->health(items);
}

void Recorder::metrics(std::vector<ports::Metric>& metrics) const {
    if (desk_) desk_->metrics(metrics);
}

}  // namespace millrace::recorder
