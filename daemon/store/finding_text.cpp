#include "store/finding_text.h"

#include <nlohmann/json.hpp>

namespace millrace::store {
namespace {

constexpr const char* kSince = "since_ms";
constexpr const char* kAt = "at_ms";
constexpr const char* kVolume = "volume_ul";
constexpr const char* kRate = "rate_ul_s";
constexpr const char* kAtLeast = "at_least_ul_s";
constexpr const char* kMeasure = "measure";
constexpr const char* kObserved = "observed";
constexpr const char* kLimit = "limit";
constexpr const char* kSource = "source";
constexpr const char* kUsual = "usual";
constexpr const char* kLearnedDays = "learned_days";

}  // namespace

std::string to_text(const detect::Finding& finding) {
    auto object = nlohmann::json::object();
    const auto put = [&object](const char* key, std::int64_t value) {
        if (value != 0) object[key] = value;
    };
    put(kSince, base::unix_ms(finding.since));
    put(kAt, base::unix_ms(finding.at));
    put(kVolume, finding.volume.microlitres);
    put(kRate, finding.rate.microlitres_per_second);
    put(kAtLeast, finding.at_least.microlitres_per_second);
    put(kMeasure, static_cast<std::int64_t>(finding.measure));
    put(kObserved, finding.observed);
    put(kLimit, finding.limit);
    put(kSource, static_cast<std::int64_t>(finding.source));
    put(kUsual, finding.usual);
    put(kLearnedDays, finding.learned_days);
    return object.dump();
}

detect::Finding finding_from(std::string_view text) {
    const auto object = nlohmann::json::parse(text, nullptr, false);
    const auto get = [&object](const char* key, std::int64_t otherwise = 0) {
        if (!object.is_object()) return otherwise;
        const auto found = object.find(key);
        return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : otherwise;
    };
    detect::Finding finding;
    finding.since = base::from_unix_ms(get(kSince));
    finding.at = base::from_unix_ms(get(kAt));
    finding.volume = {get(kVolume)};
    finding.rate = {get(kRate)};
    finding.at_least = {get(kAtLeast)};
    finding.measure = static_cast<detect::Measure>(get(kMeasure, static_cast<std::int64_t>(detect::Measure::None)));
    finding.observed = get(kObserved);
    finding.limit = get(kLimit);
    finding.source =
        static_cast<detect::LimitSource>(get(kSource, static_cast<std::int64_t>(detect::LimitSource::Fallback)));
    finding.usual = get(kUsual);
    finding.learned_days = static_cast<int>(get(kLearnedDays));
    return finding;
}

}  // namespace millrace::store
