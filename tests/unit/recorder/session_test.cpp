// The session against a Home Assistant that keeps rows in a map, and a history that answers at once.
#include "recorder/session.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace millrace::recorder {
namespace {

using Json = nlohmann::json;
using std::chrono::hours;

const base::DeviceId kSensor = *base::DeviceId::parse("61DA80B5F2A74DE4");
const base::WallTime kFirst = *base::from_rfc3339("2025-03-02T06:00:00Z");

// A litre in each hour from `first` on, but for what a test sets.
class SteadyHistory final : public ports::History {
public:
    base::WallTime first = kFirst;
    std::map<base::WallTime, std::int64_t> litres;
    bool fails = false;
    int questions = 0;

    void readings(ports::ReadingQuery query, Answer<ports::ReadingPage> answer) override {
        ports::ReadingPage page;
        EXPECT_EQ(query.limit, 1U);
        meter::Reading reading{};
        reading.time = first + std::chrono::minutes{17};
        if (reading.time < query.to) page.readings.push_back(reading);
        answer(page);
    }
    void usage(ports::UsageQuery query, Answer<ports::UsageAnswer> answer) override {
        ++questions;
        if (fails) return answer(base::failure(base::Error{"busy"}));
        ports::UsageAnswer found;
        EXPECT_LE(query.to - query.from, hours{Session::kWindowHours});
        for (auto at = query.from; at < query.to; at += hours{1}) {
            const auto set = litres.find(at);
            found.buckets.push_back({at, at + hours{1}, {}, {(set == litres.end() ? 1 : set->second) * 1'000'000}});
        }
        answer(found);
    }
    void counts(ports::CountQuery, Answer<std::vector<base::PeakCount>>) override {}
    void evidence(ports::EvidenceQuery, Answer<ports::Evidence>) override {}
    void estimates(ports::EstimateQuery, Answer<std::vector<ports::EstimateRecord>>) override {}
    void incidents(ports::IncidentQuery, Answer<std::vector<detect::Incident>>) override {}
    void incident_history(ports::IncidentHistoryQuery, Answer<std::vector<detect::AlarmEvent>>) override {}
    void uses(ports::UseQuery, Answer<std::vector<ports::KeptUse>>) override {}
    void use(ports::OneUseQuery, Answer<std::optional<ports::KeptUse>>) override {}
    void category_sums(ports::CategorySumsQuery, Answer<std::vector<ports::CategorySums>>) override {}
    void deliveries(ports::DeliveryQuery, Answer<std::vector<ports::DeliveryRecord>>) override {}
    void frames(ports::FrameQuery, Answer<ports::FramePage>) override {}
};

class SessionTest : public ::testing::Test {
protected:
    void log_in(const std::string& version = "2026.9.1") {
        session =
            std::make_unique<Session>(history, settings, progress,
                                      Session::Ways{[this](std::string text) { said.push_back(Json::parse(text)); },
                                                    [this](Ending how, std::string why) {
                                                        ending = {how, std::move(why)};
                                                    }});
        session->on_text(R"({"type":"auth_required","ha_version":"2026.9.1"})");
        EXPECT_EQ(said.back(), (Json{{"type", "auth"}, {"access_token", "made-up"}}));
        said.clear();
        session->on_text(Json{{"type", "auth_ok"}, {"ha_version", version}}.dump());
    }
    // Answers requests until there are none, as Home Assistant does; at most `most`.
    void serve(std::size_t most = 1'000) {
        for (; !said.empty() && most > 0; --most) {
            const Json request = said.front();
            said.erase(said.begin());
            EXPECT_TRUE(said.empty()) << "more than one request at a time";
            EXPECT_GT(request["id"].get<int>(), last_id);
            last_id = request["id"];
            session->on_text(answer(request).dump());
        }
    }
    Json answer(const Json& request) {
        Json result{{"id", request["id"]}, {"type", "result"}, {"success", true}, {"result", nullptr}};
        if (request["type"] == "recorder/import_statistics") {
            if (request["metadata"].contains("unit_class") && old) {
                result["success"] = false;
                result["error"] = {{"code", "invalid_format"}, {"message", "extra keys not allowed"}};
                return result;
            }
            imports.push_back(request["stats"].size());
            for (const Json& row : request["stats"])
                theirs[*base::from_rfc3339(row["start"].get<std::string>())] = row["sum"];
            return result;
        }
        ++asked;
        Json rows = Json::array();
        for (const auto& [start, sum] : theirs) {
            if (start < *base::from_rfc3339(request["start_time"].get<std::string>())) continue;
            if (start >= *base::from_rfc3339(request["end_time"].get<std::string>())) continue;
            rows.push_back({{"start", base::unix_ms(start)}, {"sum", sum}});
        }
        result["result"] = Json::object();
        if (!rows.empty()) result["result"]["millrace:water_61da80b5f2a74de4"] = rows;
        return result;
    }
    void pass(base::WallTime now) {
        session->pass({kSensor}, now);
        serve();
        EXPECT_TRUE(session->idle());
    }
    void expect_all(int count) {
        ASSERT_EQ(theirs.size(), static_cast<std::size_t>(count));
        int hour = 0;
        std::int64_t sum = 0;
        for (const auto& [start, value] : theirs) {
            EXPECT_EQ(start, kFirst + hours{hour++});
            const auto set = history.litres.find(start);
            sum += set == history.litres.end() ? 1 : set->second;
            EXPECT_NEAR(value, static_cast<double>(sum), 1e-6);
        }
    }

