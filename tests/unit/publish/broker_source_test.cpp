// A publisher that asks somebody else for its broker, against a real Mosquitto.
#include <gtest/gtest.h>

#include <boost/asio/post.hpp>
#include <utility>

#include "broker.h"
#include "sample_state.h"

namespace millrace::publish {
namespace {

using namespace testing;

const std::string kPresence = "millrace/availability";

class Source final : public ports::BrokerSource {
public:
    using Answer = base::Result<ports::BrokerLogin, ports::NoBroker>;

    explicit Source(boost::asio::io_context& loop, Answer first) : says(std::move(first)), loop_(loop) {}

    void ask(std::function<void(Answer)> answer) override {
        ++asked;
        boost::asio::post(loop_, [answer = std::move(answer), what = says] { answer(what); });
    }

    Answer says;
    int asked = 0;

private:
    boost::asio::io_context& loop_;
};

Source::Answer at(const Broker& broker, const std::string& user = "", const std::string& password = "") {
    return ports::BrokerLogin{"127.0.0.1", broker.port(), false, user, password};
}

Source::Answer none() {
    return base::failure(ports::NoBroker{false, "install one"});
}

// The password of "addons" is replaced the way that installing a broker anew does.
void set_password(const TemporaryFolder& folder, const std::string& password) {
    run_command("mosquitto_passwd -c -b " + folder.file("passwords") + " addons " + password);
    std::filesystem::permissions(folder.file("passwords"), std::filesystem::perms::all);
}

Timing impatient() {
    Timing timing = quick();
    timing.broker_asked_again = base::Milliseconds{20};
    return timing;
}

TEST(BrokerSource, ItsBrokerIsUsedAndNamed) {
    Broker broker;
    Watcher watcher(broker.port());
    House house(Settings{});
    Source source(house.loop, at(broker));
    house.publisher->ask_for_broker(source);
    house.publisher->on_live(sample_state());
    EXPECT_EQ(house.health().detail, "asking for a broker");
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return watcher.has(kPresence, "online"); }, &watcher));
    EXPECT_EQ(house.publisher->home_assistant()->broker.address, "127.0.0.1:" + std::to_string(broker.port()));
    EXPECT_EQ(source.asked, 1);
}

TEST(BrokerSource, TheSettingsOwnBrokerWinsAndNobodyIsAsked) {
    Broker broker;
    Watcher watcher(broker.port());
    House house(settings_for(broker.port()));
    Source source(house.loop, none());
    house.publisher->ask_for_broker(source);
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return watcher.has(kPresence, "online"); }, &watcher));
    EXPECT_EQ(source.asked, 0);
}

TEST(BrokerSource, ThatThereIsNoneIsNoIllnessAndItIsAskedAgain) {
    House house(Settings{}, impatient());
    Source source(house.loop, none());
    house.publisher->ask_for_broker(source);
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return source.asked > 2; }));
    EXPECT_TRUE(house.health().ok);
    EXPECT_EQ(house.health().detail, "no broker: install one");
    EXPECT_EQ(house.publisher->home_assistant()->broker.problem, "install one");
    EXPECT_EQ(house.publisher->home_assistant()->broker.address, "");
    Broker broker;
    source.says = at(broker);
    ASSERT_TRUE(house.run_until([&] { return house.connected(); })) << "one that is installed later is found";
}

TEST(BrokerSource, ThatNobodyCanBeAskedIsAnIllness) {
    House house(Settings{}, impatient());
    Source source(house.loop, base::failure(ports::NoBroker{true, "nobody answers"}));
    house.publisher->ask_for_broker(source);
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return !house.health().ok; }));
    EXPECT_EQ(house.health().detail, "no broker: nobody answers");
}

TEST(BrokerSource, ALoginThatIsRefusedIsAskedForAgain) {
    const TemporaryFolder folder;
    set_password(folder, "old");
    Broker guarded("allow_anonymous false\npassword_file " + folder.file("passwords") + "\n");
    House house(Settings{}, impatient());
    Source source(house.loop, at(guarded, "addons", "wrong"));
    house.publisher->ask_for_broker(source);
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return !house.health().ok; }));
    EXPECT_EQ(house.health().detail.find("wrong"), std::string::npos) << "no password is shown";
    source.says = at(guarded, "addons", "old");
    ASSERT_TRUE(house.run_until([&] { return house.connected(); }));

    set_password(folder, "new");
    guarded.kill();
    source.says = at(guarded, "addons", "new");
    guarded.start();
    ASSERT_TRUE(house.run_until([&] { return house.metric("millrace_mqtt_reconnects_total") == 1; }))
        << house.health().detail;
}

TEST(BrokerSource, WhereNobodyCanBeAskedTheBrokerKnownLastIsTried) {
    Broker broker;
    House house(Settings{}, impatient());
    Source source(house.loop, at(broker));
    house.publisher->ask_for_broker(source);
    house.publisher->start();
    ASSERT_TRUE(house.run_until([&] { return house.connected(); }));
    source.says = base::failure(ports::NoBroker{true, "nobody answers"});
    broker.kill();
    ASSERT_TRUE(house.run_until([&] { return !house.connected() && source.asked > 2; }));
    broker.start();
    ASSERT_TRUE(house.run_until([&] { return house.connected(); }));
}

TEST(BrokerSource, AnAnswerThatComesAfterTheStopIsLeft) {
    House house(Settings{});
    Source source(house.loop, none());
    house.publisher->ask_for_broker(source);
    house.publisher->start();
    bool stopped = false;
    house.publisher->stop([&] { stopped = true; });
    ASSERT_TRUE(house.run_until([&] { return stopped; }));
    house.publisher.reset();
    house.run_until([] { return false; }, nullptr, Deadline{20});
}

}  // namespace
}  // namespace millrace::publish
