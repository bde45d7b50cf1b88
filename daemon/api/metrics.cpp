#include "api/metrics.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "api/alarm_metrics.h"
#include "api/process_metrics.h"
#include "api/routes.h"
#include "ports/categories.h"

namespace millrace::api {
namespace {

using ports::Metric;
using ports::MetricType;

constexpr std::string_view kCounterEnding = "_total";

bool is_name(std::string_view name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    return !name.empty() && !(name.front() >= '0' && name.front() <= '9') &&
           std::all_of(name.begin(), name.end(), allowed);
}

std::string escaped(std::string_view text, bool quotes) {
    std::string result;
    for (const char c : text) {
        if (c == '\\') {
            result += "\\\\";
        } else if (c == '\n') {
            result += "\\n";
        } else if (c == '"' && quotes) {
            result += "\\\"";
        } else {
            result += c;
        }
    }
    return result;
}

std::string number(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
    std::array<char, 32> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
    return {text.data(), end};
}

std::string labels_text(const Metric& metric, std::string_view bound = {}) {
    std::string text;
    for (const auto& [name, value] : metric.labels) {
        text.append(text.empty() ? "{" : ",").append(name).append("=\"").append(escaped(value, true)).append("\"");
    }
    if (!bound.empty()) text.append(text.empty() ? "{" : ",").append("le=\"").append(bound).append("\"");
    if (!text.empty()) text += '}';
    return text;
}

void append_sample(std::string& lines, const Metric& metric, std::string_view ending, std::string_view labels,
                   double value) {
    lines.append(metric.name).append(ending).append(labels).append(" ").append(number(value)).append("\n");
}

// Buckets hold what lies below their bound, all smaller ones included.
void append_histogram(std::string& lines, const Metric& metric) {
    const ports::Histogram& histogram = *metric.histogram;
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < histogram.counts().size(); ++i) {
        below += histogram.counts()[i];
        const bool last = i == histogram.bounds().size();
        const std::string bound = last ? "+Inf" : number(histogram.bounds()[i]);
        append_sample(lines, metric, "_bucket", labels_text(metric, bound), static_cast<double>(below));
    }
    append_sample(lines, metric, "_sum", labels_text(metric), histogram.sum());
    append_sample(lines, metric, "_count", labels_text(metric), static_cast<double>(below));
}

std::string_view name_of(MetricType type) {
    switch (type) {
        case MetricType::Counter: return "counter";
        case MetricType::Gauge: return "gauge";
        case MetricType::Histogram: return "histogram";
    }
    return "unknown";
}

// "text/plain;version=0.0.4;q=0.5" is liked by half.
double liking(std::string_view range) {
    const std::size_t place = range.find("q=");
    if (place == std::string_view::npos) return 1;
    double value = 0;
    const std::string_view digits = range.substr(place + 2);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc{} ? value : 0;
}

struct Family {
    const Metric* first;
    std::unordered_set<std::string> seen;
    std::string lines;
};

}  // namespace

std::string exposition(const std::vector<Metric>& metrics, MetricsFormat format) {
    std::vector<Family> families;
    std::unordered_map<std::string_view, std::size_t> by_name;
    for (const Metric& metric : metrics) {
        const bool names_good = is_name(metric.name) && std::all_of(metric.labels.begin(), metric.labels.end(),
                                                                    [](const auto& l) { return is_name(l.first); });
        const bool ending_good = metric.type != MetricType::Counter || metric.name.ends_with(kCounterEnding);
        const bool has_value = metric.histogram.has_value() == (metric.type == MetricType::Histogram);
        if (!names_good || !ending_good || !has_value) continue;
        const auto [entry, added] = by_name.try_emplace(metric.name, families.size());
        if (added) families.push_back({&metric, {}, {}});
        Family& family = families[entry->second];
        if (family.first->type != metric.type) continue;
        const std::string labels = labels_text(metric);
        if (!family.seen.insert(labels).second) continue;
        if (metric.histogram) {
            append_histogram(family.lines, metric);
        } else {
            append_sample(family.lines, metric, "", labels, metric.value);
        }
    }
    const bool open_metrics = format == MetricsFormat::OpenMetrics;
    std::string text;
    for (const Family& family : families) {
        const Metric& first = *family.first;
        // OpenMetrics names a family of counters without the ending of its samples.
        std::string_view name = first.name;
        if (open_metrics && first.type == MetricType::Counter) name.remove_suffix(kCounterEnding.size());
        text.append("# HELP ").append(name).append(" ").append(escaped(first.help, open_metrics)).append("\n");
        text.append("# TYPE ").append(name).append(" ").append(name_of(first.type)).append("\n");
        text.append(family.lines);
    }
    if (open_metrics) text += "# EOF\n";
    return text;
}

