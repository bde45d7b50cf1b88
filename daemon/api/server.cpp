#include "api/server.h"

#include <algorithm>
#include <utility>

#include "api/live_stream.h"
#include "api/routes.h"
#include "api/tls.h"

namespace millrace::api {
namespace {

HttpLimits limits_from(const Settings& settings) {
    HttpLimits limits;
    limits.connections = settings.max_connections;
    limits.connections_per_address = settings.max_connections_per_address;
    return limits;
}

}  // namespace

Server::Server(boost::asio::io_context& loop, Settings settings, Dependencies dependencies)
    : listen_(settings.listen),
      site_(std::make_unique<Site>(Site{std::move(settings), std::move(dependencies), std::make_shared<const bool>()})),
      http_(loop, router_, limits_from(site_->settings), site_->settings.host_names) {
    site_->dependencies.reports.push_back(this);
    // Whoever listens holds a connection for as long as he likes; half of them stay for those who ask.
    stream_ = std::make_unique<LiveStream>(loop, *site_, std::max<std::size_t>(1, site_->settings.max_connections / 2),
                                           std::max<std::size_t>(1, site_->settings.max_connections_per_address / 2));
    stream_->add_route(router_);
    site_->gate = std::make_unique<Gate>(site_->settings, site_->dependencies.credentials, site_->dependencies.clock);
    router_.guard(
        [gate = site_->gate.get()](Request& request, access::Scope needed) { return gate->refusal(request, needed); });
    add_health_routes(router_, *site_);
    add_metrics_route(router_, *site_);
    add_status_route(router_, *site_);
    add_restart_route(router_, *site_);
    add_settings_routes(router_, *site_);
    add_setup_route(router_, *site_);
    add_check_routes(router_, *site_);
    add_devices_route(router_, *site_);
    add_device_word_routes(router_, *site_);
    add_bluetooth_routes(router_, *site_);
    add_readings_route(router_, *site_);
    add_usage_route(router_, *site_);
    add_estimates_route(router_, *site_);
    add_gaps_route(router_, *site_);
    add_calibration_routes(router_, *site_);
    add_meter_reading_routes(router_, *site_);
    add_cloud_routes(router_, *site_);
    add_key_routes(router_, *site_);
    add_archive_routes(router_, *site_);
    add_backup_route(router_, *site_);
    add_frame_route(router_, *site_);
    add_alarm_routes(router_, *site_);
    add_mode_routes(router_, *site_);
    add_rule_routes(router_, *site_);
    add_habit_routes(router_, *site_);
    add_limits_route(router_, *site_);
    add_use_routes(router_, *site_);
    add_category_routes(router_, *site_);
    add_channel_routes(router_, *site_);
    add_session_routes(router_, *site_);
    add_network_routes(router_, *site_);
    add_openapi_route(router_);
    add_page_routes(router_);
}

Server::~Server() = default;

base::Result<void, base::Error> Server::start() {
    const Settings& settings = site_->settings;
    if (settings.certificate_file.empty()) return http_.start(listen_);
    auto tls = ServerTls::make(settings.certificate_file, settings.key_file, site_->dependencies.clock);
    if (!tls) return base::failure(std::move(tls.error()));
    return http_.start(listen_, std::move(*tls));
}

void Server::stop() {
    stream_->stop();
    http_.stop();
}

void Server::set_site(base::VolumeUnit unit, const base::TimeZone& zone, const std::optional<meter::Tariff>& tariff) {
    site_->settings.unit = unit;
    site_->settings.zone = zone;
    site_->settings.tariff = tariff;
    stream_->on_site();
}

void Server::on_alarm(const detect::AlarmEvent& event) {
    const bool by_a_rule = event.change == detect::Change::Raised || event.change == detect::Change::Escalated;
    if (by_a_rule) ++site_->raised_in_run[event.incident.finding.rule];
    stream_->on_alarm(event);
}

void Server::on_live(const ports::LiveState&) {
    stream_->on_live();
}

void Server::health(std::vector<ports::HealthItem>& items) const {
    const std::string where = http_.address();
    items.push_back(
        {"http", !where.empty(), where.empty() ? "The server does not listen." : "Listening on " + where + "."});
}

void Server::metrics(std::vector<ports::Metric>& metrics) const {
    using ports::MetricType;
    const HttpFigures figures = http_.figures();
    const auto add = [&metrics](std::string name, std::string help, MetricType type, std::uint64_t value,
                                std::vector<std::pair<std::string, std::string>> labels = {}) {
        metrics.push_back({std::move(name), std::move(help), type, std::move(labels), static_cast<double>(value)});
    };
    add("millrace_http_connections", "HTTP connections open now.", MetricType::Gauge, figures.connections);
    add("millrace_http_streams", "Clients that listen to the stream.", MetricType::Gauge, stream_->clients());
    add("millrace_http_connections_accepted_total", "HTTP connections taken.", MetricType::Counter, figures.accepted);
    add("millrace_http_connections_refused_total", "HTTP connections over a limit.", MetricType::Counter,
        figures.refused);
    add("millrace_http_timeouts_total", "HTTP connections cut because a step took too long.", MetricType::Counter,
        figures.timed_out);
    for (std::size_t digit = 2; digit < figures.answers.size(); ++digit) {
        add("millrace_http_answers_total", "HTTP answers by kind of status.", MetricType::Counter,
            figures.answers[digit], {{"status", std::to_string(digit) + "xx"}});
    }
}

}  // namespace millrace::api
