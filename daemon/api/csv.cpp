#include "api/csv.h"

#include <array>
#include <cctype>
#include <charconv>
#include <utility>

#include "api/parameters.h"
#include "api/quantity.h"

namespace millrace::api {
namespace {

// Everything but what RFC 3986 calls unreserved.
std::string percent_encoded(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789ABCDEF";
    constexpr std::string_view kPlain = "-._~";
    std::string encoded;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isalnum(byte) != 0 || kPlain.find(c) != std::string_view::npos) {
            encoded += c;
        } else {
            encoded.append("%").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
        }
    }
    return encoded;
}

}  // namespace

CsvCell::CsvCell(double value) {
    std::array<char, 32> digits{};
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    text_.assign(digits.data(), written.ptr);
}

void Csv::row(std::initializer_list<CsvCell> cells) {
    const char* between = "";
    for (const CsvCell& cell : cells) text_.append(std::exchange(between, ",")).append(cell.text());
    text_ += "\r\n";
}

std::string column(std::string_view column, base::VolumeUnit unit) {
    return std::string(column).append("_").append(name(unit));
}

std::string flow_column(std::string_view column, base::VolumeUnit unit) {
    std::string text = std::string(column).append("_").append(flow_unit(unit));
    text.replace(text.find('/'), 1, "_per_");
    return text;
}

Response csv_response(std::string body) {
    Response response;
    response.content_type = "text/csv; charset=utf-8; header=present";
    response.body = std::move(body);
    return response;
}

void add_next_link(Response& response, const Request& request, std::string_view cursor) {
    std::string link = "<?";
    for (const auto& [key, value] : request.query) {
        if (key != "cursor") link.append(percent_encoded(key)).append("=").append(percent_encoded(value)).append("&");
    }
    link.append("cursor=").append(percent_encoded(cursor)).append(">; rel=\"next\"");
    response.headers.emplace_back("Link", std::move(link));
}

}  // namespace millrace::api
