// The publisher against a real Mosquitto.
#include <gtest/gtest.h>

#include <algorithm>

#include "broker.h"
#include "sample_state.h"

namespace millrace::publish {
namespace {

using namespace testing;

const std::string kAvailability = "millrace/availability";
const std::string kHubDocument = "homeassistant/device/millrace/config";
const std::string kSensorDocument = "homeassistant/device/millrace_" + kSensor.str() + "/config";

// The sample with its sensor heard just now.
ports::LiveState fresh_state(const base::Clock& clock) {
    ports::LiveState state = sample_state();
    state.sensors[0].last_seen = clock.wall_now();
    return state;
}

TEST(Publisher, WithoutABrokerItIsWellAndStopsAtOnce) {
    House house{Settings{}};
    house.publisher->start();
    house.publisher->on_live(sample_state());
    EXPECT_TRUE(house.health().ok);
    EXPECT_EQ(house.health().detail, "no broker configured");
    bool stopped = false;
    house.publisher->stop([&] { stopped = true; });
    EXPECT_FALSE(stopped) << "never before stop returns";
    EXPECT_TRUE(house.run_until([&] { return stopped; }));
}

TEST(Publisher, SaysDiscoveryThenAvailabilityThenStates) {
    Broker broker;
    Watcher watcher(broker.port());
    House house(settings_for(broker.port()));
    house.publisher->on_live(fresh_state(house.clock));
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return watcher.has(of_sensor("last_seen")); }, &watcher));
    EXPECT_LT(watcher.index_of(kHubDocument), watcher.index_of(kSensorDocument));
    EXPECT_LT(watcher.index_of(kSensorDocument), watcher.index_of(kAvailability, "online"));
    EXPECT_LT(watcher.index_of(kAvailability, "online"), watcher.index_of(of_sensor("total")));
    EXPECT_TRUE(watcher.has(of_sensor("flow"), "6.000"));
    EXPECT_EQ(house.health().detail, "connected to 127.0.0.1:" + std::to_string(broker.port()) + " with MQTT 5");
    EXPECT_EQ(house.metric("millrace_mqtt_connected"), 1);
}

TEST(Publisher, ObeysACommandOnceAndSaysWhatHolds) {
    Broker broker;
    Watcher watcher(broker.port());
    const std::string mode = "millrace/cloud_mode";
    watcher.say(mode + "/set", "local", true);
    House house(settings_for(broker.port()));
    house.publisher->on_live(fresh_state(house.clock));
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return watcher.has(of_sensor("last_seen")); }, &watcher));
    EXPECT_TRUE(house.asked_for.empty()) << "a retained command is an old one";

    const std::size_t before = watcher.heard.size();
    watcher.say(mode + "/set", "sideways");
    watcher.say(mode + "/set", "relay-only");
    ASSERT_TRUE(house.run_until([&] { return !house.asked_for.empty(); }, &watcher));
    EXPECT_EQ(house.asked_for, std::vector{ports::CloudMode::RelayOnly});
    // Refused or not, whoever shows the choice hears what holds.
    ASSERT_TRUE(house.run_until([&] { return watcher.has(mode, "relay", before); }, &watcher));
}

TEST(Publisher, RetainsEverythingButTheFlowForThoseWhoComeLater) {
    Broker broker;
    Watcher first(broker.port());
    House house(settings_for(broker.port()));
    house.publisher->on_live(fresh_state(house.clock));
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return first.has(of_sensor("last_seen")); }, &first));
    Watcher second(broker.port());
    ASSERT_TRUE(house.run_until([&] { return second.heard.size() >= 3 + 1 + 18; }, &second));
    EXPECT_TRUE(second.has(kSensorDocument));
    EXPECT_TRUE(second.has(kAvailability, "online"));
    EXPECT_TRUE(second.has(of_sensor("total"), "1234567.890"));
    EXPECT_FALSE(second.has(of_sensor("flow")));
    EXPECT_TRUE(
        std::all_of(second.heard.begin(), second.heard.end(), [](const auto& heard) { return heard.retained; }));
}

TEST(Publisher, ANewFlowIsAtTheBrokerWithinASecond) {
    Broker broker;
    Watcher watcher(broker.port());
    House house(settings_for(broker.port()));
    ports::LiveState state = fresh_state(house.clock);
    house.publisher->on_live(state);
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return watcher.has(of_sensor("flow"), "6.000"); }, &watcher));
    for (const auto& step : {std::pair{50'000, "3.000"}, std::pair{0, "0.000"}, std::pair{150'000, "9.000"}}) {
        const char* const text = step.second;
        state.sensors[0].flow = {step.first};
        const auto told = house.clock.steady_now();
        house.publisher->on_live(state);
        ASSERT_TRUE(house.run_until([&] { return watcher.has(of_sensor("flow"), text); }, &watcher)) << text;
        const auto took = std::chrono::duration_cast<base::Milliseconds>(house.clock.steady_now() - told);
        RecordProperty(std::string("ms_to_flow_") + text, static_cast<int>(took.count()));
        EXPECT_LT(took, base::Milliseconds{1000}) << text;
    }
}

