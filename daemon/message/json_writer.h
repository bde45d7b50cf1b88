// Compact JSON, member by member, in the order a bridge or its cloud writes it.
//
// For this room's .cpp files only. Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::message {

// Opens the object when made, and ends it with `close`. `out` must outlive the writer.
class ObjectWriter {
public:
    explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }

    void number(std::string_view key, std::int64_t value);
    void unsigned_number(std::string_view key, std::uint64_t value);
    void text(std::string_view key, std::string_view value);
    // `json` must be JSON text.
    void json(std::string_view key, std::string_view json);
    // The members of a JSON object given as text, as `MemberReader::rest` makes it; empty text adds nothing.
    void members_of(std::string_view object);
    void close() { out_ += '}'; }

private:
    void key(std::string_view key);

    std::string& out_;
    bool first_ = true;
};

// A JSON string with its quotes. Bytes that are not UTF-8 become replacement characters.
[[nodiscard]] std::string json_string(std::string_view text);

// `[`, each entry by `write(out, entry)`, `]`.
template <typename Entries, typename Write>
[[nodiscard]] std::string write_array(const Entries& entries, Write&& write) {
    std::string out = "[";
    for (const auto& entry : entries) {
        if (out.size() > 1) out += ',';
        write(out, entry);
    }
    out += ']';
    return out;
}

}  // namespace millrace::message
