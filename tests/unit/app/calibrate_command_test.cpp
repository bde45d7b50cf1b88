#include "app/commands/calibrate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <sstream>

#include "app/api_client.h"
#include "unit/api/fakes.h"
#include "unit/api/http_client.h"

namespace millrace::app {
namespace {

using ::testing::HasSubstr;

class CalibrateCommand : public ::testing::Test {
protected:
    CalibrateCommand() {
        live_.state.sensors = {api::sample_sensor()};
        loop_.run([this] {
            api::Settings settings;
            settings.listen = "127.0.0.1:0";
            server_ = std::make_unique<api::Server>(
                loop_.loop, settings, api::Dependencies{live_, history_, controls_, clock_, {}, {"9.9.9", {}}});
            ASSERT_TRUE(server_->start());
            url_ = "http://" + server_->address();
        });
    }
    ~CalibrateCommand() override {
        loop_.run([this] { server_.reset(); });
    }

    // The exit code of `millrace calibrate …`.
    int run(std::vector<std::string> arguments, const std::string& input = {}) {
        CLI::App app;
        CalibrateOptions options;
        add_calibrate(app, options);
        arguments.insert(arguments.begin(), "calibrate");
        std::reverse(arguments.begin(), arguments.end());
        try {
            app.parse(arguments);
        } catch (const CLI::ParseError& error) {
            return 2;
        }
        std::istringstream in(input);
        out_.str({});
        err_.str({});
        waits_ = 0;
        Console console{in, out_, err_, console_clock_, [this](base::Milliseconds) { on_wait(); }};
        if (options.daemon.address.url.empty()) options.daemon.address.url = url_;
        return calibrate(options, options.daemon.address, console);
    }
    void on_wait() {
        ++waits_;
        if (waits_ == 2) loop_.run([this] { clock_.wall += std::chrono::minutes{3}; });
    }

    // Four minutes pass between one look at the clock and the next.
    class WalkingClock final : public base::Clock {
    public:
        [[nodiscard]] base::WallTime wall_now() const override { return now_ += std::chrono::minutes{4}; }
        [[nodiscard]] base::SteadyTime steady_now() const override { return {}; }

    private:
        mutable base::WallTime now_ = *base::from_rfc3339("2026-11-23T16:11:00Z");
    };

