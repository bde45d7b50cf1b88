// The whole set of routes, asked without a socket.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "api/routes.h"
#include "api/target.h"
#include "support/alarm_fakes.h"
#include "unit/api/fakes.h"

namespace millrace::api {

class SiteTest : public ::testing::Test {
protected:
    SiteTest() {
        live_.state = {ports::CloudMode::Relay, {sample_bridge()}, {sample_sensor()}};
        Settings settings;
        settings.zone = *base::TimeZone::load("America/Denver");
        site_ =
            std::make_unique<Site>(Site{settings,
                                        {live_, history_, controls_, clock_, {}, {"9.9.9", {}}, &alarms_, &channels_},
                                        std::make_shared<const bool>()});
        site_->gate = std::make_unique<Gate>(site_->settings, site_->dependencies.credentials, clock_);
        router_.guard([this](Request& asked, access::Scope needed) { return site_->gate->refusal(asked, needed); });
        add_status_route(router_, *site_);
        add_setup_route(router_, *site_);
        add_check_routes(router_, *site_);
        add_devices_route(router_, *site_);
        add_device_word_routes(router_, *site_);
        add_estimates_route(router_, *site_);
        add_gaps_route(router_, *site_);
        add_calibration_routes(router_, *site_);
        add_meter_reading_routes(router_, *site_);
        add_cloud_routes(router_, *site_);
        add_key_routes(router_, *site_);
        add_archive_routes(router_, *site_);
        add_frame_route(router_, *site_);
        add_metrics_route(router_, *site_);
        add_alarm_routes(router_, *site_);
        add_mode_routes(router_, *site_);
        add_rule_routes(router_, *site_);
        add_habit_routes(router_, *site_);
        add_limits_route(router_, *site_);
        add_use_routes(router_, *site_);
        add_category_routes(router_, *site_);
        add_channel_routes(router_, *site_);
        add_network_routes(router_, *site_);
    }

    // Status 0 while there is no answer yet.
    Response ask(Method method, const std::string& path, std::string body = {}) {
        auto target = parse_target(path).value();
        Request request;
        request.method = method;
        request.segments = std::move(target.segments);
        request.query = std::move(target.query);
        request.host = "localhost:8099";
        request.content_type = "application/json";
        request.from_loopback = true;
        request.body = std::move(body);
        last_ = std::make_shared<Response>();
        last_->status = 0;
        if (auto refusal = router_.refusal(request)) return *last_ = std::move(*refusal);
        router_.handle(std::move(request), Responder([last = last_](Response got) { *last = std::move(got); }));
        return *last_;
    }
    Response get(const std::string& path) { return ask(Method::Get, path); }
    Response put(const std::string& path, const std::string& body) { return ask(Method::Put, path, body); }
    Response post(const std::string& path, const std::string& body) { return ask(Method::Post, path, body); }

    static nlohmann::json parsed(const Response& response) { return nlohmann::json::parse(response.body); }
    static std::string field_of(const Response& response) {
        return parsed(response).at("errors").at(0).at("field").get<std::string>();
    }

    FakeClock clock_;
    FakeLive live_;
    FakeHistory history_;
    FakeControls controls_;
    support::FakeAlarms alarms_;
    support::FakeChannels channels_;
    std::unique_ptr<Site> site_;
    Router router_;
    std::shared_ptr<Response> last_;
};

}  // namespace millrace::api