TEST(Publisher, SendsNothingAgainWhileNothingChanges) {
    Broker broker;
    Watcher watcher(broker.port());
    House house(settings_for(broker.port()));
    const ports::LiveState state = fresh_state(house.clock);
    house.publisher->on_live(state);
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return watcher.has(of_sensor("last_seen")); }, &watcher));
    const std::size_t before = watcher.heard.size();
    for (int i = 0; i < 20; ++i) {
        house.publisher->on_live(state);
        house.run_until([] { return false; }, &watcher, Deadline{10});
    }
    watcher.say("test/end", "");
    ASSERT_TRUE(house.run_until([&] { return watcher.has("test/end"); }, &watcher));
    EXPECT_EQ(watcher.heard.size(), before + 1);
}

TEST(Publisher, ASensorHeardLaterGetsItsDocumentAndItsStates) {
    Broker broker;
    Watcher watcher(broker.port());
    House house(settings_for(broker.port()));
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return watcher.has(kAvailability, "online"); }, &watcher));
    EXPECT_FALSE(watcher.has(kSensorDocument));
    house.publisher->on_live(fresh_state(house.clock));
    ASSERT_TRUE(house.run_until([&] { return watcher.has(of_sensor("flow")); }, &watcher));
    const int document = watcher.index_of(kSensorDocument);
    ASSERT_GE(document, 0);
    EXPECT_LT(document, watcher.index_of(of_sensor("flow")));
    // Once more after Home Assistant had time to subscribe: the flow is not retained.
    const auto twice = [&] {
        return std::count_if(watcher.heard.begin(), watcher.heard.end(),
                             [](const auto& heard) { return heard.topic == of_sensor("flow"); }) >= 2;
    };
    EXPECT_TRUE(house.run_until(twice, &watcher));
}

TEST(Publisher, SaysOfflineItselfOnACleanStop) {
    Broker broker;
    Watcher watcher(broker.port());
    House house(settings_for(broker.port()));
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return watcher.has(kAvailability, "online"); }, &watcher));
    bool stopped = false;
    const auto begun = house.clock.steady_now();
    house.publisher->stop([&] { stopped = true; });
    ASSERT_TRUE(house.run_until([&] { return stopped; }, &watcher));
    EXPECT_LT(house.clock.steady_now() - begun, 2 * Timing{}.goodbye_wait);
    ASSERT_TRUE(house.run_until([&] { return watcher.has(kAvailability, "offline"); }, &watcher));
    house.publisher.reset();
    // A goodbye cancels the Will: "offline" is heard once.
    watcher.say("test/end", "");
    ASSERT_TRUE(house.run_until([&] { return watcher.has("test/end"); }, &watcher));
    const auto count = std::count_if(watcher.heard.begin(), watcher.heard.end(),
                                     [](const auto& heard) { return heard.payload == "offline"; });
    EXPECT_EQ(count, 1);
}

TEST(Publisher, StopsInTimeWhenTheBrokerNoLongerAnswers) {
    Broker broker;
    Watcher watcher(broker.port());
    Timing timing = quick();
    timing.goodbye_wait = base::Milliseconds{100};
    House house(settings_for(broker.port()), timing);
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return watcher.has(kAvailability, "online"); }, &watcher));
    broker.pause();
    bool stopped = false;
    house.publisher->stop([&] { stopped = true; });
    EXPECT_TRUE(house.run_until([&] { return stopped; }, nullptr, Deadline{3000}));
}

TEST(Publisher, TheBrokerSaysOfflineWhenTheProcessIsKilled) {
    Broker broker;
    Watcher watcher(broker.port());
    const pid_t child = ::fork();
    if (child == 0) {
        House house(settings_for(broker.port()));
        house.publisher->start();
        house.run_until([] { return false; });
        ::_exit(0);
    }
    House idle{Settings{}};
    EXPECT_TRUE(idle.run_until([&] { return watcher.has(kAvailability, "online"); }, &watcher));
    EXPECT_FALSE(watcher.has(kAvailability, "offline"));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    EXPECT_TRUE(idle.run_until([&] { return watcher.has(kAvailability, "offline"); }, &watcher));
}

