#include "app/commands/calibrate.h"

#include <istream>
#include <optional>
#include <ostream>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "app/api_client.h"
#include "app/exit_code.h"
#include "base/bytes.h"

namespace millrace::app {
namespace {

using Json = nlohmann::ordered_json;

struct Refusal : base::Error {
    unsigned status = 0;  // 0 when nobody answered
};
using Answer = base::Result<Json, Refusal>;

tl::unexpected<Refusal> refused(std::string message, unsigned status = 0) {
    return base::failure(Refusal{{std::move(message)}, status});
}

// There is no result with the peaks that have arrived so far.
constexpr unsigned kNoResult = 409;

// A draw's last peaks arrive within two minutes; asking goes on a little longer.
constexpr base::Seconds kAskAgainAfter{5};
constexpr int kMostAsks = 30;

std::string text_of(const Json& value) {
    if (value.is_string()) return value.get<std::string>();
    return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The member as people read it; "-" when it is null or not there.
std::string member(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found == object.end() || found->is_null() ? "-" : text_of(*found);
}

bool is_true(const Json& object, const char* name) {
    const auto found = object.find(name);
    return found != object.end() && found->is_boolean() && found->get<bool>();
}

// The conversation with one daemon about one sensor.
class Session {
public:
    static base::Result<Session, Refusal> open(const DaemonAddress& address, const std::string& sensor) {
        auto client = ApiClient::at(address);
        if (!client) return refused(client.error().message);
        Session session(std::move(*client));
        if (!sensor.empty()) {
            session.sensor_ = sensor;
            return session;
        }
        const auto devices = session.get("/api/v1/devices");
        if (!devices) return base::failure(devices.error());
        const Json sensors = devices->value("sensors", Json::array());
        if (sensors.empty()) return refused("the daemon has not heard of a sensor yet");
        if (sensors.size() > 1) {
            std::string known;
            for (const Json& one : sensors) known += (known.empty() ? "" : ", ") + member(one, "uuid");
            return refused("there are several sensors: name one with --sensor (" + known + ")");
        }
        session.sensor_ = member(sensors.front(), "uuid");
        return session;
    }

    [[nodiscard]] Answer get(const std::string& path) const { return ask("GET", path, {}); }
    [[nodiscard]] Answer ask(std::string_view method, const std::string& path, const Json& body) const {
        const auto answer = client_.ask(method, path, body.is_null() ? std::string() : text_of(body));
        if (!answer) return refused(answer.error().message);
        Json document = answer->body.empty() ? Json::object() : Json::parse(answer->body, nullptr, false);
        if (!document.is_object()) {
            return refused("what answers at " + client_.url() + " is not millrace");
        }
        if (answer->status >= 300) return refused(member(document, "detail"), answer->status);
        return document;
    }

    // Of this sensor.
    [[nodiscard]] std::string path(const std::string& resource) const {
        return "/api/v1/sensors/" + base::percent_encoded(sensor_) + "/" + resource;
    }

private:
    explicit Session(ApiClient client) : client_(std::move(client)) {}

    ApiClient client_;
    std::string sensor_;
};

void print_entry(const Json& entry, std::ostream& out) {
    const std::string from = member(entry, "from");
    out << "  number " << member(entry, "number") << ": ";
    if (entry.value("volume_per_peak_ml", Json()).is_null()) {
        out << "withdrawn";
    } else {
        out << member(entry, "volume_per_peak_ml") << " ml (" << member(entry, "volume_per_peak_gal")
            << " gal) per peak";
    }
    out << (from == "-" ? std::string(", from the first reading on") : ", from " + from) << "; "
        << member(entry, "note") << " (" << member(entry, "source") << ", " << member(entry, "entered") << ")"
        << (is_true(entry, "in_force") ? " *" : "") << '\n';
}

void print_list(const Json& list, std::ostream& out) {
    out << "sensor " << member(list, "sensor") << ": " << member(list, "volume_per_peak_ml") << " ml ("
        << member(list, "volume_per_peak_gal") << " gal) per peak"
        << (is_true(list, "calibrated") ? "" : ", uncalibrated") << '\n';
    const Json history = list.value("history", Json::array());
    if (history.empty()) return;
    out << "entered so far (* in force):\n";
    for (const Json& entry : history) print_entry(entry, out);
}

void print_proposal(const Json& proposal, std::ostream& out) {
    out << member(proposal, "volume_per_peak_ml") << " ml (" << member(proposal, "volume_per_peak_gal")
        << " gal) per peak, " << member(proposal, "change_percent") << " % from the present "
        << member(proposal, "present_ml") << " ml\n";
    if (proposal.contains("least_ml")) {
        out << member(proposal, "peaks") << " peaks counted; with one more or less it would be "
            << member(proposal, "least_ml") << " to " << member(proposal, "most_ml") << " ml\n";
    }
    if (proposal.contains("rms_residual")) {
        out << member(proposal, "readings") << " readings, RMS residual " << member(proposal, "rms_residual") << " "
            << member(proposal, "unit") << ", standard error " << member(proposal, "standard_error_ml") << " ml\n";
    }
    if (const std::string until = member(proposal, "holds_until"); until != "-") {
        out << "a later entry stays in force from " << until << " on; see millrace calibrate show\n";
    }
    if (is_true(proposal, "kept")) {
        const std::string number = member(proposal, "number");
        out << "kept as number " << number << "; take it back with: millrace calibrate undo " << number << '\n';
    } else {
        out << "not kept\n";
    }
}

int finish(const Answer& answer, void (*print)(const Json&, std::ostream&), const Console& console) {
    if (!answer) return fail(answer.error(), console.err);
    print(*answer, console.out);
    return kExitGood;
}

int show(const Session& session, const Console& console) {
    return finish(session.get(session.path("calibration")), print_list, console);
}

Json proposal(const CalibrateOptions& options, const char* method) {
    Json body{{"method", method}, {"dry_run", options.dry_run}};
    if (!options.from.empty()) body["from"] = options.from;
    return body;
}

int set(const Session& session, const CalibrateOptions& options, const Console& console) {
    Json body = proposal(options, "entered");
    if (options.ml_per_peak > 0) body["volume_per_peak_ml"] = options.ml_per_peak;
    if (options.gal_per_peak > 0) body["volume_per_peak_gal"] = options.gal_per_peak;
    return finish(session.ask("POST", session.path("calibration"), body), print_proposal, console);
}

std::optional<std::string> moment(const std::string& prompt, const Console& console) {
    console.out << prompt << std::flush;
    std::string line;
    if (!std::getline(console.in, line)) return std::nullopt;
    return base::to_rfc3339(console.clock.wall_now());
}

int draw(const Session& session, const CalibrateOptions& options, const Console& console) {
    Json body = proposal(options, "drawn");
    body["volume"] = options.volume;
    body["unit"] = options.unit;
    if (!options.started.empty()) {
        body["started"] = options.started;
        body["stopped"] = options.stopped;
        return finish(session.ask("POST", session.path("calibration"), body), print_proposal, console);
    }
    const auto started = moment("Close every tap. Then press Enter and draw the water into the vessel: ", console);
    const auto stopped =
        started ? moment("Press Enter when the vessel is full and the tap closed: ", console) : std::nullopt;
    if (!stopped) return fail({"the input ended before the water was drawn"}, console.err);
    body["started"] = *started;
    body["stopped"] = *stopped;
    body["dry_run"] = true;
    console.out << "Waiting up to two minutes for the last peaks ...\n";
    for (int asked = 0; asked < kMostAsks; ++asked) {
        console.wait(kAskAgainAfter);
        const Answer answer = session.ask("POST", session.path("calibration"), body);
        const bool settled = answer ? is_true(*answer, "settled") : answer.error().status != kNoResult;
        if (settled) break;
    }
    body["dry_run"] = options.dry_run;
    return finish(session.ask("POST", session.path("calibration"), body), print_proposal, console);
}

int reading(const Session& session, const CalibrateOptions& options, const Console& console) {
    const Json body{{"time", options.time.empty() ? base::to_rfc3339(console.clock.wall_now()) : options.time},
                    {"volume", options.volume},
                    {"unit", options.unit}};
    return finish(
        session.ask("POST", session.path("meter-readings"), body),
        [](const Json& kept, std::ostream& out) {
            out << "kept: " << member(kept, "volume") << " " << member(kept, "unit") << " at " << member(kept, "time")
                << '\n';
        },
        console);
}

void print_readings(const Json& readings, std::ostream& out) {
    for (const Json& item : readings.value("items", Json::array())) {
        out << "  " << member(item, "time") << "  " << member(item, "volume") << " " << member(readings, "unit")
            << "  peaks since the one before " << member(item, "peaks_since_previous") << "  residual "
            << member(item, "residual") << (is_true(item, "stands_out") ? "  stands out: check it" : "") << '\n';
    }
    if (const std::string problem = member(readings, "fit_problem"); problem != "-") out << problem << '\n';
}

int fit(const Session& session, CalibrateOptions options, const Console& console) {
    const Answer readings = session.get(session.path("meter-readings"));
    if (!readings) return fail(readings.error(), console.err);
    print_readings(*readings, console.out);
    if (member(*readings, "fit_problem") != "-") return kExitFailed;
    options.dry_run = !options.apply;
    return finish(session.ask("POST", session.path("calibration"), proposal(options, "meter_readings")), print_proposal,
                  console);
}

int undo(const Session& session, const CalibrateOptions& options, const Console& console) {
    return finish(session.ask("DELETE", session.path("calibration/" + std::to_string(options.number)), Json()),
                  print_list, console);
}

CLI::App* add_action(CLI::App& calibrate, CalibrateOptions& options, CalibrateAction action, const char* name,
                     const char* help) {
    CLI::App* command = calibrate.add_subcommand(name, help);
    command->callback([&options, action] { options.action = action; });
    command->add_option("--sensor", options.sensor, "The sensor's uuid; not needed when there is only one");
    return command;
}

void add_volume(CLI::App& command, CalibrateOptions& options) {
    command.add_option("--volume", options.volume, "The volume, in the unit of --unit")
        ->required()
        ->check(CLI::NonNegativeNumber);
    command.add_option("--unit", options.unit, "l, m3, gal, ft3 or ccf")
        ->check(CLI::IsMember({"l", "L", "m3", "gal", "ft3", "ccf"}))
        ->capture_default_str();
}

void add_from(CLI::App& command, CalibrateOptions& options) {
    command.add_option("--from", options.from,
                       "Since when it holds, such as 2026-05-01T00:00:00Z; else from the first reading on");
}

}  // namespace

CLI::App* add_calibrate(CLI::App& app, CalibrateOptions& options) {
    CLI::App* calibrate = app.add_subcommand("calibrate", "Tell the running daemon what a peak is worth");
    calibrate->require_subcommand(1);
    calibrate->fallthrough();
    add_daemon_options(*calibrate, options.daemon);
    add_action(*calibrate, options, CalibrateAction::Show, "show", "What is in force, and all that was entered");

    CLI::App* set = add_action(*calibrate, options, CalibrateAction::Set, "set", "Enter a volume per peak");
    auto* ml = set->add_option("--ml-per-peak", options.ml_per_peak, "Millilitres per peak");
    set->add_option("--gal-per-peak", options.gal_per_peak, "US gallons per peak")->excludes(ml);
    set->add_flag("--dry-run", options.dry_run, "Only say what it would be");
    add_from(*set, options);

    CLI::App* draw = add_action(*calibrate, options, CalibrateAction::Draw, "draw",
                                "Draw a known volume of water; asks when, unless --started and --stopped are given");
    add_volume(*draw, options);
    auto* started = draw->add_option("--started", options.started, "When drawing began");
    auto* stopped = draw->add_option("--stopped", options.stopped, "When drawing ended")->needs(started);
    started->needs(stopped);
    draw->add_flag("--dry-run", options.dry_run, "Only say what it would be");
    add_from(*draw, options);

    CLI::App* reading =
        add_action(*calibrate, options, CalibrateAction::Reading, "reading", "Note what the utility's meter shows");
    add_volume(*reading, options);
    reading->add_option("--time", options.time, "When it was read; else now");

    CLI::App* fit = add_action(*calibrate, options, CalibrateAction::Fit, "fit",
                               "Find the volume per peak from the meter's readings");
    fit->add_flag("--apply", options.apply, "Keep it");
    add_from(*fit, options);

    CLI::App* undo = add_action(*calibrate, options, CalibrateAction::Undo, "undo", "Take an entry back");
    undo->add_option("number", options.number, "The entry's number, as shown")->required();
    return calibrate;
}

int calibrate(const CalibrateOptions& options, const DaemonAddress& address, Console& console) {
    const auto session = Session::open(address, options.sensor);
    if (!session) return fail(session.error(), console.err);
    switch (options.action) {
        case CalibrateAction::Show: return show(*session, console);
        case CalibrateAction::Set: return set(*session, options, console);
        case CalibrateAction::Draw: return draw(*session, options, console);
        case CalibrateAction::Reading: return reading(*session, options, console);
        case CalibrateAction::Fit: return fit(*session, options, console);
        case CalibrateAction::Undo: return undo(*session, options, console);
    }
    return kExitFailed;
}

}  // namespace millrace::app
