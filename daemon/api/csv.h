// Answers as CSV (RFC 4180, with a line of names), for spreadsheets. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/request.h"
#include "base/units.h"

namespace millrace::api {

// A value, written as JSON would write it. Text must need no quotes: our own words and times.
class CsvCell {
public:
    // Text that people wrote, in quotes where it needs them.
    [[nodiscard]] static CsvCell quoted(std::string_view text);
    CsvCell(std::string_view text) : text_(text) {}
    CsvCell(const std::string& text) : text_(text) {}
    CsvCell(const char* text) : text_(text) {}
    CsvCell(std::int64_t value) : text_(std::to_string(value)) {}
    CsvCell(double value);
    CsvCell(bool value) : text_(value ? "true" : "false") {}
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string text_;
};

class Csv {
public:
    explicit Csv(const std::vector<CsvCell>& names) { row(names); }
    void row(const std::vector<CsvCell>& cells);
    [[nodiscard]] std::string text() && { return std::move(text_); }

private:
    std::string text_;
};

// "volume_l": a column of numbers carries its unit in its name, in lower case.
[[nodiscard]] std::string column(std::string_view what, base::VolumeUnit unit);
// "mean_flow_l_per_min"
[[nodiscard]] std::string flow_column(std::string_view what, base::VolumeUnit unit);

[[nodiscard]] Response csv_response(std::string body);

// Where the page after is to be had, for an answer whose body has no room to say it: a Link header (RFC 8288) with the
// parameters asked with and this cursor.
void add_next_link(Response& response, const TextPairs& query, std::string_view cursor);

}  // namespace millrace::api
