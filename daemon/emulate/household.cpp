// A made-up household. Each local day is drawn when it begins, from its own seed, as a list of uses with a start, a
// length and a flow; the meter turns with the sum of the flows that run. Numbers are the usual ones of water-use
// studies, rounded: they make believable days, nothing is measured.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "emulate/random.h"
#include "emulate/water.h"

namespace millrace::emulate {
namespace {

struct Use {
    base::WallTime begins;
    base::WallTime ends;
    double ml_per_ms = 0;
};

constexpr base::Milliseconds kDay = std::chrono::hours{24};

class Household final : public Water {
public:
    explicit Household(const HouseholdSettings& settings) : settings_(settings), now_(settings.start) {
        day_ = std::chrono::floor<std::chrono::days>(settings.start + settings.utc_offset);
        // Uses that began the day before may still run.
        day_ -= std::chrono::days{1};
        draw_day();
        look_at_uses();
    }

    std::optional<Step> next() override {
        constexpr double kNever = 1e18;
        while (true) {
            const double missing_ml = settings_.ml_per_peak - since_peak_ml_;
            const double wait_ms = ml_per_ms_ > 0 ? missing_ml / ml_per_ms_ : kNever;
            const base::Milliseconds steady = change_ - now_;
            if (wait_ms > static_cast<double>(steady.count())) {
                since_peak_ml_ += ml_per_ms_ * static_cast<double>(steady.count());
                now_ = change_;
                look_at_uses();
                continue;
            }
            const base::Milliseconds wait{static_cast<std::int64_t>(std::ceil(wait_ms))};
            now_ += wait;
            since_peak_ml_ += ml_per_ms_ * static_cast<double>(wait.count()) - settings_.ml_per_peak;
            return Step{now_, base::PeakCount{1}};
        }
    }

private:
    // The moment at which the day that is drawn next begins.
    [[nodiscard]] base::WallTime day_start() const { return base::WallTime{day_} - settings_.utc_offset; }

    // The flow from now on, and when it changes next: at the latest when another day is to be drawn.
    void look_at_uses() {
        while (day_start() - kDay <= now_) draw_day();
        std::erase_if(uses_, [&](const Use& use) { return use.ends <= now_; });
        ml_per_ms_ = 0;
        change_ = day_start() - kDay;
        for (const Use& use : uses_) {
            const bool runs = use.begins <= now_;
            if (runs) ml_per_ms_ += use.ml_per_ms;
            change_ = std::min(change_, runs ? use.ends : use.begins);
        }
    }

    void add(double hour, double seconds, double litres_per_minute) {
        Use use;
        use.begins = day_start() + base::Milliseconds{static_cast<std::int64_t>(hour * 3'600'000)};
        use.ends = use.begins + base::Milliseconds{static_cast<std::int64_t>(std::max(seconds, 1.0) * 1000)};
        use.ml_per_ms = std::max(litres_per_minute, 0.5) / 60;
        uses_.push_back(use);
    }

    // Mostly in the morning and in the evening.
    static double waking_hour(Random& random) {
        if (random.chance(0.4)) return random.around(7.3, 0.8);
        if (random.chance(0.5)) return random.around(19.5, 1.5);
        return random.between(8.5, 22.5);
    }

    void draw_day() {
        const auto number = static_cast<std::uint64_t>(day_.time_since_epoch().count());
        Random random(settings_.seed * 0x9E3779B97F4A7C15 + number);
        for (int person = 0; person < settings_.people; ++person) draw_person(random);
        if (random.chance(0.35)) draw_washing_machine(random);
        if (settings_.irrigation && number % 2 == 0) {
            for (int zone = 0; zone < 3; ++zone) add(4.5 + zone * 0.26, 900, random.around(15, 0.4));
        }
        day_ += std::chrono::days{1};
    }

    void draw_person(Random& random) {
        if (random.chance(0.8)) {
            const double hour = random.chance(0.7) ? random.around(6.9, 0.4) : random.around(21, 0.6);
            add(hour, random.around(480, 120), random.around(8, 0.8));
        }
        const int flushes = static_cast<int>(random.between(4, 7));
        for (int i = 0; i < flushes; ++i) {
            const double hour = random.chance(0.12) ? random.between(0, 5) : waking_hour(random);
            add(hour, random.around(65, 5), random.around(5.6, 0.3));
            if (random.chance(0.8)) add(hour + 75.0 / 3600, random.between(5, 20), random.around(4, 0.8));
        }
        const int taps = static_cast<int>(random.between(8, 16));
        for (int i = 0; i < taps; ++i) add(waking_hour(random), random.between(3, 60), random.between(1.5, 6));
    }

    void draw_washing_machine(Random& random) {
        const double hour = random.between(9, 20);
        for (const double minutes : {0.0, 24.0, 36.0, 48.0}) {
            add(hour + minutes / 60, random.around(110, 8), random.around(8.5, 0.3));
        }
    }

    HouseholdSettings settings_;
    base::WallTime now_;
    std::chrono::sys_days day_;  // the day to draw next
    std::vector<Use> uses_;
    double ml_per_ms_ = 0;  // that flows from now_ until change_
    base::WallTime change_;
    double since_peak_ml_ = 0;
};

}  // namespace

std::unique_ptr<Water> make_household(const HouseholdSettings& settings) {
    return std::make_unique<Household>(settings);
}

}  // namespace millrace::emulate
