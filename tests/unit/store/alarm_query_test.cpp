#include "store/alarm_query.h"

#include <gtest/gtest.h>

#include "alarm_records.h"
#include "store/export.h"
#include "store/reader.h"

namespace millrace::store::test {
namespace {

using detect::Change;
using detect::IncidentState;

class AlarmQueryTest : public ::testing::Test {
protected:
    void SetUp() override { reader_.start(); }

    template <typename T, typename Query>
    std::vector<T> ask(void (Reader::*question)(Query, ports::History::Answer<std::vector<T>>), Query query) {
        std::optional<base::Result<std::vector<T>, base::Error>> answer;
        (reader_.*question)(std::move(query), [&](auto result) { answer = std::move(result); });
        EXPECT_TRUE(loop_.run_until([&] { return answer.has_value(); }));
        EXPECT_TRUE(*answer);
        return answer->value_or(std::vector<T>{});
    }

    std::vector<std::int64_t> incident_ids(const ports::IncidentQuery& query) {
        std::vector<std::int64_t> ids;
        for (const detect::Incident& each : ask(&Reader::incidents, query)) ids.push_back(each.id);
        return ids;
    }

    std::vector<std::int64_t> starts(const ports::UseQuery& query) {
        std::vector<std::int64_t> seconds;
        for (const ports::KeptUse& each : ask(&Reader::uses, query)) seconds.push_back(base::unix_s(each.use.start));
        return seconds;
    }

    std::optional<ports::KeptUse> one(const ports::OneUseQuery& query) {
        std::optional<base::Result<std::optional<ports::KeptUse>, base::Error>> answer;
        reader_.use(query, [&](auto result) { answer = std::move(result); });
        EXPECT_TRUE(loop_.run_until([&] { return answer.has_value(); }));
        return answer->value_or(std::nullopt);
    }

    static ports::UseQuery uses_in(std::int64_t from, std::int64_t to, std::size_t limit = 1'000) {
        return {kSensor, at_s(from), at_s(to), limit, {}};
    }

    using Numbers = std::vector<std::int64_t>;

