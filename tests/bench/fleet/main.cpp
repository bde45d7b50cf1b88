// millrace_fleet: what fleet.py runs against the daemon.
//
// Goes through the phases that it is told and writes a JSON object in a line on standard output as each begins and
// ends; whoever reads them looks at the daemon's CPU time and memory at these moments. Exits with 0 when everything was
// acknowledged, 1 when not, 2 for wrong options.
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iostream>
#include <sstream>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "bench/fleet/crowd.h"

namespace millrace::fleet {
namespace {

using base::Milliseconds;
using nlohmann::json;

// All that is waited for comes sooner, or the bench has failed.
constexpr Milliseconds kPatience{300'000};
// Between two phases, so that what one leaves to do is not counted as the next one's.
constexpr Milliseconds kRest{1'000};
// At ten times the households' rate, before the daemon is killed in the midst of it.
constexpr Milliseconds kRunUp{3'000};

double cpu_s() {
    rusage used{};
    (void)getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

void allow_many_descriptors() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

float percentile(std::vector<float>& values, double share) {
    if (values.empty()) return 0;
    const auto at = std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())));
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
    return values[at];
}

class Phases {
public:
    Phases(Crowd& crowd, Milliseconds household, Milliseconds tenfold)
        : crowd_(crowd), household_(household), tenfold_(tenfold) {}

    // False for a name that is no phase's.
    bool run(const std::string& name) {
        if (name == "killed") {
            crowd_.set_speed(10);
            crowd_.run_for(kRunUp);
        }
        begin(name);
        bool good = true;
        if (name == "connect") {
            crowd_.start();
            good = wait(&Crowd::served);
        } else if (name == "household") {
            crowd_.run_for(household_);
        } else if (name == "tenfold") {
            crowd_.set_speed(10);
            crowd_.run_for(tenfold_);
            crowd_.set_speed(1);
        } else if (name == "cut") {
            crowd_.cut_all();
            good = wait(&Crowd::online);
        } else if (name == "power") {
            crowd_.power_cycle_all();
            good = wait(&Crowd::served);
        } else if (name == "killed") {  // the reader kills the daemon now, in the midst of it, and starts it again
            good = crowd_.run_until([this] { return crowd_.online() == 0; }, kPatience) && wait(&Crowd::online);
            crowd_.set_speed(1);
        } else if (name == "finish") {
            crowd_.finish_all();
            good = wait(&Crowd::done);
        } else {
            return false;
        }
        all_good_ = all_good_ && good;
        end(name, good);
        if (name != "finish") crowd_.run_for(kRest);
        return true;
    }
    [[nodiscard]] bool all_good() const { return all_good_; }

private:
    bool wait(std::size_t (Crowd::*count)() const) {
        return crowd_.run_until([this, count] { return (crowd_.*count)() == crowd_.size(); }, kPatience);
    }

    void begin(const std::string& name) {
        (void)crowd_.take_waits();
        before_ = crowd_.counts();
        cpu_before_ = cpu_s();
        began_ = clock_.steady_now();
        std::cout << json{{"begins", name}}.dump() << std::endl;
    }

    void end(const std::string& name, bool good) {
        const double seconds = std::chrono::duration<double>(clock_.steady_now() - began_).count();
        const double cpu = cpu_s() - cpu_before_;
        const CrowdCounts after = crowd_.counts();
        std::vector<float> waits = crowd_.take_waits();
        const float longest = waits.empty() ? 0 : *std::max_element(waits.begin(), waits.end());
        std::cout << json{{"ends", name},
                          {"good", good},
                          {"seconds", seconds},
                          {"load_cpu_s", cpu},
                          {"publishes", after.sums.publishes - before_.sums.publishes},
                          {"pubacks", after.acknowledged_messages - before_.acknowledged_messages},
                          {"samples", after.sums.samples_acknowledged - before_.sums.samples_acknowledged},
                          {"broken", after.broken - before_.broken},
                          {"unreadable", after.sums.unreadable},
                          {"heartbeats", after.sums.heartbeats - before_.sums.heartbeats},
                          {"left", after.left},
                          {"given_up", after.given_up},
                          {"online", crowd_.online()},
                          {"served", crowd_.served()},
                          {"p50_ms", percentile(waits, 0.5)},
                          {"p99_ms", percentile(waits, 0.99)},
                          {"longest_ms", longest}}
                         .dump()
                  << std::endl;
    }

    Crowd& crowd_;
    Milliseconds household_;
    Milliseconds tenfold_;
    base::SystemClock clock_;
    CrowdCounts before_;
    double cpu_before_ = 0;
    base::SteadyTime began_;
    bool all_good_ = true;
};

int run(int argc, char** argv) {
    CLI::App app{"Emulated bridges by the thousand against one daemon"};
    CrowdSettings settings{0, 100, *payload::SecretKey::from_bytes(base::Bytes(32, 0)), "", 7.0, Milliseconds{10'000}};
    std::string key_file;
    double household_s = 60;
    double tenfold_s = 60;
    double connect_s = 10;
    std::vector<std::string> phases;
    app.add_option("--port", settings.port, "The daemon's, on 127.0.0.1")->required();
    app.add_option("--bridges", settings.bridges)->check(CLI::Range(1, 20'000))->capture_default_str();
    app.add_option("--key-file", key_file, "64 hexadecimal digits: every bridge's key")->required();
    app.add_option("--ledger", settings.ledger, "Gets sensor,timestamp,value of each acknowledged sample")->required();
    app.add_option("--hour", settings.local_hour, "Of the households' day")->capture_default_str();
    app.add_option("--connect-within", connect_s, "Seconds over which the first connections are spread")
        ->capture_default_str();
    app.add_option("--household", household_s, "Seconds of that phase")->capture_default_str();
    app.add_option("--tenfold", tenfold_s, "Seconds of that phase")->capture_default_str();
    app.add_option("phases", phases, "connect, household, tenfold, cut, power, killed, finish")->required();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    std::string digits;
    std::ifstream(key_file) >> digits;
    const auto bytes = base::from_hex(digits);
    auto key = bytes ? payload::SecretKey::from_bytes(*bytes) : std::nullopt;
    if (!key) {
        std::cerr << key_file << " holds no key" << std::endl;
        return 2;
    }
    settings.key = *key;
    const auto milliseconds = [](double seconds) { return Milliseconds{static_cast<std::int64_t>(seconds * 1000)}; };
    settings.connect_within = milliseconds(connect_s);
    allow_many_descriptors();
    Crowd crowd(settings);
    Phases course(crowd, milliseconds(household_s), milliseconds(tenfold_s));
    for (const std::string& phase : phases) {
        if (course.run(phase)) continue;
        std::cerr << phase << " is no phase" << std::endl;
        return 2;
    }
    const CrowdCounts counts = crowd.counts();
    crowd.stop();
    return course.all_good() && counts.left + counts.given_up == 0 ? 0 : 1;
}

}  // namespace
}  // namespace millrace::fleet

int main(int argc, char** argv) {
    return millrace::fleet::run(argc, argv);
}
