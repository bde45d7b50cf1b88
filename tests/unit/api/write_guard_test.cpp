#include "api/write_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::api {
namespace {

using ::testing::HasSubstr;

Request good() {
    Request request;
    request.method = Method::Post;
    request.host = "127.0.0.1:8099";
    request.content_type = "application/json";
    request.from_loopback = true;
    return request;
}

unsigned status_of(const Request& request) {
    const auto refusal = write_problem(request);
    return refusal ? refusal->status : 0;
}

TEST(WriteGuard, LetsAProgramOnThisMachineThrough) {
    EXPECT_EQ(status_of(good()), 0u);
    for (const auto host : {"localhost", "LOCALHOST:80", "[::1]:8099", "192.168.1.4", "127.0.0.1"}) {
        Request request = good();
        request.host = host;
        EXPECT_EQ(status_of(request), 0u) << host;
    }
}

TEST(WriteGuard, RefusesOtherMachinesAndProxies) {
    Request remote = good();
    remote.from_loopback = false;
    EXPECT_EQ(status_of(remote), 403u);
    EXPECT_THAT(write_problem(remote)->body, HasSubstr("machine"));
    Request forwarded = good();
    forwarded.forwarded = true;
    EXPECT_EQ(status_of(forwarded), 403u);
}

// A stranger's name can be made to point at the loopback address.
TEST(WriteGuard, RefusesNames) {
    for (const auto host : {"", "evil.example", "evil.example:8099", "127.0.0.1.evil.example", "localhost.evil.example",
                            "1.2.3", "1.2.3.", "[::1", "[x]", "::1", "127.0.0.1:80x"}) {
        Request request = good();
        request.host = host;
        EXPECT_EQ(status_of(request), 403u) << host;
    }
}

TEST(WriteGuard, RefusesPagesOfAnotherOrigin) {
    Request request = good();
    request.origin = "http://127.0.0.1:8099";
    EXPECT_EQ(status_of(request), 0u);
    for (const auto origin :
         {"null", "http://evil.example", "http://127.0.0.1", "http://127.0.0.1:8098", "https://127.0.0.1:8099",
          "http://127.0.0.1:8099.evil.example", "http://localhost:8099"}) {
        request.origin = origin;
        EXPECT_EQ(status_of(request), 403u) << origin;
    }
}

TEST(WriteGuard, TakesJsonOnly) {
    Request request = good();
    for (const auto type : {"application/json", "application/json; charset=utf-8", "Application/JSON ;x=y"}) {
        request.content_type = type;
        EXPECT_EQ(status_of(request), 0u) << type;
    }
    // What a form of any page can send without being asked.
    for (const auto type : {"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data",
                            "application/jsonp", "text/plain;application/json"}) {
        request.content_type = type;
        EXPECT_EQ(status_of(request), 415u) << type;
    }
    request.method = Method::Delete;
    EXPECT_EQ(status_of(request), 0u);
}

class PlainCodes : public ports::AnswerCodes {
    std::string code(std::int64_t incident, std::string_view answer) const override {
        return std::to_string(incident) + "-" + std::string(answer);
    }
};

Request button(std::string id, std::string answer, std::string code) {
    Request request;
    request.method = Method::Post;
    request.segments = {"api", "v1", "alarms", std::move(id), std::move(answer)};
    request.query = {{"code", std::move(code)}};
    return request;
}

TEST(WriteGuard, AButtonsCodeIsGoodForItsAnswerToItsAlarmOnly) {
    const PlainCodes codes;
    EXPECT_TRUE(bears_code(button("7", "acknowledge", "7-acknowledge"), codes));
    EXPECT_TRUE(bears_code(button("7", "snooze", "7-snooze"), codes));
    EXPECT_FALSE(bears_code(button("8", "acknowledge", "7-acknowledge"), codes));
    EXPECT_FALSE(bears_code(button("7", "snooze", "7-acknowledge"), codes));
    EXPECT_FALSE(bears_code(button("7", "acknowledge", "7-acknowledg"), codes));
    EXPECT_FALSE(bears_code(button("7", "acknowledge", ""), codes));
    EXPECT_FALSE(bears_code(button("7x", "acknowledge", "7-acknowledge"), codes));
    EXPECT_FALSE(bears_code(button("7", "not-a-leak", "7-not-a-leak"), codes)) << "no notice has such a button";
    Request elsewhere = button("7", "acknowledge", "7-acknowledge");
    elsewhere.segments[2] = "channels";
    EXPECT_FALSE(bears_code(elsewhere, codes));
    Request without = button("7", "acknowledge", "");
    without.query.clear();
    EXPECT_FALSE(bears_code(without, codes));
    Request put = button("7", "acknowledge", "7-acknowledge");
    put.method = Method::Put;
    EXPECT_FALSE(bears_code(put, codes));
}

}  // namespace
}  // namespace millrace::api
