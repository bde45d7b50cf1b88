#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <string_view>

#include "emulate/water.h"

namespace millrace::emulate {
namespace {

struct Row {
    std::int64_t unix_s = 0;
    double total = 0;
};

struct Unit {
    std::string_view name;
    double millilitres;  // 0: the total counts peaks
};

constexpr std::array<Unit, 4> kUnits{{{"peaks", 0}, {"pulses", 0}, {"ml", 1}, {"l", 1000}}};
constexpr std::string_view kHeaderStart = "unix_timestamp,cumulative_";

template <typename Number>
bool read_number(std::string_view text, Number& number) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size();
}

std::string_view without_line_end(std::string_view line) {
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    return line;
}

std::optional<Row> read_row(std::string_view line) {
    line = without_line_end(line);
    const std::size_t comma = line.find(',');
    if (comma == std::string_view::npos) return std::nullopt;
    Row row;
    if (!read_number(line.substr(0, comma), row.unix_s)) return std::nullopt;
    if (!read_number(line.substr(comma + 1), row.total)) return std::nullopt;
    // Far inside what the millisecond arithmetic and the peak counts hold.
    if (std::abs(row.unix_s) > 100'000'000'000 || !(row.total >= 0 && row.total < 1e15)) return std::nullopt;
    return row;
}

std::optional<Unit> read_header(std::string_view line) {
    line = without_line_end(line);
    if (!line.starts_with(kHeaderStart)) return std::nullopt;
    for (const Unit& unit : kUnits) {
        if (line.substr(kHeaderStart.size()) == unit.name) return unit;
    }
    return std::nullopt;
}

class Trace final : public Water {
public:
    static base::Result<std::unique_ptr<Trace>, base::Error> open(const TraceSettings& settings) {
        auto trace = std::make_unique<Trace>();
        trace->file_.open(settings.file);
        if (!trace->file_) return base::failure(base::Error{"cannot read the trace " + settings.file});
        std::string header;
        std::getline(trace->file_, header);
        const std::optional<Unit> unit = read_header(header);
        if (!unit) {
            return base::failure(
                base::Error{"the trace " + settings.file +
                            " does not begin with the line unix_timestamp,cumulative_<peaks|pulses|ml|l>"});
        }
        if (unit->millilitres > 0) trace->peaks_per_unit_ = unit->millilitres / settings.ml_per_peak;
        const std::optional<Row> first = trace->next_row();
        if (!first) return base::failure(base::Error{"the trace " + settings.file + " has no rows"});
        trace->last_ = trace->first_ = *first;
        if (settings.start) trace->shift_ = *settings.start - base::from_unix_s(first->unix_s);
        return trace;
    }

    [[nodiscard]] base::WallTime start() const { return base::from_unix_s(first_.unix_s) + shift_; }

    std::optional<Step> next() override {
        while (const std::optional<Row> row = next_row()) {
            if (row->unix_s < last_.unix_s || row->total < last_.total) continue;
            last_ = *row;
            // Rounded from the trace's start on, so that fractions of a peak are never lost.
            const auto peaks =
                static_cast<std::int64_t>(std::floor((row->total - first_.total) * peaks_per_unit_ + 1e-6));
            if (peaks <= peaks_) continue;
            const Step step{base::from_unix_s(row->unix_s) + shift_, base::PeakCount{peaks - peaks_}};
            peaks_ = peaks;
            return step;
        }
        return std::nullopt;
    }

private:
    std::optional<Row> next_row() {
        std::string line;
        while (std::getline(file_, line)) {
            if (const std::optional<Row> row = read_row(line)) return row;
        }
        return std::nullopt;
    }

    std::ifstream file_;
    double peaks_per_unit_ = 1;
    base::Milliseconds shift_{0};
    Row first_;
    Row last_;
    std::int64_t peaks_ = 0;  // given out so far
};

}  // namespace

base::Result<std::unique_ptr<Water>, base::Error> open_trace(const TraceSettings& settings) {
    auto trace = Trace::open(settings);
    if (!trace) return base::failure(trace.error());
    return std::unique_ptr<Water>(std::move(*trace));
}

base::Result<base::WallTime, base::Error> trace_start(const std::string& file) {
    TraceSettings settings;
    settings.file = file;
    const auto trace = Trace::open(settings);
    if (!trace) return base::failure(trace.error());
    return (*trace)->start();
}

}  // namespace millrace::emulate
