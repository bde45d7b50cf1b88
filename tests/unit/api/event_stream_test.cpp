#include "api/event_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace millrace::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Sink : public StreamSink {
public:
    void send(std::string_view more) override {
        text += more;
        queued += more.size();
    }
    std::size_t waiting() const override { return queued; }
    bool open() const override { return is_open; }
    // As a client that has read all.
    std::string take() {
        queued = 0;
        return std::exchange(text, {});
    }
    std::string text;
    std::size_t queued = 0;
    bool is_open = true;
};

class EventStreamTest : public ::testing::Test {
protected:
    std::shared_ptr<Sink> open(std::string last_id = {}, std::vector<std::string> types = {}) {
        auto sink = std::make_shared<Sink>();
        stream_.open(sink, {std::move(types), std::move(last_id), "10.0.0.1"});
        return sink;
    }
    EventStream stream_{"abc", [this] { return "{\"now\":" + std::to_string(++snapshots_) + "}"; }};
    int snapshots_ = 0;
};

TEST_F(EventStreamTest, BeginsWithASnapshotAndGoesOnWithEvents) {
    const auto sink = open();
    EXPECT_THAT(sink->take(), HasSubstr("event: snapshot\nid: abc-0\ndata: {\"now\":1}\n\n"));
    stream_.publish("sensor", "{\"flow\":1}");
    EXPECT_EQ(sink->take(), "event: sensor\nid: abc-1\ndata: {\"flow\":1}\n\n");
}

TEST_F(EventStreamTest, GivesWhatAClientMissed) {
    stream_.publish("sensor", "1");
    stream_.publish("alarm", "2");
    stream_.publish("sensor", "3");
    const std::string text = open("abc-1")->take();
    EXPECT_THAT(text, Not(HasSubstr("snapshot")));
    EXPECT_THAT(text, Not(HasSubstr("id: abc-1\n")));
    EXPECT_THAT(text, HasSubstr("id: abc-2\n"));
    EXPECT_THAT(text, HasSubstr("id: abc-3\n"));
    EXPECT_THAT(open("abc-3")->take(), Not(HasSubstr("data")));
}

TEST_F(EventStreamTest, AnIdThatSaysNothingHereGetsASnapshot) {
    stream_.publish("sensor", "1");
    for (const auto id : {"abd-1", "abc-2", "abc-", "abc-x", "abc", "abc-99999999999999999999999", "-1"}) {
        EXPECT_THAT(open(id)->take(), HasSubstr("snapshot")) << id;
    }
    for (std::size_t i = 0; i < EventStream::kKeptEvents; ++i) stream_.publish("sensor", "x");
    EXPECT_THAT(open("abc-0")->take(), HasSubstr("snapshot"));
    EXPECT_THAT(open("abc-1")->take(), Not(HasSubstr("snapshot")));
}

TEST_F(EventStreamTest, KeepsNoMoreThanItsBytes) {
    const std::string large(EventStream::kKeptBytes / 4, 'x');
    for (int i = 0; i < 8; ++i) stream_.publish("sensor", large);
    EXPECT_THAT(open("abc-4")->take(), HasSubstr("snapshot"));
    EXPECT_THAT(open("abc-6")->take(), Not(HasSubstr("snapshot")));
}

TEST_F(EventStreamTest, SendsOnlyTheTypesAskedFor) {
    const auto sink = open("abc-0", {"alarm"});
    stream_.publish("sensor", "1");
    stream_.publish("alarm", "2");
    const std::string text = sink->take();
    EXPECT_THAT(text, Not(HasSubstr("sensor")));
    EXPECT_THAT(text, HasSubstr("id: abc-2\n"));
}

TEST_F(EventStreamTest, AClientThatNeverReadsCostsNoMoreThanItsQueue) {
    const auto sink = open();
    sink->take();
    const std::string data(1000, 'x');
    for (int i = 0; i < 10'000; ++i) stream_.publish("sensor", data);
    EXPECT_LE(sink->queued, EventStream::kQueueBytes);
    EXPECT_EQ(snapshots_, 1);
}

TEST_F(EventStreamTest, ASlowClientGetsASnapshotOnceItHasTakenWhatWaited) {
    const auto sink = open();
    const std::string data(1000, 'x');
    for (int i = 0; i < 100; ++i) stream_.publish("sensor", data);
    EXPECT_THAT(sink->take(), Not(HasSubstr("id: abc-100\n")));
    stream_.publish("sensor", "101");
    EXPECT_THAT(sink->take(), HasSubstr("event: snapshot\nid: abc-101\n"));
    stream_.publish("sensor", "102");
    EXPECT_THAT(sink->take(), HasSubstr("id: abc-102\n"));
}

TEST_F(EventStreamTest, CommentsKeepProxiesAwakeAndBringTheSnapshotToo) {
    const auto sink = open();
    sink->take();
    stream_.comment();
    EXPECT_EQ(sink->take(), ":\n\n");
    for (int i = 0; i < 100; ++i) stream_.publish("sensor", std::string(1000, 'x'));
    sink->take();
    stream_.comment();
    EXPECT_THAT(sink->take(), HasSubstr("snapshot"));
}

TEST_F(EventStreamTest, ForgetsClientsThatWentAway) {
    const auto sink = open();
    const auto other = open();
    EXPECT_EQ(stream_.clients(), 2u);
    EXPECT_EQ(stream_.clients_of("10.0.0.1"), 2u);
    sink->is_open = false;
    EXPECT_EQ(stream_.clients(), 1u);
    EXPECT_EQ(stream_.clients_of("10.0.0.2"), 0u);
}

TEST_F(EventStreamTest, WhatIsForgottenIsMadeGoodByASnapshot) {
    stream_.publish("sensor", "1");
    stream_.forget();
    EXPECT_THAT(open("abc-1")->take(), HasSubstr("snapshot"));
    EXPECT_THAT(open("abc-2")->take(), Not(HasSubstr("snapshot")));
}

TEST_F(EventStreamTest, BegunAnewEverybodyGetsASnapshot) {
    const auto sink = open();
    const auto slow = open();
    sink->take();
    stream_.begin_anew();
    EXPECT_THAT(sink->take(), HasSubstr("event: snapshot\nid: abc-1\n"));
    EXPECT_THAT(slow->take(), Not(HasSubstr("abc-1"))) << "it has not taken the first";
    stream_.publish("sensor", "1");
    EXPECT_THAT(slow->take(), HasSubstr("event: snapshot\nid: abc-2\n"));
    EXPECT_THAT(open("abc-0")->take(), HasSubstr("snapshot"));
}

}  // namespace
}  // namespace millrace::api
