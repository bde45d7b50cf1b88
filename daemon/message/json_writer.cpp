#include "message/json_writer.h"

#include <nlohmann/json.hpp>

namespace millrace::message {

void ObjectWriter::key(std::string_view key) {
    if (!first_) out_ += ',';
    first_ = false;
    out_ += '"';
    out_ += key;  // ours, or a number: nothing to escape
    out_ += "\":";
}

void ObjectWriter::number(std::string_view name, std::int64_t value) {
    key(name);
    out_ += std::to_string(value);
}

void ObjectWriter::unsigned_number(std::string_view name, std::uint64_t value) {
    key(name);
    out_ += std::to_string(value);
}

void ObjectWriter::text(std::string_view name, std::string_view value) {
    key(name);
    out_ += json_string(value);
}

void ObjectWriter::json(std::string_view name, std::string_view json) {
    key(name);
    out_ += json;
}

void ObjectWriter::members_of(std::string_view object) {
    if (object.size() <= 2) return;
    if (!first_) out_ += ',';
    first_ = false;
    out_ += object.substr(1, object.size() - 2);
}

std::string json_string(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace millrace::message
