// Topic names and topic filters (section 4.7 of the standard). Any thread.
#pragma once

#include <string_view>

namespace millrace::mqtt {

// A topic name has at least one character and no wildcard. That it is UTF-8 is the parser's matter.
[[nodiscard]] bool is_topic_name(std::string_view topic);

// A topic filter has at least one character; + fills a whole level, # fills the last one.
[[nodiscard]] bool is_topic_filter(std::string_view filter);

// Whether a valid topic filter with + and # matches a topic name. A filter that begins with a wildcard matches no
// topic that begins with $.
[[nodiscard]] bool matches(std::string_view topic_filter, std::string_view topic);

}  // namespace millrace::mqtt
