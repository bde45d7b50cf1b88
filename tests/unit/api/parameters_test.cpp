#include "api/parameters.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace millrace::api {
namespace {

Request with(TextPairs query) {
    Request request;
    request.query = std::move(query);
    return request;
}

std::vector<std::string> refused(Parameters& parameters) {
    std::vector<std::string> names;
    const auto response = parameters.problem();
    if (!response) return names;
    EXPECT_EQ(response->status, 400u);
    EXPECT_EQ(response->content_type, "application/problem+json");
    const auto document = nlohmann::json::parse(response->body);
    for (const auto& error : document.at("errors")) names.push_back(error.at("parameter"));
    return names;
}

TEST(Parameters, ReadsEveryType) {
    const Request request = with({{"from", "2026-11-23T00:00:00-07:00"},
                                  {"limit", "7"},
                                  {"cursor", "abc"},
                                  {"unit", "ccf"},
                                  {"bucket", "month"},
                                  {"time_zone", "America/Denver"}});
    Parameters parameters(request);
    EXPECT_EQ(parameters.time("from"), base::from_rfc3339("2026-11-23T07:00:00Z"));
    EXPECT_EQ(parameters.count("limit", 5, 10), 7u);
    EXPECT_EQ(parameters.text("cursor", 10), "abc");
    EXPECT_EQ(parameters.unit("unit", base::VolumeUnit::Litre), base::VolumeUnit::Ccf);
    EXPECT_EQ(parameters.bucket("bucket", base::CalendarUnit::Hour), base::CalendarUnit::Month);
    EXPECT_EQ(parameters.time_zone("time_zone", {}).name(), "America/Denver");
    EXPECT_FALSE(parameters.problem());
}

TEST(Parameters, AbsentOnesTakeTheirDefault) {
    const Request request = with({});
    Parameters parameters(request);
    EXPECT_FALSE(parameters.time("from"));
    EXPECT_EQ(parameters.count("limit", 5, 10), 5u);
    EXPECT_EQ(parameters.unit("unit", base::VolumeUnit::Gallon), base::VolumeUnit::Gallon);
    EXPECT_FALSE(parameters.problem());
}

TEST(Parameters, OneAnswerNamesEveryMistake) {
    const Request request = with({{"from", "yesterday"}, {"limit", "0"}, {"unit", "pint"}, {"form", "x"}});
    Parameters parameters(request);
    (void)parameters.time("from");
    (void)parameters.count("limit", 5, 10);
    (void)parameters.unit("unit", base::VolumeUnit::Litre);
    EXPECT_EQ(refused(parameters), (std::vector<std::string>{"from", "limit", "unit", "form"}));
}

TEST(Parameters, TimesNeedAZoneAndASaneYear) {
    for (const char* text : {"", "2026-11-23", "2026-11-23T00:00:00", "1700000000", "1969-12-31T23:59:59Z",
                             "2200-01-01T00:00:00Z", "2026-13-01T00:00:00Z"}) {
        const Request request = with({{"from", text}});
        Parameters parameters(request);
        EXPECT_FALSE(parameters.time("from")) << text;
        EXPECT_EQ(refused(parameters), std::vector<std::string>{"from"}) << text;
    }
}

TEST(Parameters, CountsStayWithinTheirRange) {
    for (const char* text : {"", "-1", "0", "11", "5x", " 5", "1e1", "99999999999999999999999"}) {
        const Request request = with({{"limit", text}});
        Parameters parameters(request);
        (void)parameters.count("limit", 5, 10);
        EXPECT_EQ(refused(parameters), std::vector<std::string>{"limit"}) << text;
    }
}

TEST(Parameters, TwiceIsAMistake) {
    const Request request = with({{"unit", "L"}, {"unit", "gal"}});
    Parameters parameters(request);
    (void)parameters.unit("unit", base::VolumeUnit::Litre);
    EXPECT_EQ(refused(parameters), std::vector<std::string>{"unit"});
}

TEST(Parameters, TimeZonesComeFromTheDatabaseOnly) {
    for (const char* text : {"", "Mars/Olympus", "../../../etc/passwd", "/etc/localtime"}) {
        const Request request = with({{"time_zone", text}});
        Parameters parameters(request);
        (void)parameters.time_zone("time_zone", {});
        EXPECT_EQ(refused(parameters), std::vector<std::string>{"time_zone"}) << text;
    }
}

}  // namespace
}  // namespace millrace::api