MetricsFormat wanted_format(std::string_view accept) {
    double open_metrics = 0;
    double text = 0;
    while (!accept.empty()) {
        const std::size_t comma = accept.find(',');
        const std::string_view range = accept.substr(0, comma);
        accept = comma == std::string_view::npos ? std::string_view{} : accept.substr(comma + 1);
        if (range.find("application/openmetrics-text") != std::string_view::npos) {
            open_metrics = std::max(open_metrics, liking(range));
        } else if (range.find("text/plain") != std::string_view::npos) {
            text = std::max(text, liking(range));
        }
    }
    return open_metrics > 0 && open_metrics >= text ? MetricsFormat::OpenMetrics : MetricsFormat::Text;
}

namespace {

// Of the house only, so that no stranger on the air makes a series.
void append_said_metrics(const base::DeviceId& id, const ports::LiveAdvertised& says, std::vector<Metric>& metrics) {
    const auto gauge = [&](std::string name, std::string help, double value) {
        metrics.push_back({std::move(name), std::move(help), MetricType::Gauge, {{"device", id.str()}}, value});
    };
    if (says.battery_percent) {
        gauge("millrace_bluetooth_battery_percent", "The Bluetooth device's battery.",
              static_cast<double>(*says.battery_percent));
    }
    if (says.battery_low) {
        gauge("millrace_bluetooth_battery_low", "1 when the Bluetooth device says that its battery is low.",
              *says.battery_low ? 1 : 0);
    }
    if (says.rssi_dbm) {
        gauge("millrace_bluetooth_rssi_dbm", "The Bluetooth device's signal at the adapter.",
              static_cast<double>(*says.rssi_dbm));
    }
    gauge("millrace_bluetooth_understood", "0 while what the Bluetooth device says cannot be read or is not believed.",
          says.problem.empty() ? 1 : 0);
}

void append_puck_metrics(const ports::LivePuck& puck, std::vector<Metric>& metrics) {
    const auto gauge = [&](std::string name, std::string help, double value) {
        metrics.push_back({std::move(name), std::move(help), MetricType::Gauge, {{"puck", puck.id.str()}}, value});
    };
    if (puck.wet) gauge("millrace_puck_wet", "1 while the leak puck feels water.", *puck.wet ? 1 : 0);
    if (puck.last_seen) {
        gauge("millrace_puck_last_seen_timestamp_seconds", "When anything of the leak puck last arrived.",
              static_cast<double>(base::unix_ms(*puck.last_seen)) / 1e3);
    }
    append_said_metrics(puck.id, puck.says, metrics);
}

}  // namespace

