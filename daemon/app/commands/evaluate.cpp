#include "app/commands/evaluate.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <limits>
#include <map>
#include <ostream>
#include <set>
#include <utility>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/key_files.h"
#include "capture/pcap/capture_file.h"
#include "hub/pipeline.h"
#include "meter/sealed_estimate.h"
#include "meter/sensor_meter.h"

namespace millrace::app {
namespace {

using base::Milliseconds;
using base::WallTime;

constexpr std::int64_t kMinuteMs = 60'000;
constexpr Milliseconds kLongestSpread = 2 * Milliseconds{meter::kGridStep};
// Unless a file is damaged its minutes are few; stamps of an unset clock must not make them billions.
constexpr Milliseconds kMostBesideReceipt = std::chrono::hours{24};

struct SensorMinutes {
    meter::SealedMeter sealed;
    std::optional<WallTime> last_reading;
    std::set<std::int64_t> truth;
    std::set<std::int64_t> estimate;
};

// The minutes that a stretch touches, its begin left out and its end included.
void add_minutes(std::set<std::int64_t>& minutes, WallTime from, WallTime to) {
    const std::int64_t first = base::unix_ms(std::min(from + Milliseconds{1}, to)) / kMinuteMs;
    const std::int64_t last = base::unix_ms(to) / kMinuteMs;
    for (std::int64_t minute = first; minute <= last; ++minute) minutes.insert(minute);
}

bool is_samples(const message::Topic& topic) {
    return topic.kind == message::Kind::Samples && topic.direction == base::Direction::ToCloud && topic.device;
}

std::optional<WallTime> published_at(const message::Topic& topic) {
    if (topic.rest.empty()) return std::nullopt;
    const std::string& text = topic.rest.front();
    std::int64_t seconds = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    constexpr std::int64_t kLargest = std::numeric_limits<std::uint32_t>::max();
    if (fault != std::errc{} || end != text.data() + text.size() || seconds < 0 || seconds > kLargest) return {};
    return base::from_unix_s(seconds);
}

// Both sides of the comparison, fed with one file's frames in order.
class Comparison {
public:
    explicit Comparison(const payload::KeyRing& keys) : pipeline_(keys) {}

    void take(const ports::Frame& frame) {
        first_ = std::min(first_.value_or(frame.received), frame.received);
        last_ = std::max(last_.value_or(frame.received), frame.received);
        const message::Topic topic = message::parse_topic(frame.topic);
        if (topic.device && topic.kind == message::Kind::Boot && topic.direction == base::Direction::ToCloud) {
            const auto booted = sensors_.find(*topic.device);
            if (booted != sensors_.end()) meter::note_boot(booted->second.sealed);
        }
        const hub::Outcome outcome = pipeline_.apply(frame);
        if (!is_samples(topic)) return;
        SensorMinutes& sensor = sensors_[*topic.device];
        estimate(frame, topic, sensor);
        if (outcome.understanding != hub::Understanding::Decoded) ++result_.not_opened;
        add_truth(outcome.readings, sensor);
    }

    // To be called once, after the last frame.
    SealedEvaluation result() {
        for (const auto& [id, sensor] : sensors_) compare(sensor);
        return result_;
    }

private:
    void estimate(const ports::Frame& frame, const message::Topic& topic, SensorMinutes& sensor) {
        // JSON lines may give what was sealed already opened.
        const bool plain = !topic.sealed() || (frame.door == ports::Door::JsonLines && !frame.payload.empty() &&
                                               frame.payload.front() == '[');
        meter::SealedMessage message;
        message.bytes = frame.payload.size() + (plain ? meter::kSealedOverheadBytes : 0);
        message.received = frame.received;
        message.published = published_at(topic);
        message.dup = frame.dup;
        const auto span = meter::apply(sensor.sealed, message);
        if (!span) return;
        ++result_.messages;
        result_.plain += plain ? 1 : 0;
        result_.peaks_at_least += span->least.value;
        if (span->from > frame.received - kMostBesideReceipt) add_minutes(sensor.estimate, span->from, span->to);
    }

