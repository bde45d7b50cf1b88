#include "api/csv.h"

#include <array>
#include <charconv>
#include <utility>

#include "api/parameters.h"
#include "api/quantity.h"
#include "base/bytes.h"

namespace millrace::api {
CsvCell CsvCell::quoted(std::string_view text) {
    if (text.find_first_of(",\"\r\n") == std::string_view::npos) return text;
    std::string inner = "\"";
    for (const char c : text) inner += c == '"' ? std::string("\"\"") : std::string(1, c);
    return inner + '"';
}

CsvCell::CsvCell(double value) {
    std::array<char, 32> digits{};
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    text_.assign(digits.data(), written.ptr);
}

void Csv::row(const std::vector<CsvCell>& cells) {
    const char* between = "";
    for (const CsvCell& cell : cells) text_.append(std::exchange(between, ",")).append(cell.text());
    text_ += "\r\n";
}

std::string column(std::string_view what, base::VolumeUnit unit) {
    const bool litres = unit == base::VolumeUnit::Litre;
    return std::string(what).append("_").append(litres ? "l" : name(unit));
}

std::string flow_column(std::string_view what, base::VolumeUnit unit) {
    std::string text = std::string(what).append("_");
    for (const char c : flow_unit(unit)) text += c == '/' ? std::string("_per_") : std::string(1, c == 'L' ? 'l' : c);
    return text;
}

Response csv_response(std::string body) {
    Response response;
    response.content_type = "text/csv; charset=utf-8; header=present";
    response.body = std::move(body);
    return response;
}

void add_next_link(Response& response, const TextPairs& query, std::string_view cursor) {
    std::string link = "<?";
    for (const auto& [key, value] : query) {
        if (key != "cursor")
            link.append(base::percent_encoded(key)).append("=").append(base::percent_encoded(value)).append("&");
    }
    link.append("cursor=").append(base::percent_encoded(cursor)).append(">; rel=\"next\"");
    response.headers.emplace_back("Link", std::move(link));
}

}  // namespace millrace::api
