#include "api/live_stream.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <boost/asio/io_context.hpp>

#include "api/alarm_json.h"
#include "api/alarms.h"
#include "api/devices.h"
#include "api/parameters.h"
#include "api/routes.h"

namespace millrace::api {
namespace {

constexpr std::array<std::string_view, 4> kTypes = {"sensor", "bridge", "puck", "alarm"};
constexpr std::size_t kMostTypesBytes = 64;
constexpr std::size_t kMostIdBytes = 64;

std::vector<std::string> types_of(Parameters& parameters) {
    std::vector<std::string> types;
    const auto text = parameters.text("types", kMostTypesBytes);
    if (!text) return types;
    std::string_view rest = *text;
    for (;;) {
        const std::size_t comma = rest.find(',');
        const std::string_view type = rest.substr(0, comma);
        if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) {
            parameters.refuse("types", "must be a list of sensor, bridge, puck and alarm, with commas between");
            return {};
        }
        types.emplace_back(type);
        if (comma == std::string_view::npos) return types;
        rest.remove_prefix(comma + 1);
    }
}

// Those that are new or another.
template <typename Device, typename Tell>
void tell_each(const std::vector<Device>& now, const std::vector<Device>& told, Tell tell) {
    auto before = told.begin();
    for (const Device& device : now) {  // both by id
        while (before != told.end() && before->id < device.id) ++before;
        if (before == told.end() || before->id != device.id || *before != device) tell(device);
    }
}

// Whether one that was told of is no longer there.
template <typename Device>
bool has_lost_one(const std::vector<Device>& now, const std::vector<Device>& told) {
    return !std::includes(now.begin(), now.end(), told.begin(), told.end(),
                          [](const Device& one, const Device& other) { return one.id < other.id; });  // both by id
}

}  // namespace

LiveStream::LiveStream(boost::asio::io_context& loop, const Site& site, std::size_t most, std::size_t most_per_address)
    : site_(site),
      most_(most),
      most_per_address_(most_per_address),
      events_(std::to_string(base::unix_ms(site.dependencies.clock.wall_now())), [this] { return snapshot(); }),
      gather_(loop),
      comment_(loop),
      last_listener_(site.dependencies.clock.steady_now()) {}

std::string LiveStream::snapshot() const {
    const base::WallTime now = site_.dependencies.clock.wall_now();
    const AlarmView view{site_.settings.unit, site_.settings.zone};
    std::vector<detect::Incident> open;
    if (site_.dependencies.alarms != nullptr) open = site_.dependencies.alarms->alarms().incidents;
    return "{\"devices\":" + devices_document(site_.dependencies.live.live(), view.unit, view.zone, now) +
           ",\"alarms\":" + alarms_document(open, std::nullopt, view, now) + "}";
}

void LiveStream::add_route(Router& router) {
    router.add(Method::Get, "/api/v1/stream",
               [this](const Request& request, const Responder& responder) { handle(request, responder); });
}

void LiveStream::handle(const Request& request, const Responder& responder) {
    Parameters parameters(request);
    EventStream::Wish wish{types_of(parameters), request.last_event_id.substr(0, kMostIdBytes), request.peer};
    if (auto refusal = parameters.problem()) return responder.answer(std::move(*refusal));
    if (events_.clients() >= most_ || events_.clients_of(request.peer) >= most_per_address_) {
        Response full =
            problem(503, "There are as many streams as may be (" + std::to_string(most_) + ", and from one address " +
                             std::to_string(most_per_address_) + "); close one, or ask /api/v1/devices now and then.");
        full.headers.emplace_back("Retry-After", "30");
        return responder.answer(std::move(full));
    }
    if (events_.clients() == 0) wait_for_comment();
    if (!listened_to()) told_ = site_.dependencies.live.live();  // the snapshot says it
    last_listener_ = site_.dependencies.clock.steady_now();
    Response response;
    response.content_type = "text/event-stream";
    response.cache_control = "no-cache";
    // Some proxies would otherwise gather what we send.
    response.headers.emplace_back("X-Accel-Buffering", "no");
    response.stream = [this, wish = std::move(wish)](std::shared_ptr<StreamSink> sink) {
        events_.open(std::move(sink), wish);
    };
    responder.answer(std::move(response));
}

bool LiveStream::listened_to() {
    const base::SteadyTime now = site_.dependencies.clock.steady_now();
    if (events_.clients() > 0) last_listener_ = now;
    return now - last_listener_ < kKeptFor;
}

void LiveStream::on_live() {
    if (gathering_ || stopped_) return;
    gathering_ = true;
    gather_.expires_after(kGathered);
    gather_.async_wait([this](const boost::system::error_code& cancelled) {
        if (cancelled || stopped_) return;
        gathering_ = false;
        tell_changes();
    });
}

void LiveStream::on_site() {
    begin_anew();
}

void LiveStream::begin_anew() {
    told_ = site_.dependencies.live.live();
    events_.begin_anew();
}

void LiveStream::tell_changes() {
    if (!listened_to()) return events_.forget();
    ports::LiveState now = site_.dependencies.live.live();
    if (has_lost_one(now.sensors, told_.sensors) || has_lost_one(now.pucks, told_.pucks)) return begin_anew();
    const base::TimeZone& zone = site_.settings.zone;
    tell_each(now.bridges, told_.bridges,
              [&](const ports::LiveBridge& bridge) { events_.publish("bridge", to_text(bridge_json(bridge, zone))); });
    tell_each(now.sensors, told_.sensors, [&](const ports::LiveSensor& sensor) {
        events_.publish("sensor", to_text(sensor_json(sensor, site_.settings.unit, zone)));
    });
    tell_each(now.pucks, told_.pucks,
              [&](const ports::LivePuck& puck) { events_.publish("puck", to_text(puck_json(puck, zone))); });
    told_ = std::move(now);
}

void LiveStream::on_alarm(const detect::AlarmEvent& event) {
    if (stopped_ || !listened_to()) return;
    const AlarmView view{site_.settings.unit, site_.settings.zone};
    events_.publish("alarm", to_text(Json{{"change", detect::name(event.change)},
                                          {"at", view.zone.rfc3339(event.at)},
                                          {"by", event.by},
                                          {"alarm", incident_json(event.incident, view)}}));
}

// As long as there is somebody to get it.
void LiveStream::wait_for_comment() {
    comment_.expires_after(kCommentEvery);
    comment_.async_wait([this](const boost::system::error_code& cancelled) {
        if (cancelled || stopped_) return;
        events_.comment();
        if (events_.clients() > 0) wait_for_comment();
    });
}

void LiveStream::stop() {
    stopped_ = true;
    gather_.cancel();
    comment_.cancel();
}

}  // namespace millrace::api
