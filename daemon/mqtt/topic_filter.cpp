#include "mqtt/topic_filter.h"

namespace millrace::mqtt {
namespace {

// Takes the first level off `rest`. `more` tells whether another level, perhaps an empty one, follows.
std::string_view take_level(std::string_view& rest, bool& more) {
    const std::size_t slash = rest.find('/');
    const std::string_view level = rest.substr(0, slash);
    more = slash != std::string_view::npos;
    rest = more ? rest.substr(slash + 1) : std::string_view{};
    return level;
}

}  // namespace

bool is_topic_name(std::string_view topic) {
    return !topic.empty() && topic.find_first_of("+#") == std::string_view::npos;
}

bool is_topic_filter(std::string_view filter) {
    if (filter.empty()) return false;
    bool more = true;
    while (more) {
        const std::string_view level = take_level(filter, more);
        if (level == "#") return !more;
        if (level != "+" && level.find_first_of("+#") != std::string_view::npos) return false;
    }
    return true;
}

bool matches(std::string_view topic_filter, std::string_view topic) {
    if (topic_filter.empty() || topic.empty()) return false;
    if (topic.front() == '$' && (topic_filter.front() == '+' || topic_filter.front() == '#')) return false;
    bool more_filter = true;
    bool more_topic = true;
    while (more_filter) {
        const std::string_view wanted = take_level(topic_filter, more_filter);
        if (wanted == "#") return true;  // also the parent level: "a/#" matches "a"
        if (!more_topic) return false;
        const std::string_view level = take_level(topic, more_topic);
        if (wanted != "+" && wanted != level) return false;
    }
    return !more_topic;
}

}  // namespace millrace::mqtt
