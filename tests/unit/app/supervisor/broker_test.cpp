#include "app/supervisor/broker.h"

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/system_clock.h"

namespace millrace::app {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

BrokerAnswer answer(int status, const std::string& body) {
    return read_broker(notify::HttpAnswer{status, body});
}

TEST(SupervisorBrokerAnswer, TheDocumentedReplyIsALogin) {
    const auto read = answer(200, R"({"result": "ok", "data": {"addon": "core_mosquitto", "host": "core-mosquitto",
        "port": 1883, "ssl": false, "username": "addons", "password": "hush", "protocol": "3.1.1"}})");
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, (ports::BrokerLogin{"core-mosquitto", 1883, false, "addons", "hush"}));
}

TEST(SupervisorBrokerAnswer, ALoginMayBeMissing) {
    const auto read = answer(200, R"({"data": {"host": "10.0.0.1", "port": 8883, "ssl": true, "username": null}})");
    ASSERT_TRUE(read);
    EXPECT_EQ(*read, (ports::BrokerLogin{"10.0.0.1", 8883, true, "", ""}));
}

TEST(SupervisorBrokerAnswer, NoProviderAndNoRightAreNoFailure) {
    for (const int status : {400, 403, 404}) {
        const auto read = answer(status, R"({"result": "error", "message": "Service not enabled"})");
        ASSERT_FALSE(read);
        EXPECT_FALSE(read.error().failed) << status;
        EXPECT_THAT(read.error().why, HasSubstr("Mosquitto broker"));
    }
}

TEST(SupervisorBrokerAnswer, WhatIsNoAnswerIsAFailureAndTheOldLoginStays) {
    EXPECT_TRUE(read_broker(base::failure(base::Error{"cannot connect"})).error().failed);
    EXPECT_TRUE(answer(401, "").error().failed);
    EXPECT_TRUE(answer(502, "").error().failed);
    for (const char* body :
         {"", "[]", R"({"data": 1})", R"({"data": {}})", R"({"data": {"host": ""}})", R"({"data": {"host": 7}})",
          R"({"data": {"host": "a", "port": 0}})", R"({"data": {"host": "a", "port": "1883"}})",
          R"({"data": {"host": "a", "ssl": 1}})", R"({"data": {"host": "a", "password": ["hush"]}})"}) {
        const auto read = answer(200, body);
        ASSERT_FALSE(read) << body;
        EXPECT_TRUE(read.error().failed) << body;
        EXPECT_THAT(read.error().why, Not(HasSubstr("hush")));
    }
}

// Runs what is posted on the test's thread.
class Loop {
public:
    notify::Worker::Post post() {
        return [this](std::function<void()> work) {
            const std::lock_guard lock(mutex_);
            posted_.push_back(std::move(work));
        };
    }
    bool run_until(const std::function<bool()>& done) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
        while (!done() && std::chrono::steady_clock::now() < deadline) {
            std::vector<std::function<void()>> work;
            {
                const std::lock_guard lock(mutex_);
                work.swap(posted_);
            }
            for (const auto& each : work) each();
            std::this_thread::yield();
        }
        return done();
    }

private:
    std::mutex mutex_;
    std::vector<std::function<void()>> posted_;
};

TEST(SupervisorBroker, AsksWithTheTokenAndAnswersOnTheLoop) {
    Loop loop;
    const base::SystemClock clock;
    notify::HttpRequest asked;
    SupervisorHome home;
    home.token = "tk";
    SupervisorBroker broker(home, clock, loop.post(), [&](const notify::HttpRequest& request, notify::Cancel&) {
        asked = request;
        return notify::HttpAnswer{200, R"({"data": {"host": "core-mosquitto"}})"};
    });
    std::optional<BrokerAnswer> heard;
    std::thread::id there;
    broker.ask([&](BrokerAnswer what) {
        heard = std::move(what);
        there = std::this_thread::get_id();
    });
    EXPECT_FALSE(heard) << "never before it returns";
    ASSERT_TRUE(loop.run_until([&] { return heard.has_value(); }));
    EXPECT_EQ(there, std::this_thread::get_id());
    ASSERT_TRUE(*heard);
    EXPECT_EQ((**heard).host, "core-mosquitto");
    EXPECT_EQ(asked.url, "http://supervisor/services/mqtt");
    EXPECT_EQ(asked.headers, (decltype(asked.headers){{"Authorization", "Bearer tk"}}));
    EXPECT_EQ(asked.body, "") << "a GET";
}

TEST(SupervisorBroker, AfterAStopItAnswersNobodyButSaysSo) {
    Loop loop;
    const base::SystemClock clock;
    SupervisorBroker broker({}, clock, loop.post(), [](const notify::HttpRequest&, notify::Cancel&) {
        return notify::HttpAnswer{200, ""};
    });
    bool first = false;
    broker.ask([&](const BrokerAnswer&) { first = true; });
    ASSERT_TRUE(loop.run_until([&] { return first; }));
    broker.stop();
    std::optional<BrokerAnswer> heard;
    broker.ask([&](BrokerAnswer what) { heard = std::move(what); });
    ASSERT_TRUE(loop.run_until([&] { return heard.has_value(); }));
    EXPECT_TRUE(heard->error().failed);
}

}  // namespace
}  // namespace millrace::app