    SteadyHistory history;
    Settings settings{"http://a", "made-up", "", "", true, base::VolumeUnit::Litre};
    Progress progress;
    std::vector<Json> said;
    std::map<base::WallTime, double> theirs;
    std::vector<std::size_t> imports;
    int asked = 0;
    int last_id = 0;
    bool old = false;
    std::optional<std::pair<Ending, std::string>> ending;
    std::unique_ptr<Session> session;
};

TEST_F(SessionTest, ImportsAllCompletedHoursInBoundedBatches) {
    log_in();
    pass(kFirst + hours{2'500} + std::chrono::minutes{59});
    expect_all(2'500);
    for (const std::size_t batch : imports) EXPECT_LE(batch, 1'000U);
    EXPECT_EQ(progress.hours_sent, 2'500U);
    EXPECT_EQ(progress.up_to, kFirst + hours{2'500});
}

TEST_F(SessionTest, SendsOnlyTheNewHourAfterwards) {
    log_in();
    pass(kFirst + hours{2'500});
    imports.clear();
    asked = 0;
    pass(kFirst + hours{2'501});
    EXPECT_EQ(imports, std::vector<std::size_t>{1});
    EXPECT_EQ(asked, 1);
    expect_all(2'501);
}

TEST_F(SessionTest, SendsNothingAgainAfterALoginWhereAllIsThere) {
    log_in();
    pass(kFirst + hours{1'500});
    imports.clear();
    last_id = 0;
    log_in();
    pass(kFirst + hours{1'500});
    EXPECT_TRUE(imports.empty());
}

TEST_F(SessionTest, GoesOnWhereItBrokeOff) {
    log_in();
    session->pass({kSensor}, kFirst + hours{2'500});
    serve(3);  // what was before, the first window, its import
    session.reset();
    said.clear();
    last_id = 0;
    const std::size_t had = theirs.size();
    EXPECT_GT(had, 0U);
    imports.clear();
    log_in();
    pass(kFirst + hours{2'500});
    expect_all(2'500);
    std::size_t sent = 0;
    for (const std::size_t batch : imports) sent += batch;
    EXPECT_EQ(sent, 2'500 - had);
}

TEST_F(SessionTest, CorrectsThePastFromTheChangeOn) {
    log_in();
    pass(kFirst + hours{2'000});
    imports.clear();
    history.litres[kFirst + hours{1'990}] = 5;
    pass(kFirst + hours{2'000});
    EXPECT_EQ(imports, std::vector<std::size_t>{10});
    expect_all(2'000);
}

TEST_F(SessionTest, GoesOnFromWhatHomeAssistantHadBeforeOurFirstHour) {
    theirs[kFirst - hours{3}] = 40;
    theirs[kFirst - hours{2}] = 42;
    log_in();
    pass(kFirst + hours{1});
    EXPECT_EQ(theirs.at(kFirst), 43);
}

TEST_F(SessionTest, ImportsOlderDataThatComesLater) {
    log_in();
    history.first = kFirst + hours{100};
    pass(kFirst + hours{200});
    history.first = kFirst;
    pass(kFirst + hours{200});
    expect_all(200);
}

TEST_F(SessionTest, SpeaksTheOldDialectWhereTheNewOneIsRefused) {
    old = true;
    log_in();
    pass(kFirst + hours{10});
    expect_all(10);
    EXPECT_FALSE(ending);
}

TEST_F(SessionTest, EndsWhenTheTokenIsWrongWithoutSayingIt) {
    session = std::make_unique<Session>(history, settings, progress,
                                        Session::Ways{[this](std::string text) { said.push_back(Json::parse(text)); },
                                                      [this](Ending how, std::string why) {
                                                          ending = {how, std::move(why)};
                                                      }});
    session->on_text(R"({"type":"auth_required"})");
    session->on_text(R"({"type":"auth_invalid","message":"made-up is wrong"})");
    ASSERT_TRUE(ending);
    EXPECT_EQ(ending->first, Ending::Refused);
    EXPECT_EQ(ending->second.find("made-up"), std::string::npos);
    EXPECT_FALSE(session->idle());
}

TEST_F(SessionTest, EndsWhenTheUserMayNot) {
    log_in();
    session->pass({kSensor}, kFirst + hours{1});
    session->on_text(
        R"({"id":1,"type":"result","success":false,"error":{"code":"unauthorized","message":"Unauthorized"}})");
    ASSERT_TRUE(ending);
    EXPECT_EQ(ending->first, Ending::Refused);
    EXPECT_NE(ending->second.find("administrator"), std::string::npos);
}

TEST_F(SessionTest, GivesUpAPassThatTheStoreCannotAnswer) {
    log_in();
    history.fails = true;
    pass(kFirst + hours{10});
    EXPECT_EQ(progress.passes, 0U);
    history.fails = false;
    pass(kFirst + hours{10});
    EXPECT_EQ(progress.passes, 1U);
    expect_all(10);
}

TEST_F(SessionTest, HasNothingToSayOfNoSensorAndOfOneWithoutReadings) {
    log_in();
    session->pass({}, kFirst);
    EXPECT_TRUE(session->idle());
    pass(kFirst);
    EXPECT_TRUE(imports.empty());
    EXPECT_EQ(progress.passes, 2U);
}

TEST_F(SessionTest, IgnoresAnswersToNothing) {
    log_in();
    session->on_text(R"({"id":1,"type":"result","success":true,"result":null})");
    EXPECT_TRUE(session->idle());
    EXPECT_FALSE(ending);
}

}  // namespace
}  // namespace millrace::recorder