TEST(Publisher, FindsABrokerThatStartsLater) {
    Broker broker("allow_anonymous true\n", false);
    House house(settings_for(broker.port()));
    house.publisher->on_live(fresh_state(house.clock));
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return !house.health().ok; }));
    EXPECT_NE(house.health().detail.find("refused"), std::string::npos) << house.health().detail;
    broker.start();
    EXPECT_TRUE(house.run_until([&] { return house.connected(); }));
}

TEST(Publisher, SaysEverythingAgainToABrokerThatLostIt) {
    Broker broker;
    House house(settings_for(broker.port()));
    house.publisher->on_live(fresh_state(house.clock));
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return house.connected(); }));
    for (int i = 1; i <= 2; ++i) {
        broker.kill();
        ASSERT_TRUE(house.run_until([&] { return !house.connected(); }));
        EXPECT_EQ(house.metric("millrace_mqtt_connected"), 0);
        broker.start();
        Watcher watcher(broker.port());
        EXPECT_TRUE(house.run_until([&] { return watcher.has(of_sensor("total")); }, &watcher));
        EXPECT_TRUE(watcher.has(kSensorDocument));
        EXPECT_TRUE(watcher.has(kAvailability, "online"));
        EXPECT_EQ(house.metric("millrace_mqtt_reconnects_total"), i);
    }
}

TEST(Publisher, SaysHowFarItIsWithHomeAssistant) {
    EXPECT_FALSE(House(Settings{}).publisher->home_assistant()) << "no broker";
    Broker broker;
    Watcher watcher(broker.port());
    House house(settings_for(broker.port()));
    const auto link = [&] { return *house.publisher->home_assistant(); };
    house.publisher->on_live(fresh_state(house.clock));
    EXPECT_EQ(link().broker, (ports::BrokerLink{"127.0.0.1:" + std::to_string(broker.port()), false, ""}));
    EXPECT_EQ(link().discovery_prefix, "homeassistant");
    EXPECT_FALSE(link().discovery_published);
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return link().discovery_published; }, &watcher));
    EXPECT_TRUE(link().broker.connected);
    EXPECT_TRUE(house.run_until([&] { return watcher.has(kSensorDocument); }, &watcher));
    EXPECT_FALSE(link().birth_seen);
    watcher.say("homeassistant/status", "offline");
    watcher.say("homeassistant/status", "online");
    ASSERT_TRUE(house.run_until([&] { return link().birth_seen.has_value(); }, &watcher));
    EXPECT_LE(*link().birth_seen, house.clock.wall_now());
    EXPECT_FALSE(link().birth_retained);
    broker.kill();
    ASSERT_TRUE(house.run_until([&] { return !link().broker.connected && !link().broker.problem.empty(); }));
    EXPECT_FALSE(link().discovery_published) << "a broker that comes back may have lost them";
    EXPECT_TRUE(link().birth_seen);
}

TEST(Publisher, SeesABirthThatTheBrokerKept) {
    Broker broker;
    Watcher watcher(broker.port());
    watcher.say("homeassistant/status", "online", true);
    House house(settings_for(broker.port()));
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return house.publisher->home_assistant()->birth_seen.has_value(); }, &watcher));
    EXPECT_TRUE(house.publisher->home_assistant()->birth_retained);
    EXPECT_EQ(house.metric("millrace_mqtt_births_total"), 0);
}

TEST(Publisher, AnswersTheBirthOfHomeAssistantWithEverything) {
    Broker broker;
    Watcher watcher(broker.port());
    House house(settings_for(broker.port()));
    house.publisher->on_live(fresh_state(house.clock));
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return watcher.has(of_sensor("last_seen")); }, &watcher));
    const std::size_t before = watcher.heard.size();
    watcher.say("homeassistant/status", "offline");
    watcher.say("homeassistant/status", "online");
    watcher.say("homeassistant/status", "online");
    ASSERT_TRUE(house.run_until([&] { return watcher.has(of_sensor("last_seen"), "", before); }, &watcher));
    EXPECT_LT(watcher.index_of(kSensorDocument, "", before), watcher.index_of(kAvailability, "online", before));
    EXPECT_LT(watcher.index_of(kAvailability, "online", before), watcher.index_of(of_sensor("flow"), "", before));
    const auto documents = std::count_if(watcher.heard.begin(), watcher.heard.end(),
                                         [](const auto& heard) { return heard.topic == kSensorDocument; });
    EXPECT_EQ(documents, 2) << "one at the connection, one for both births";
    EXPECT_EQ(house.metric("millrace_mqtt_births_total"), 1);
}