    TempDir dir_;
    FakeLoop loop_;
    Database store_ = open_store(dir_);
    Reader reader_{dir_.database(), loop_.post()};
};

TEST_F(AlarmQueryTest, IncidentsComeWholeAndTheNewestFirst) {
    append(store_, {raised(incident(1)), raised(incident(2, IncidentState::Cleared))});
    const auto found = ask(&Reader::incidents, ports::IncidentQuery{});
    EXPECT_EQ(found, (std::vector{incident(2, IncidentState::Cleared), incident(1)}));
}

TEST_F(AlarmQueryTest, IncidentsByDeviceAndByWhenTheyWereRaised) {
    detect::Incident bridge = incident(3);
    bridge.device = kBridge;
    append(store_, {raised(incident(1)), raised(incident(2)), raised(bridge), raised(incident(4))});
    EXPECT_EQ(incident_ids({kSensor, {}, {}, 100, {}}), (Numbers{4, 2, 1}));
    EXPECT_EQ(incident_ids({kBridge, {}, {}, 100, {}}), (Numbers{3}));
    const auto raised_at = [](std::int64_t id) { return at_s(1'700'000'000 + id); };
    EXPECT_EQ(incident_ids({{}, raised_at(2), {}, 100, {}}), (Numbers{4, 3, 2}));
    EXPECT_EQ(incident_ids({{}, {}, raised_at(2), 100, {}}), (Numbers{1}));
    EXPECT_EQ(incident_ids({kSensor, raised_at(1), raised_at(3), 100, {}}), (Numbers{2, 1}));
}

TEST_F(AlarmQueryTest, PagesOfIncidentsMeet) {
    std::vector<Entry> entries;
    for (std::int64_t id = 1; id <= 5; ++id) entries.push_back(raised(incident(id)));
    append(store_, entries);
    EXPECT_EQ(incident_ids({kSensor, {}, {}, 2, {}}), (Numbers{5, 4}));
    append(store_, {raised(incident(6))});
    EXPECT_EQ(incident_ids({kSensor, {}, {}, 2, 4}), (Numbers{3, 2}));
    EXPECT_EQ(incident_ids({kSensor, {}, {}, 2, 2}), (Numbers{1}));
    EXPECT_EQ(incident_ids({kSensor, {}, {}, 2, 1}), Numbers{});
}

TEST_F(AlarmQueryTest, HistoryTellsHowTheIncidentStoodAtEachStep) {
    const auto first = alarm_event(incident(1, IncidentState::Raised), Change::Raised, 1'700'000'001);
    auto worse_incident = incident(1, IncidentState::Raised);
    worse_incident.finding.rule = detect::Rule::Burst;
    worse_incident.finding.observed = 77;
    worse_incident.note = "";
    const auto worse = alarm_event(worse_incident, Change::Escalated, 1'700'000'000);  // the clock was set back
    const auto other = alarm_event(incident(2), Change::Raised, 1'700'000'001);
    const auto cleared = alarm_event(incident(1, IncidentState::Cleared), Change::Cleared, 1'700'000'009, "Ada");
    append(store_, {ports::AlarmRecord{first}, ports::AlarmRecord{other}, ports::AlarmRecord{worse}});
    append(store_, {ports::AlarmRecord{cleared}});
    EXPECT_EQ(ask(&Reader::incident_history, ports::IncidentHistoryQuery{1}), (std::vector{first, worse, cleared}));
    EXPECT_TRUE(ask(&Reader::incident_history, ports::IncidentHistoryQuery{3}).empty());
}

TEST_F(AlarmQueryTest, HistoryIsTheNewestPartOfAnEndlessOne) {
    std::vector<Entry> entries;
    constexpr auto kEvents = static_cast<std::int64_t>(kMaxIncidentEvents) + 5;
    for (std::int64_t i = 0; i < kEvents; ++i) {
        entries.emplace_back(ports::AlarmRecord{alarm_event(incident(1), Change::Noted, i)});
    }
    append(store_, entries);
    const auto events = ask(&Reader::incident_history, ports::IncidentHistoryQuery{1});
    ASSERT_EQ(events.size(), kMaxIncidentEvents);
    EXPECT_EQ(events.front().at, at_s(5));
    EXPECT_EQ(events.back().at, at_s(kEvents - 1));
}

TEST_F(AlarmQueryTest, UsesComeWholeAndOnlyTheSensors) {
    detect::Use whole = use(100, 160);
    whole.overlapped = true;
    append(store_, {used(whole), used(use(100, 160), kBridge)});
    EXPECT_EQ(ask(&Reader::uses, uses_in(0, 1'000)), std::vector{ports::KeptUse{whole}});
}

TEST_F(AlarmQueryTest, UsesHaveTheNewestLabelThatIsTheirOwn) {
    const ports::UseLabel toilet{"toilet", "guest \xe2\x80\x93 bath", "Ada", at_s(1'700'000'000)};
    const ports::UseLabel shower{"shower", "", "api", at_s(1'700'000'001)};
    detect::Use beside = use(10, 20);
    beside.overlapped = true;
    append(store_, {used(use(10, 20)), used(beside), used(use(30, 40)), used(use(10, 20), kBridge),
                    labelled(use(10, 20), shower), labelled(use(10, 20), toilet), labelled(use(30, 40), shower)});
    const auto labels = [this] {
        std::vector<std::string> found;
        for (const auto& each : ask(&Reader::uses, uses_in(0, 100))) {
            found.push_back(each.label ? each.label->category : "-");
        }
        return found;
    };
    EXPECT_EQ(labels(), (std::vector<std::string>{"toilet", "-", "shower"}));
    EXPECT_EQ(one({kSensor, ports::key_of(use(10, 20))})->label, toilet);
    append(store_, {labelled(use(30, 40), {"", "", "Ada", at_s(2)})});
    EXPECT_EQ(labels(), (std::vector<std::string>{"toilet", "-", "-"}));
    append(store_, {used(use(10, 20))});
    EXPECT_EQ(labels().at(0), "toilet") << "a use that is written again is the same";
}

TEST_F(AlarmQueryTest, OneUseIsFoundByItsKeyAndNoOther) {
    append(store_, {used(use(10, 20)), used(use(10, 20, 7))});
    EXPECT_EQ(one({kSensor, ports::key_of(use(10, 20, 7))})->use, use(10, 20, 7));
    EXPECT_FALSE(one({kSensor, ports::key_of(use(10, 20, 8))}));
    EXPECT_FALSE(one({kSensor, {at_s(11), false, {7}}}));
    EXPECT_FALSE(one({kSensor, {at_s(10), true, {7}}}));
    EXPECT_FALSE(one({kBridge, ports::key_of(use(10, 20))}));
}

TEST_F(AlarmQueryTest, UsesNameTheNewestAlarmWhoseWaterRanAtTheSameTime) {
    const auto alarm = [](std::int64_t id, std::int64_t since, std::int64_t at, IncidentState state) {
        detect::Incident made = incident(id, state);
        made.finding.since = at_s(since);
        made.finding.at = at_s(at);
        made.raised = at_s(at - 5);
        if (state == IncidentState::Cleared) made.cleared = at_s(at + 60);
        return made;
    };
    detect::Incident silent = alarm(5, 0, 900, IncidentState::Cleared);
    silent.finding.rule = detect::Rule::SensorSilent;
    detect::Incident other = alarm(6, 0, 900, IncidentState::Cleared);
    other.device = kBridge;
    append(store_,
           {raised(alarm(1, 100, 200, IncidentState::Cleared)), raised(alarm(2, 190, 300, IncidentState::Cleared)),
            raised(alarm(3, 500, 600, IncidentState::Raised)), raised(silent), raised(other), used(use(50, 99)),
            used(use(90, 150)), used(use(195, 250)), used(use(310, 320)), used(use(700, 710))});
    std::vector<std::int64_t> alarms;
    for (const auto& each : ask(&Reader::uses, uses_in(0, 1'000))) alarms.push_back(each.alarm.value_or(0));
    EXPECT_EQ(alarms, (Numbers{0, 1, 2, 0, 3}));
    EXPECT_EQ(one({kSensor, ports::key_of(use(90, 150))})->alarm, 1);
}

TEST_F(AlarmQueryTest, UsesAreThoseThatOverlapTheRange) {
    append(store_, {used(use(10, 20)), used(use(15, 400)), used(use(30, 40)), used(use(50, 50)), used(use(60, 70))});
    EXPECT_EQ(starts(uses_in(0, 100)), (Numbers{10, 15, 30, 50, 60}));
    EXPECT_EQ(starts(uses_in(20, 30)), (Numbers{15}));
    EXPECT_EQ(starts(uses_in(19, 31)), (Numbers{10, 15, 30}));
    EXPECT_EQ(starts(uses_in(50, 60)), (Numbers{15, 50}));
    EXPECT_EQ(starts(uses_in(399, 500)), (Numbers{15}));
    EXPECT_EQ(starts(uses_in(400, 500)), Numbers{});
    ports::UseQuery ever = uses_in(0, 0);
    ever.from = base::WallTime::min();
    ever.to = base::WallTime::max();
    EXPECT_EQ(starts(ever).size(), 5U);
}

TEST_F(AlarmQueryTest, PagesOfUsesMeetEvenWhereSomeBeginTogether) {
    detect::Use beside = use(30, 35);
    beside.overlapped = true;
    append(store_, {used(use(5, 25)), used(use(20, 28)), used(use(30, 40)), used(use(30, 41, 7)), used(beside),
                    used(use(50, 55))});
    ports::UseQuery query = uses_in(22, 100, 3);
    EXPECT_EQ(starts(query), (Numbers{5, 20, 30, 30, 30}));
    query.after = at_s(30);
    EXPECT_EQ(starts(query), (Numbers{50}));
    query.after = at_s(50);
    EXPECT_EQ(starts(query), Numbers{});
    query.limit = 1;
    query.after = at_s(5);
    EXPECT_EQ(starts(query), (Numbers{20}));
}

TEST_F(AlarmQueryTest, DeliveriesOfAllChannelsOrOneTheNewestFirst) {
    append(store_, {delivery(1, "mail"), delivery(3, "phone"), delivery(2, "mail")});
    EXPECT_EQ(ask(&Reader::deliveries, ports::DeliveryQuery{}),
              (std::vector{delivery(3, "phone"), delivery(2, "mail"), delivery(1, "mail")}));
    EXPECT_EQ(ask(&Reader::deliveries, ports::DeliveryQuery{"mail", 1}), std::vector{delivery(2, "mail")});
    EXPECT_TRUE(ask(&Reader::deliveries, ports::DeliveryQuery{"gotify", 10}).empty());
}

TEST_F(AlarmQueryTest, ExportSeesUsesOfEverySensorAndIncidents) {
    append(store_, {used(use(10, 20)), used(use(30, 40)), used(use(10, 20), kBridge), raised(incident(1))});
    auto source = ExportSource::open(dir_.database());
    ASSERT_TRUE(source);
    EXPECT_EQ(source->sensors_with_uses().value(), (std::vector{kSensor, kBridge}));
    EXPECT_EQ(source->uses(uses_in(0, 100)).value().size(), 2U);
    EXPECT_EQ(source->incidents({}).value(), std::vector{incident(1)});
}

}  // namespace
}  // namespace millrace::store::test
