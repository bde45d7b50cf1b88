#include "app/evaluation/labelled_events.h"

#include <gtest/gtest.h>

#include "trace_folder.h"

namespace millrace::app {
namespace {

constexpr const char* kEventsHeader = "start_unix,end_unix,volume_ml,label\n";

base::Result<std::vector<LabelledEvent>, base::Error> read_events(const std::string& text) {
    const TraceFolder folder;
    folder.write("events.csv", text);
    return read_labelled_events(folder.file("events.csv"));
}

std::string complaint(const std::string& rows) {
    const auto events = read_events(kEventsHeader + rows);
    if (events) return "none";
    const std::string& message = events.error().message;
    return message.substr(message.find("events.csv"));
}

TEST(LabelledEvents, AreReadByStartInOurCategories) {
    const auto events = read_events(std::string(kEventsHeader) +
                                    "200,230,500,washbasin\r\n100,90,9000,toilet\n\n300,360,10000,washing_machine\n");
    ASSERT_TRUE(events) << events.error().message;
    ASSERT_EQ(events->size(), 3U);
    EXPECT_EQ((*events)[0].category, classify::Category::Toilet);
    EXPECT_EQ((*events)[0].end_s, 101) << "an event has a length";
    EXPECT_EQ((*events)[1].category, classify::Category::Faucet);
    EXPECT_EQ((*events)[1].volume, base::Volume{500'000});
    EXPECT_EQ((*events)[2].category, classify::Category::ClothesWasher);
}

TEST(LabelledEvents, WhatIsWrongIsNamedWithItsLine) {
    EXPECT_EQ(complaint("1,2,3,toilet\n1,2,3,fountain\n"), "events.csv:3: \"fountain\" is no kind of use");
    EXPECT_EQ(complaint("1,2,3\n"), "events.csv:2: a row is start_unix,end_unix,volume_ml,label");
    EXPECT_EQ(complaint("1,2,-3,toilet\n"),
              "events.csv:2: start, end and volume are whole numbers of unix seconds and millilitres");
    EXPECT_EQ(complaint("1,2,3,toilet,more\n"), "events.csv:2: \"toilet,more\" is no kind of use");
    EXPECT_FALSE(read_events("start,end\n"));
    EXPECT_FALSE(read_events(""));
    EXPECT_FALSE(read_labelled_events("/nonexistent/events.csv"));
}

}  // namespace
}  // namespace millrace::app
