// Serves the page with made-up water, to look at it with a browser: api_page_server PORT
// [empty|bridge|sealed|calibrated|ill|alarm|login]
#include <cstdlib>
#include <iostream>
#include <string>

#include <boost/asio/io_context.hpp>

#include "support/alarm_fakes.h"
#include "unit/api/fakes.h"

namespace millrace::api {
namespace {

// A household's day: litres in each hour from midnight.
constexpr int kLitres[24] = {0, 0, 4, 0, 0, 12, 68, 92, 41, 18, 9, 0, 27, 14, 6, 0, 11, 38, 74, 55, 29, 22, 35, 8};

class HouseHistory : public FakeHistory {
public:
    void usage(ports::UsageQuery query, Answer<ports::UsageAnswer> answer) override {
        ports::UsageAnswer made;
        made.calibrated = calibrated;
        base::WallTime start = query.zone.start_of(query.bucket, query.from);
        while (start < query.to) {
            const base::WallTime end = query.zone.next_start(query.bucket, start);
            const auto hour = static_cast<std::size_t>((base::unix_s(start) / 3600 + 17) % 24);
            const std::int64_t litres = dry ? 0 : kLitres[hour];
            made.buckets.push_back({start, end, {litres * 30}, {litres * 1'013'000}});
            start = end;
        }
        answer(std::move(made));
    }
    bool calibrated = false;
    bool dry = false;
};

// One token, which is no secret: millrace_ and 48 zeros.
class OneToken : public access::Tokens {
public:
    OneToken() { (void)book_.add({"phone", access::Scope::Control, access::sha256(access::token_text({})), {}}); }
    const access::TokenBook& book() override { return book_; }

private:
    access::TokenBook book_;
};

int serve(const std::string& port, const std::string& scene) {
    FakeClock clock;
    FakeLive live;
    HouseHistory history;
    FakeControls controls;
    support::FakeAlarms alarms;
    support::FakeChannels channels;
    FakeReport report;
    report.health_items = {{"store", true, "Writing."}};
    if (scene != "empty") live.state.bridges = {sample_bridge()};
    if (scene != "empty" && scene != "bridge") {
        live.state.sensors = {sample_sensor()};
        live.state.sensors[0].readings_known = scene != "sealed";
        live.state.sensors[0].calibrated = history.calibrated = scene == "calibrated";
        history.dry = scene == "sealed";
    }
    if (scene == "sealed") live.state.bridges[0].has_key = false;
    if (scene == "ill") {
        report.health_items = {{"store", false, "The disk is full: free some space on /var/lib/millrace."}};
        live.state.bridges[0].connected = false;
        live.state.sensors[0].running = false;
        live.state.sensors[0].flow = {};
    }
    if (scene == "alarm") {
        alarms.state.incidents = {support::sample_incident(kSensor, clock.wall, 7),
                                  support::sample_incident(kSensor, clock.wall, 8)};
        detect::Finding& burst = alarms.state.incidents[1].finding;
        burst.rule = detect::Rule::Burst;
        burst.severity = detect::Severity::Critical;
    }
    boost::asio::io_context loop;
    Settings settings;
    settings.listen = "127.0.0.1:" + port;
    settings.zone = *base::TimeZone::load("America/Denver");
    settings.loopback_needs_token = scene == "login";
    OneToken tokens;
    Server server(
        loop, settings,
        {live, history, controls, clock, {&report}, {MILLRACE_VERSION, clock.wall}, &alarms, &channels, {&tokens}});
    if (const auto started = server.start(); !started) {
        std::cerr << started.error().message << "\n";
        return 1;
    }
    std::cout << server.address() << std::endl;
    loop.run();
    return 0;
}

}  // namespace
}  // namespace millrace::api

int main(int argc, char** argv) {
    return millrace::api::serve(argc > 1 ? argv[1] : "0", argc > 2 ? argv[2] : "");
}