TEST(Publisher, SendsNoDiscoveryWhenItIsTurnedOff) {
    Broker broker;
    Watcher watcher(broker.port());
    Settings settings = settings_for(broker.port());
    settings.discovery = false;
    House house(settings);
    house.publisher->on_live(fresh_state(house.clock));
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return watcher.has(of_sensor("last_seen")); }, &watcher));
    EXPECT_TRUE(watcher.has(kAvailability, "online"));
    EXPECT_FALSE(watcher.has(kHubDocument));
}

TEST(Publisher, AThousandHousesGetThrough) {
    Broker broker("allow_anonymous true\nmax_queued_messages 100000\n");
    Watcher watcher(broker.port());
    House house(settings_for(broker.port()));
    ports::LiveState state;
    for (int i = 0; i < 1000; ++i) {
        ports::LiveSensor sensor = sample_sensor();
        const std::string number = std::to_string(i);
        sensor.id = id(std::string(16 - number.size(), '0') + number);
        sensor.bridge.reset();
        state.sensors.push_back(sensor);
    }
    house.publisher->on_live(state);
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return watcher.has("millrace/0000000000000999/last_seen"); }, &watcher,
                                Deadline{180'000}));  // with sanitizers on a busy machine
    EXPECT_EQ(house.metric("millrace_mqtt_messages_dropped_total"), 0);
}

// The password file is made by Mosquitto's own tool.
class PasswordBroker : public ::testing::Test {
protected:
    PasswordBroker() {
        const std::string file = folder_.file("passwords");
        run_command("mosquitto_passwd -b -c " + file + " house right");
        std::filesystem::permissions(file, static_cast<std::filesystem::perms>(0644));
        broker_ = std::make_unique<Broker>("allow_anonymous false\npassword_file " + file + "\n");
    }

    TemporaryFolder folder_;
    std::unique_ptr<Broker> broker_;
};

TEST_F(PasswordBroker, AWrongPasswordIsNamedInTheHealthReportAndNotShown) {
    Settings settings = settings_for(broker_->port());
    settings.user_name = "house";
    settings.password = "wrong-secret";
    House house(settings);
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return !house.health().ok; }));
    EXPECT_NE(house.health().detail.find("refused user name or password"), std::string::npos) << house.health().detail;
    EXPECT_EQ(house.health().detail.find("wrong-secret"), std::string::npos);
}

TEST_F(PasswordBroker, TheRightPasswordIsTaken) {
    Settings settings = settings_for(broker_->port());
    settings.user_name = "house";
    settings.password = "right";
    House house(settings);
    house.publisher->start();
    Watcher watcher(broker_->port(), "house", "right");
    EXPECT_TRUE(house.run_until([&] { return watcher.has(kAvailability, "online"); }, &watcher));
}

TEST(Publisher, ReportsThatTheBrokerDoesNotLetItWrite) {
    TemporaryFolder folder;
    std::ofstream(folder.file("acl")) << "topic read #\ntopic write millrace/#\n";
    Broker broker("allow_anonymous true\nacl_file " + folder.file("acl") + "\n");
    House house(settings_for(broker.port()));
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return house.metric("millrace_mqtt_messages_refused_total") > 0; }));
    EXPECT_FALSE(house.health().ok);
    EXPECT_NE(house.health().detail.find("did not take a message"), std::string::npos) << house.health().detail;
    const auto link = *house.publisher->home_assistant();
    EXPECT_NE(link.broker.problem.find("access rights"), std::string::npos) << link.broker.problem;
    EXPECT_FALSE(link.discovery_published);
}

TEST(Publisher, TriesEveryAddressOfAName) {
    // "localhost" is often ::1 first, where this broker does not listen.
    Broker broker;
    House house(settings_for(broker.port(), "localhost"));
    house.publisher->start();
    EXPECT_TRUE(house.run_until([&] { return house.connected(); })) << house.health().detail;
}

TEST(Publisher, ANameThatDoesNotExistIsNamedInTheHealthReport) {
    House house(settings_for(1883, "broker.invalid"));
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return !house.health().ok; }));
    EXPECT_NE(house.health().detail.find("cannot be resolved"), std::string::npos) << house.health().detail;
}

TEST(Publisher, WorksWithDescriptorsAboveTheReachOfSelect) {
    Broker broker;
    std::vector<int> taken;
    for (int i = 0; i < 1100; ++i) taken.push_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (taken.back() < 1024) GTEST_SKIP() << "this machine does not allow more than 1,024 open files";
    House house(settings_for(broker.port()));
    house.publisher->start();
    EXPECT_TRUE(house.run_until([&] { return house.connected(); })) << house.health().detail;
    for (const int fd : taken) ::close(fd);
}

}  // namespace
}  // namespace millrace::publish