    void add_truth(const std::vector<meter::Reading>& readings, SensorMinutes& sensor) {
        for (const meter::Reading& reading : readings) {
            result_.peaks += reading.advance.value;
            const bool in_reach = std::chrono::abs(reading.time - reading.received) < kMostBesideReceipt;
            if (reading.advance.value > 0 && in_reach) {
                const WallTime earliest = reading.time - kLongestSpread;
                const WallTime previous = sensor.last_reading.value_or(earliest);
                const WallTime from = previous < reading.time ? std::max(previous, earliest) : earliest;
                add_minutes(sensor.truth, from, reading.time);
            }
            if (reading.kind != meter::ReadingKind::Repeat && reading.kind != meter::ReadingKind::Late) {
                sensor.last_reading = reading.time;
            }
        }
    }

    void compare(const SensorMinutes& sensor) {
        // Stamps may reach a little past the times of receipt.
        std::int64_t first = base::unix_ms(*first_) / kMinuteMs;
        std::int64_t last = base::unix_ms(*last_) / kMinuteMs;
        for (const auto* minutes : {&sensor.truth, &sensor.estimate}) {
            if (minutes->empty()) continue;
            first = std::min(first, *minutes->begin());
            last = std::max(last, *minutes->rbegin());
        }
        std::uint64_t found = 0;
        for (const std::int64_t minute : sensor.estimate) found += sensor.truth.count(minute);
        result_.minutes_with_flow += sensor.truth.size();
        result_.minutes_found += found;
        result_.minutes_without_flow += static_cast<std::uint64_t>(last - first + 1) - sensor.truth.size();
        result_.minutes_falsely_found += sensor.estimate.size() - found;
    }

