// YAML text as a tree of texts that know where they stood.
//
// Made from the library's events and not from its nodes, because its nodes let a repeated key pass and share what an
// alias names, so that a small file can stand for an endless one. Values stay text: "no" is the word no until a field
// asks for a boolean. Anchors, aliases, tags, a second document and depth are refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "settings/problem.h"

namespace millrace::settings {

struct MapEntry;

struct Node {
    enum class Kind : std::uint8_t { Nothing, Text, List, Map };

    Kind kind = Kind::Nothing;
    Position at;
    std::string text;
    std::vector<Node> items;
    std::vector<MapEntry> entries;  // no two with the same key
};

struct MapEntry {
    std::string key;
    Position at;
    Node value;
};

// The deepest path of the table has six levels.
inline constexpr std::size_t kMaxDepth = 16;

// The tree, or nothing when the text is not such YAML. What is wrong is added to `problems`; a repeated key is, too,
// but the tree is there without the repetition.
[[nodiscard]] std::optional<Node> read_yaml(std::string_view text, Problems& problems);

}  // namespace millrace::settings
