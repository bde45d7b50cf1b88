#include "api/device_words.h"

#include <string>

#include <gtest/gtest.h>

#include "unit/api/device_history.h"
#include "unit/api/site_fixture.h"

namespace millrace::api {
namespace {

using nlohmann::json;

const base::WallTime kMorning = *base::from_rfc3339("2026-11-23T16:00:00Z");
constexpr const char* kMorningText = "2026-11-23T09:00:00-07:00";

// Knows that 32 is a sensor's battery, and that 2 is its reset.
class FewWords final : public ports::Vocabulary {
public:
    [[nodiscard]] ports::Meaning state(ports::DeviceKind kind, std::uint64_t key) const override {
        if (kind != ports::DeviceKind::Sensor || key != 32) return {};
        return {"battery_mv", "mV", ports::Certainty::Proven, "", false};
    }
    [[nodiscard]] ports::Meaning event(ports::DeviceKind kind, std::uint64_t type) const override {
        if (kind != ports::DeviceKind::Sensor || type != 2) return {};
        return {"device_reset", "", ports::Certainty::Likely, "n", true};
    }
};

class DeviceWords : public SiteTest {
protected:
    DeviceWords() {
        site_->dependencies.device_history = &history_of_devices_;
        site_->dependencies.words = &words_;
    }
    static std::string path(const base::DeviceId& device, const std::string& rest) {
        return "/api/v1/devices/" + device.str() + "/" + rest;
    }

    FakeDeviceHistory history_of_devices_;
    FewWords words_;
};

TEST_F(DeviceWords, StatesComeRawWithWhatIsKnownOfEachNumber) {
    history_of_devices_.reports = ports::DevicePage<ports::StateRecord>{
        {{kSensor, kMorning, kMorning + base::Seconds{2}, {{128, 5}, {32, 3012}}}}, std::nullopt};
    const json shown = parsed(get(path(kSensor, "states")));
    EXPECT_EQ(shown, json::parse(R"({"device": "0123456789ABCDEF", "kind": "sensor",
        "known": {"32": {"name": "battery_mv", "unit": "mV", "certainty": "proven", "note": null},
                  "128": {"name": null, "unit": null, "certainty": "unknown", "note": null}},
        "next_cursor": null,
        "items": [{"time": "2026-11-23T09:00:00-07:00", "received": "2026-11-23T09:00:02-07:00",
                   "values": {"128": 5, "32": 3012}}]})"));
    history_of_devices_.reports->records[0].device = kBridge;
    EXPECT_EQ(parsed(get(path(kBridge, "states")))["known"]["32"]["certainty"], "unknown")
        << "a bridge's 32 is another one";
}

TEST_F(DeviceWords, EventsNameTheirTypeAsText) {
    history_of_devices_.happened = ports::DevicePage<ports::EventRecord>{
        {{kSensor, kMorning, kMorning, 2, ""}, {kSensor, kMorning, kMorning, std::uint64_t{1} << 63, "why"}},
        std::nullopt};
    const json items = parsed(get(path(kSensor, "events")))["items"];
    EXPECT_EQ(items[0], json::parse(R"({"time": "2026-11-23T09:00:00-07:00", "received": "2026-11-23T09:00:00-07:00",
        "type": "2", "name": "device_reset", "certainty": "likely", "note": "n", "restart": true, "extra": null})"));
    EXPECT_EQ(items[1]["type"], "9223372036854775808");
    EXPECT_TRUE(items[1]["name"].is_null());
    EXPECT_EQ(items[1]["certainty"], "unknown");
    EXPECT_EQ(items[1]["restart"], false);
    EXPECT_EQ(items[1]["extra"], "why");
}

TEST_F(DeviceWords, LogLinesComeAsTheyAre) {
    history_of_devices_.lines =
        ports::DevicePage<ports::LogRecord>{{{kBridge, kMorning, kMorning, 1, 8, "Server error \"x\""}}, std::nullopt};
    const json shown = parsed(get(path(kBridge, "logs")));
    EXPECT_EQ(shown["kind"], "bridge");
    EXPECT_EQ(shown["items"][0], json({{"time", kMorningText},
                                       {"received", kMorningText},
                                       {"type", 1},
                                       {"level", 8},
                                       {"text", "Server error \"x\""}}));
}

TEST_F(DeviceWords, BootsSayHowFarBackWasLooked) {
    history_of_devices_.booted = ports::BootPage{{{kMorning, 3}}, kMorning - base::Seconds{3'600}, 17};
    const json shown = parsed(get(path(kBridge, "boots?cursor=99&limit=5&from=2026-11-01T00:00:00Z")));
    EXPECT_EQ(shown, json::parse(R"({"device": "FEDCBA9876543210", "kind": "bridge",
        "looked_from": "2026-11-23T08:00:00-07:00", "next_cursor": "17",
        "items": [{"received": "2026-11-23T09:00:00-07:00", "frames": 3}]})"));
    ASSERT_EQ(history_of_devices_.boot_queries.size(), 1U);
    const auto& query = history_of_devices_.boot_queries[0];
    EXPECT_EQ(query.device, kBridge);
    EXPECT_EQ(query.below, 99);
    EXPECT_EQ(query.limit, 5U);
    EXPECT_EQ(query.from, base::from_rfc3339("2026-11-01T00:00:00Z"));
    history_of_devices_.booted = ports::BootPage{};
    EXPECT_TRUE(parsed(get(path(kBridge, "boots")))["looked_from"].is_null());
}

TEST_F(DeviceWords, ACursorLeadsToThePageAfter) {
    const ports::PlaceInTime place{kMorning, 3};
    history_of_devices_.lines = ports::DevicePage<ports::LogRecord>{{}, place};
    const std::string cursor = parsed(get(path(kBridge, "logs")))["next_cursor"];
    ASSERT_EQ(get(path(kBridge, "logs?cursor=" + cursor)).status, 200);
    EXPECT_EQ(history_of_devices_.queries.back().after, place);
    for (const char* wrong :
         {"x", "1", "1.", ".1", "-1.1", "1.0", "1.-1", "1.1x", "99999999999999999999.1", "1.99999999999"}) {
        EXPECT_EQ(get(path(kBridge, std::string("logs?cursor=") + wrong)).status, 400) << wrong;
    }
}

TEST_F(DeviceWords, MistakesAreNamedAndStrangersUnknown) {
    for (const char* list : {"states", "events", "logs", "boots"}) {
        EXPECT_EQ(get(path(*base::DeviceId::parse("00000000000000AA"), list)).status, 404) << list;
        const std::string known = path(kBridge, list);
        EXPECT_EQ(get(known + "?limit=501").status, 400) << list;
        EXPECT_EQ(get(known + "?limit=0").status, 400) << list;
        EXPECT_EQ(get(known + "?no=1").status, 400) << list;
        EXPECT_EQ(get(known + "?from=2026-11-02T00:00:00Z&to=2026-11-01T00:00:00Z").status, 400) << list;
    }
    EXPECT_TRUE(history_of_devices_.queries.empty());
    ASSERT_EQ(get(path(kSensor, "logs")).status, 200);
    EXPECT_EQ(history_of_devices_.queries[0].limit, kDefaultReportsPerPage);
    history_of_devices_.lines = base::failure(base::Error{"busy"});
    EXPECT_EQ(get(path(kSensor, "logs")).status, 503);
}

}  // namespace
}  // namespace millrace::api