    hub::Pipeline pipeline_;
    std::map<base::DeviceId, SensorMinutes> sensors_;
    std::optional<WallTime> first_;
    std::optional<WallTime> last_;
    SealedEvaluation result_;
};

double share(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

// How much of the truth the bound leaves out; negative when it is above the truth and so no bound.
double bound_error(const SealedEvaluation& result) {
    if (result.peaks == 0) return 0;
    return static_cast<double>(result.peaks - result.peaks_at_least) / static_cast<double>(result.peaks);
}

std::string percent(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f %%", value * 100);
    return text;
}

void print_text(const std::string& file, const SealedEvaluation& result, std::ostream& out) {
    out << file << ": what " << result.messages << " sample messages tell without the key\n";
    if (result.plain > 0) {
        out << "  " << result.plain << " of them are not sealed: " << meter::kSealedOverheadBytes
            << " bytes were added to the size of each\n";
    }
    out << "  minutes with flow (truth)   " << result.minutes_with_flow << ", found "
        << percent(share(result.minutes_found, result.minutes_with_flow)) << '\n'
        << "  minutes without flow        " << result.minutes_without_flow << ", falsely found "
        << percent(share(result.minutes_falsely_found, result.minutes_without_flow)) << '\n'
        << "  volume (truth)              " << result.peaks << " peaks\n"
        << "  lower bound                 " << result.peaks_at_least << " peaks, " << percent(bound_error(result))
        << " of the truth left out\n";
}

void print_json(const std::string& file, const SealedEvaluation& result, std::ostream& out) {
    nlohmann::ordered_json json;
    json["file"] = file;
    json["messages"] = result.messages;
    json["plain_messages"] = result.plain;
    json["messages_not_opened"] = result.not_opened;
    json["minutes_with_flow"] = result.minutes_with_flow;
    json["found_share"] = share(result.minutes_found, result.minutes_with_flow);
    json["minutes_without_flow"] = result.minutes_without_flow;
    json["falsely_found_share"] = share(result.minutes_falsely_found, result.minutes_without_flow);
    json["peaks"] = result.peaks;
    json["peaks_at_least"] = result.peaks_at_least;
    json["bound_error_share"] = bound_error(result);
    out << json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

}  // namespace

CLI::App* add_evaluate(CLI::App& app, EvaluateArguments& arguments) {
    CLI::App* evaluate = app.add_subcommand(
        "evaluate",
        "Measure leak detection on household traces, with --categories what is said of uses, or with --sealed the "
        "estimates on captures");
    CLI::Option* sealed = evaluate->add_flag(
        "--sealed", arguments.sealed,
        "What sizes and times of sealed messages tell, against what the key opens. A minute has flow "
        "when an advance of the total falls into it, spread from the previous reading on but over 10 s "
        "at most. Plain messages are measured as if they were sealed (36 bytes more)");
    evaluate
        ->add_option("files", arguments.files,
                     "Trace CSVs (unix_timestamp,cumulative_<peaks|pulses|ml|l>) with a homes.csv beside them, or "
                     "folders of such; with --sealed pcap, pcapng or JSON-lines files")
        ->required()
        ->type_name("FILE");
    evaluate->add_option("--key-file", arguments.key_file, "Key file: 64 hex digits or 32 raw bytes")
        ->needs(sealed)
        ->type_name("FILE");
    evaluate->add_option("--port", arguments.server_ports, "TCP ports of the cloud's side")
        ->needs(sealed)
        ->capture_default_str();
    evaluate->add_flag("--json", arguments.json, "One JSON object; with --sealed one a file, on one line");
    add_leak_options(*evaluate, arguments.leaks, sealed);
    add_category_options(*evaluate, arguments.categories, sealed);
    return evaluate;
}

base::Result<SealedEvaluation, base::Error> evaluate_sealed(const std::string& file, const payload::KeyRing& keys,
                                                            const std::vector<std::uint16_t>& ports) {
    Comparison comparison(keys);
    const auto read =
        capture::read_capture_file(file, {ports}, [&](const ports::Frame& frame) { comparison.take(frame); });
    if (!read) return base::failure(read.error());
    return comparison.result();
}

int evaluate(const EvaluateArguments& arguments, std::ostream& out, std::ostream& err) {
    if (arguments.categories.chosen) {
        EvaluateCategoriesArguments categories = arguments.categories;
        categories.options.paths = arguments.files;
        categories.options.homes = arguments.leaks.options.homes;
        categories.options.seed = arguments.leaks.options.seed;
        return evaluate_categories(categories, arguments.json, out, err);
    }
    if (!arguments.sealed) {
        EvaluateLeaksArguments leaks = arguments.leaks;
        leaks.options.paths = arguments.files;
        return evaluate_leaks(leaks, arguments.json, out, err);
    }
    payload::KeyRing keys;
    if (!arguments.key_file.empty()) {
        auto key = read_key_file(arguments.key_file);
        if (!key) return fail(key.error(), err);
        keys.set_default(std::move(*key));
    }
    int exit_code = kExitGood;
    for (const std::string& file : arguments.files) {
        const auto result = evaluate_sealed(file, keys, arguments.server_ports);
        if (!result) {
            exit_code = fail(result.error(), err);
            continue;
        }
        if (result->not_opened > 0 && result->not_opened >= result->messages) {
            exit_code = fail({file + ": no sample message can be opened, so there is no truth to compare with; "
                                     "give the bridge's key with --key-file"},
                             err);
            continue;
        }
        if (result->not_opened > 0) {
            err << file << ": " << result->not_opened << " sample messages cannot be opened and lack in the truth\n";
            if (exit_code == kExitGood) exit_code = kExitFindings;
        }
        arguments.json ? print_json(file, *result, out) : print_text(file, *result, out);
    }
    out.flush();
    if (!out) return fail({"evaluate: writing the output failed"}, err);
    return exit_code;
}

}  // namespace millrace::app