void append_live_metrics(const ports::LiveState& live, std::vector<Metric>& metrics) {
    const auto add = [&metrics](std::string name, std::string help, MetricType type, const char* label,
                                const base::DeviceId& id, double value) {
        metrics.push_back({std::move(name), std::move(help), type, {{label, id.str()}}, value});
    };
    for (const auto& sensor : live.sensors) {
        const auto gauge = [&](std::string name, std::string help, double value) {
            add(std::move(name), std::move(help), MetricType::Gauge, "sensor", sensor.id, value);
        };
        add("millrace_water_liters_total", "Water counted since the sensor was first heard.", MetricType::Counter,
            "sensor", sensor.id, base::to_litres(sensor.lifetime));
        ports::for_each_total(
            sensor.categories, sensor.lifetime, [&](const ports::Category& category, base::Volume total) {
                metrics.push_back({"millrace_water_category_liters_total",
                                   "Water counted, by the kind of use it is taken for.",
                                   MetricType::Counter,
                                   {{"sensor", sensor.id.str()}, {"category", std::string(category.key)}},
                                   base::to_litres(total)});
            });
        gauge("millrace_sensor_calibrated", "1 when volumes rest on a calibration of this meter, 0 on a stated guess.",
              sensor.calibrated ? 1 : 0);
        gauge("millrace_sensor_readings_known", "0 while the sensor's readings are sealed and no key opens them.",
              sensor.readings_known ? 1 : 0);
        if (sensor.readings_known) {
            gauge("millrace_flow_liters_per_second", "Water flowing now.",
                  static_cast<double>(sensor.flow.microlitres_per_second) / 1e6);
            gauge("millrace_flow_active", "1 while water flows.", sensor.running ? 1 : 0);
        }
        if (sensor.battery_mv) {
            gauge("millrace_sensor_battery_volts", "The sensor's battery.",
                  static_cast<double>(*sensor.battery_mv) / 1e3);
        }
        if (sensor.rssi_dbm) {
            gauge("millrace_sensor_rssi_dbm", "The bridge's radio signal at the sensor.",
                  static_cast<double>(*sensor.rssi_dbm));
        }
        if (sensor.last_seen) {
            gauge("millrace_sensor_last_seen_timestamp_seconds", "When anything of the sensor last arrived.",
                  static_cast<double>(base::unix_ms(*sensor.last_seen)) / 1e3);
        }
        if (sensor.says) append_said_metrics(sensor.id, *sensor.says, metrics);
    }
    for (const auto& puck : live.pucks) append_puck_metrics(puck, metrics);
    for (const auto& bridge : live.bridges) {
        add("millrace_bridge_connected", "1 while the bridge is connected.", MetricType::Gauge, "bridge", bridge.id,
            bridge.connected ? 1 : 0);
    }
}

void append_build_metrics(const StatusInfo& status, ports::CloudMode mode, std::vector<Metric>& metrics) {
    metrics.push_back(
        {"millrace_build_info",
         "Which version runs, of which commit, and in which mode.",
         MetricType::Gauge,
         {{"version", status.version}, {"revision", status.revision}, {"mode", std::string(ports::name(mode))}},
         1});
    metrics.push_back({"process_start_time_seconds",
                       "When the daemon was started.",
                       MetricType::Gauge,
                       {},
                       static_cast<double>(base::unix_ms(status.started)) / 1e3});
}

void add_metrics_route(Router& router, const Site& site) {
    router.add(Method::Get, "/metrics", [&site](const Request& request, const Responder& responder) {
        std::vector<Metric> metrics;
        const ports::LiveState live = site.dependencies.live.live();
        append_build_metrics(site.dependencies.status, live.cloud_mode, metrics);
        append_live_metrics(live, metrics);
        if (const ports::Alarms* alarms = site.dependencies.alarms) {
            append_alarm_metrics(alarms->alarms(), live, site.raised_in_run, metrics);
        }
        for (const ports::SelfReport* report : site.dependencies.reports) report->metrics(metrics);
        append_process_metrics(metrics);
        const MetricsFormat format = wanted_format(request.accept);
        Response response;
        response.content_type = format == MetricsFormat::OpenMetrics
                                    ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                                    : "text/plain; version=0.0.4; charset=utf-8";
        response.headers.emplace_back("Vary", "Accept");
        response.body = exposition(metrics, format);
        responder.answer(std::move(response));
    });
}

}  // namespace millrace::api