    WalkingClock console_clock_;
    api::FakeClock clock_;
    api::FakeLive live_;
    api::FakeHistory history_;
    api::FakeControls controls_;
    api::LoopThread loop_;
    std::unique_ptr<api::Server> server_;
    std::string url_;
    std::ostringstream out_;
    std::ostringstream err_;
    int waits_ = 0;
};

TEST_F(CalibrateCommand, SetShowAndUndo) {
    EXPECT_EQ(run({"show"}), 0);
    EXPECT_THAT(out_.str(), HasSubstr("32.933 ml (0.008699978 gal) per peak, uncalibrated"));
    EXPECT_EQ(run({"set", "--ml-per-peak", "31.5"}), 0) << err_.str();
    EXPECT_THAT(out_.str(), HasSubstr("kept as number 1"));
    ASSERT_EQ(controls_.entered.size(), 1u);
    EXPECT_EQ(controls_.entered[0].entry.per_peak.microlitres, 31'500);
    EXPECT_EQ(
        run({"set", "--gal-per-peak", "0.0087", "--from", "2026-05-01T00:00:00Z", "--sensor", "0123456789ABCDEF"}), 0);
    EXPECT_EQ(controls_.entered[1].entry.from, base::from_rfc3339("2026-05-01T00:00:00Z"));
    EXPECT_EQ(run({"show"}), 0);
    EXPECT_THAT(out_.str(), HasSubstr("number 1: 31.5 ml"));
    EXPECT_THAT(out_.str(), HasSubstr("from the first reading on; entered as known (entered, 2026-11-23T16:20:00Z) *"));
    EXPECT_EQ(run({"undo", "2"}), 0);
    EXPECT_EQ(controls_.entered.at(2).entry.per_peak.microlitres, 0);
    EXPECT_EQ(run({"undo", "2"}), 1);
    EXPECT_THAT(err_.str(), HasSubstr("not in force"));
}

TEST_F(CalibrateCommand, DryRunKeepsNothing) {
    EXPECT_EQ(run({"set", "--ml-per-peak", "31.5", "--dry-run"}), 0);
    EXPECT_THAT(out_.str(), HasSubstr("not kept"));
    EXPECT_TRUE(controls_.entered.empty());
}

TEST_F(CalibrateCommand, DrawWithGivenTimes) {
    history_.counted = std::vector<base::PeakCount>{{304}};
    EXPECT_EQ(run({"draw", "--volume", "10", "--unit", "l", "--started", "2026-11-23T16:00:00Z", "--stopped",
                   "2026-11-23T16:04:00Z"}),
              0)
        << err_.str();
    EXPECT_THAT(out_.str(), HasSubstr("304 peaks counted; with one more or less it would be 32.787 to 33.003 ml"));
    EXPECT_EQ(controls_.entered.at(0).entry.per_peak.microlitres, 32'895);
    EXPECT_EQ(run({"draw", "--volume", "10", "--started", "2026-11-23T16:00:00Z"}), 2);
}

TEST_F(CalibrateCommand, DrawAsksAndWaitsForTheLastPeaks) {
    history_.counted = std::vector<base::PeakCount>{{304}};
    EXPECT_EQ(run({"draw", "--volume", "10"}, "\n\n"), 0) << err_.str();
    EXPECT_EQ(waits_, 2);
    ASSERT_EQ(controls_.entered.size(), 1u);
    EXPECT_THAT(controls_.entered[0].note, HasSubstr("from 2026-11-23T16:15:00Z to 2026-11-23T16:19:00Z"));
}

TEST_F(CalibrateCommand, DrawThatCannotBeUsedIsNotWaitedFor) {
    loop_.run([this] { clock_.wall -= std::chrono::hours{1}; });  // the two clocks do not agree
    EXPECT_EQ(run({"draw", "--volume", "10"}, "\n\n"), 1);
    EXPECT_EQ(waits_, 1);
    EXPECT_THAT(err_.str(), HasSubstr("must not lie in the future"));
    EXPECT_EQ(run({"draw", "--volume", "10"}, "\n"), 1);
    EXPECT_THAT(err_.str(), HasSubstr("the input ended"));
    EXPECT_TRUE(controls_.entered.empty());
}

TEST_F(CalibrateCommand, ReadingsAndFit) {
    EXPECT_EQ(run({"reading", "--volume", "100", "--unit", "m3", "--time", "2026-11-01T00:00:00Z"}), 0);
    EXPECT_EQ(run({"fit"}), 1);
    EXPECT_THAT(out_.str(), HasSubstr("two readings"));
    EXPECT_EQ(run({"reading", "--volume", "100.33", "--unit", "m3"}), 0);
    EXPECT_EQ(controls_.read.at(1).time, base::from_rfc3339("2026-11-23T16:15:00Z"));
    history_.counted = std::vector<base::PeakCount>{{10'000}};
    EXPECT_EQ(run({"fit"}), 0);
    EXPECT_THAT(out_.str(), HasSubstr("33.0 ml"));
    EXPECT_THAT(out_.str(), HasSubstr("not kept"));
    EXPECT_TRUE(controls_.entered.empty());
    EXPECT_EQ(run({"fit", "--apply"}), 0);
    EXPECT_EQ(controls_.entered.at(0).entry.per_peak.microlitres, 33'000);
    EXPECT_EQ(controls_.entered.at(0).source, ports::CalibrationSource::MeterReadings);
}

TEST_F(CalibrateCommand, SeveralSensorsMustBeNamed) {
    live_.state.sensors.push_back(api::sample_sensor());
    live_.state.sensors[1].id = *base::DeviceId::parse("AAAAAAAAAAAAAAAA");
    EXPECT_EQ(run({"show"}), 1);
    EXPECT_THAT(err_.str(), HasSubstr("0123456789ABCDEF, AAAAAAAAAAAAAAAA"));
    EXPECT_EQ(run({"show", "--sensor", "AAAAAAAAAAAAAAAA"}), 0);
    EXPECT_EQ(run({"show", "--sensor", "../status"}), 1);
    live_.state.sensors.clear();
    EXPECT_EQ(run({"show"}), 1);
    EXPECT_THAT(err_.str(), HasSubstr("not heard of a sensor"));
}

TEST_F(CalibrateCommand, DaemonsRefusalIsSaidInItsWords) {
    EXPECT_EQ(run({"set", "--ml-per-peak", "0.01"}), 1);
    EXPECT_THAT(err_.str(), HasSubstr("volume_per_peak_ml: must be a number from 0.1 to 10000"));
    EXPECT_EQ(run({"set"}), 1);
    EXPECT_THAT(err_.str(), HasSubstr("must be given"));
}

TEST_F(CalibrateCommand, SaysSoWhenNoDaemonAnswers) {
    loop_.run([this] { server_->stop(); });
    EXPECT_EQ(run({"show"}), 1);
    EXPECT_THAT(err_.str(), HasSubstr("no daemon answers at " + url_));
    EXPECT_THAT(err_.str(), HasSubstr("millrace run"));
    EXPECT_EQ(run({"--url", "ftp://x/y", "show"}), 1);
    EXPECT_THAT(err_.str(), HasSubstr("not an address of a daemon"));
}

TEST(ApiClient, UnderstandsAddresses) {
    EXPECT_EQ(ApiClient::at("http://127.0.0.1:8099/")->url(), "http://127.0.0.1:8099");
    EXPECT_EQ(ApiClient::at("localhost")->url(), "http://localhost:8099");
    EXPECT_EQ(ApiClient::at("[::1]:80")->url(), "http://[::1]:80");
    EXPECT_EQ(ApiClient::at("https://water.lan")->url(), "https://water.lan:8099");
    for (const auto bad : {"", "http://", "a:b", "a/b", "[::1", ":80", "a b"}) {
        EXPECT_FALSE(ApiClient::at(bad)) << bad;
    }
}

TEST(ApiClient, AsksOnThisMachineWhateverTheListener) {
    EXPECT_EQ(url_of_listener("0.0.0.0:8099"), "http://127.0.0.1:8099");
    EXPECT_EQ(url_of_listener("[::]:1"), "http://[::1]:1");
    EXPECT_EQ(url_of_listener("192.168.1.4:8099"), "http://192.168.1.4:8099");
}

}  // namespace
}  // namespace millrace::app
