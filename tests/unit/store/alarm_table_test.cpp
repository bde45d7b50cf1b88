#include "store/alarm_table.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include "alarm_records.h"
#include "little_house.h"
#include "store/finding_text.h"

namespace millrace::store::test {
namespace {

using detect::IncidentState;
using ports::DeliveryState;

constexpr std::int64_t kDay = 86'400;

std::int64_t count(const TempDir& dir, const std::string& table) {
    SQLite::Database file(dir.database());
    return file.execAndGet("SELECT count(*) FROM " + table).getInt64();
}

std::vector<std::int64_t> numbers(const std::vector<ports::DeliveryRecord>& deliveries) {
    std::vector<std::int64_t> found;
    for (const auto& each : deliveries) found.push_back(each.number);
    return found;
}

std::vector<std::int64_t> ids(const std::vector<detect::Incident>& incidents) {
    std::vector<std::int64_t> found;
    for (const auto& each : incidents) found.push_back(each.id);
    return found;
}

TEST(AlarmTable, IncidentComesBackWithEveryMember) {
    const TempDir dir;
    const detect::Incident whole = incident(5);
    detect::Incident cleared = incident(6, IncidentState::Cleared);
    cleared.snoozed_until.reset();
    detect::Incident plain;
    plain.id = 7;
    plain.device = kBridge;
    {
        Database store = open_store(dir);
        append(store, {raised(whole), raised(cleared), raised(plain)});
    }
    const ports::StoredState state = open_store(dir).load().value();
    EXPECT_EQ(state.incidents, (std::vector{whole, cleared, plain}));
    EXPECT_EQ(state.last_incident, 7);
}

TEST(AlarmTable, LaterEventReplacesTheIncidentAndKeepsItsHistory) {
    const TempDir dir;
    Database store = open_store(dir);
    append(store, {raised(incident(5))});
    detect::Incident later = incident(5, IncidentState::Acknowledged);
    later.answered_by = "api";
    append(store, {ports::AlarmRecord{alarm_event(later, detect::Change::Acknowledged, 1'700'000'100, "api")}});
    EXPECT_EQ(store.load().value().incidents, std::vector{later});
    EXPECT_EQ(count(dir, "incident_events"), 2);
}

TEST(AlarmTable, RestartKnowsOpenIncidentsAndTheHundredClearedLast) {
    const TempDir dir;
    Database store = open_store(dir);
    std::vector<Entry> entries{raised(incident(1)), raised(incident(2, IncidentState::Cleared))};
    detect::Incident long_lasting = incident(3, IncidentState::Cleared);
    long_lasting.cleared = at_s(1'800'000'000);
    entries.push_back(raised(long_lasting));
    for (std::int64_t id = 4; id <= 103; ++id) entries.push_back(raised(incident(id, IncidentState::Cleared)));
    append(store, entries);
    const ports::StoredState state = store.load().value();
    std::vector<std::int64_t> expected{1, 3};
    for (std::int64_t id = 5; id <= 103; ++id) expected.push_back(id);
    EXPECT_EQ(ids(state.incidents), expected);
    EXPECT_EQ(state.last_incident, 103);
    EXPECT_EQ(count(dir, "incidents"), 103);
}

TEST(AlarmTable, SameUseIsKeptOnceAndAnOverlappedOneBesideIt) {
    const TempDir dir;
    Database store = open_store(dir);
    detect::Use changed = use(100, 160);
    changed.end = at_s(170);
    detect::Use beside = use(100, 120);
    beside.overlapped = true;
    append(store, {used(use(100, 160)), used(changed), used(beside), used(use(100, 160, 5)), used(changed, kBridge)});
    EXPECT_EQ(count(dir, "uses"), 4);
}

TEST(AlarmTable, NoticesThatWaitComeBackWithEveryMemberAndEachChannelsLastSuccess) {
    const TempDir dir;
    const auto waiting = delivery(4, "mail");
    const auto retried_late = [] {
        auto made = delivery(2, "phone", DeliveryState::Delivered);
        made.delivered = at_s(1'700'009'000);
        return made;
    }();
    {
        Database store = open_store(dir);
        append(store, {delivery(1, "mail", DeliveryState::Delivered), retried_late,
                       delivery(3, "phone", DeliveryState::Delivered), delivery(9, "phone", DeliveryState::GivenUp),
                       delivery(10, "phone", DeliveryState::Superseded), delivery(5, "phone"), waiting});
    }
    const ports::StoredState state = open_store(dir).load().value();
    EXPECT_EQ(state.deliveries, (std::vector{waiting, delivery(5, "phone"),
                                             delivery(1, "mail", DeliveryState::Delivered), retried_late}));
    EXPECT_EQ(state.last_delivery, 10);
}

TEST(AlarmTable, DeliveredNoticeWaitsNoMore) {
    const TempDir dir;
    Database store = open_store(dir);
    append(store, {delivery(1)});
    EXPECT_EQ(numbers(store.load().value().deliveries), std::vector<std::int64_t>{1});
    append(store, {delivery(1, "phone", DeliveryState::GivenUp)});
    EXPECT_TRUE(store.load().value().deliveries.empty());
    EXPECT_EQ(count(dir, "deliveries"), 1);
}

TEST(AlarmTable, OldNoticesGoButNotThoseThatWaitNorTheLastSuccess) {
    const TempDir dir;
    Database store = open_store(dir);
    const std::int64_t old = 1'700'000'000;
    std::vector<Entry> entries{delivery(1, "phone", DeliveryState::Waiting, old),
                               delivery(2, "phone", DeliveryState::Delivered, old),
                               delivery(3, "phone", DeliveryState::Delivered, old + 1),
                               delivery(4, "phone", DeliveryState::GivenUp, old),
                               delivery(5, "mail", DeliveryState::Superseded, old),
                               delivery(6, "mail", DeliveryState::GivenUp, old + 2 * kDay)};
    append(store, entries);
    append(store, {delivery(7, "phone", DeliveryState::Waiting, old + 30 * kDay)});
    EXPECT_EQ(count(dir, "deliveries"), 7) << "thirty days are not over thirty days";
    append(store, {delivery(8, "phone", DeliveryState::Waiting, old + 31 * kDay)});
    EXPECT_EQ(count(dir, "deliveries WHERE number IN (1, 3, 6, 7, 8)"), 5);
    EXPECT_EQ(count(dir, "deliveries"), 5);
}

TEST(AlarmTable, NoMoreThanTenThousandNoticesStay) {
    const TempDir dir;
    Database store = open_store(dir);
    std::vector<Entry> entries;
    for (std::int64_t number = 1; number <= 10'100; ++number) {
        entries.push_back(delivery(number, "phone", number == 7 ? DeliveryState::Waiting : DeliveryState::GivenUp));
    }
    append(store, entries);
    EXPECT_EQ(count(dir, "deliveries"), 10'001);
    EXPECT_EQ(count(dir, "deliveries WHERE number <= 100"), 1);
}

TEST(AlarmTable, NewestNumberStaysWhateverTheClockSays) {
    const TempDir dir;
    Database store = open_store(dir);
    append(store, {delivery(2, "phone", DeliveryState::GivenUp, 1'000'000'000)});
    append(store, {delivery(1, "phone", DeliveryState::GivenUp, 1'700'000'000)});
    EXPECT_EQ(store.load().value().last_delivery, 2);
}

TEST(AlarmTable, RebuildAndRetentionLeaveAllOfItAlone) {
    const TempDir dir;
    Database store = open_store(dir);
    LittleHouse house;
    append_live(store, house, house_days(40));
    append(store, {raised(incident(5)), used(use(100, 160)), delivery(1),
                   labelled(use(100, 160), {"toilet", "guest bath", "Ada", at_s(1)}),
                   told(use(100, 160), classify::Verdict{classify::Category::Faucet, 0.5, 0, false, "", {}}),
                   ports::CategoryTotalsRecord{kSensor, {{}, {}, {17}}}});
    const ports::StoredState before = store.load().value();
    LittleHouse again;
    rebuild(store, again);
    RetentionLimits limits;
    limits.older_than = base::from_unix_ms(4'000'000'000'000);
    for (;;) {
        const auto step = store.retain([] { return std::make_unique<LittleHouse>(); }, limits, all());
        ASSERT_TRUE(step) << step.error().message;
        if (*step != RetentionStep::More) break;
    }
    EXPECT_GT(store.archive().dropped_by_age, 0);
    const ports::StoredState after = store.load().value();
    EXPECT_EQ(after.incidents, before.incidents);
    EXPECT_EQ(after.deliveries, before.deliveries);
    EXPECT_EQ(count(dir, "uses"), 1);
    EXPECT_EQ(count(dir, "use_labels WHERE category = 'toilet' AND name = 'guest bath'"), 1);
    EXPECT_EQ(count(dir, "use_verdicts WHERE category = 'faucet'"), 1);
    EXPECT_EQ(count(dir, "category_totals WHERE told_ul = 17"), 1);
    EXPECT_EQ(count(dir, "incident_events"), 1);
}

TEST(FindingText, HoldsNumbersOnlyAndNoZeros) {
    detect::Finding finding;
    finding.measure = detect::Measure::Flow;
    finding.observed = 7;
    finding.detail = "elsewhere";
    EXPECT_EQ(to_text(finding), R"({"measure":2,"observed":7,"source":1})");
}

TEST(FindingText, ReadsWhatIsDamagedAsNothingToCompare) {
    for (const char* text : {"", "{", "[]", "null", R"({"measure":"x","observed":1.5})", "\xff"}) {
        const detect::Finding finding = finding_from(text);
        EXPECT_EQ(finding.measure, detect::Measure::None) << text;
        EXPECT_EQ(finding.observed, 0) << text;
    }
}

}  // namespace
}  // namespace millrace::store::test
