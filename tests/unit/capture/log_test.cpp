#include "capture/log.h"

#include <sstream>

#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include "fixture.h"

namespace millrace::capture {
namespace {

// Takes the room's log for the length of a test.
class CaughtLog {
public:
    explicit CaughtLog(spdlog::level::level_enum level) {
        before_ = logger();
        auto caught =
            std::make_shared<spdlog::logger>("capture", std::make_shared<spdlog::sinks::ostream_sink_mt>(text_));
        caught->set_level(level);
        spdlog::drop("capture");
        spdlog::register_logger(caught);
    }
    ~CaughtLog() {
        spdlog::drop("capture");
        spdlog::register_logger(before_);
    }
    CaughtLog(const CaughtLog&) = delete;
    CaughtLog& operator=(const CaughtLog&) = delete;

    [[nodiscard]] std::string text() const { return text_.str(); }
    [[nodiscard]] std::size_t lines(std::string_view with) const {
        std::size_t count = 0;
        std::istringstream all(text_.str());
        for (std::string line; std::getline(all, line);) count += line.find(with) != std::string::npos ? 1U : 0U;
        return count;
    }

private:
    std::ostringstream text_;
    std::shared_ptr<spdlog::logger> before_;
};

class Log : public DoorsTest {};

TEST_F(Log, GetsOneWarningAMinuteHoweverMuchGarbageComes) {
    CaughtLog log(spdlog::level::info);
    start_local();
    for (int i = 0; i < 50; ++i) {
        Peer peer = bridge();
        peer.send(base::as_bytes("GET / HTTP/1.1\r\n\r\n"));
        ASSERT_TRUE(peer.wait_end());
    }
    EXPECT_EQ(log.lines("[warning]"), 1U) << log.text();
    EXPECT_EQ(log.lines(""), 2U) << log.text();  // with the one that says where we listen
    clock_.push(std::chrono::seconds(61));
    Peer peer = bridge();
    peer.send(base::as_bytes("GET / HTTP/1.1\r\n\r\n"));
    ASSERT_TRUE(peer.wait_end());
    EXPECT_EQ(log.lines("[warning]"), 2U);
    EXPECT_EQ(log.lines("49 more"), 1U) << log.text();
}

TEST_F(Log, NeverHoldsAPasswordOrAClientIdThatIsNoBridge) {
    CaughtLog log(spdlog::level::trace);
    FakeCloud cloud(loop_);
    for (const bool relay : {false, true}) {
        relay ? start_relay(cloud.address()) : start_local();
        Peer peer = bridge();
        peer.send(connect_packet("chosen\nby the client"));
        ASSERT_TRUE(eventually([&] { return sink_.opened.size() == (relay ? 2U : 1U); }));
        doors_.reset();
    }
    EXPECT_EQ(log.text().find("made-up-password"), std::string::npos);
    EXPECT_EQ(log.text().find("by the client"), std::string::npos);
    EXPECT_GT(log.lines("[debug]"), 2U);
}

TEST(LogGate, LetsOneLineAMinuteThroughAndCountsTheRest) {
    LogGate gate;
    const base::SteadyTime start{};
    EXPECT_EQ(gate.admit(start), 0U);
    EXPECT_EQ(gate.admit(start + std::chrono::milliseconds(1)), std::nullopt);
    EXPECT_EQ(gate.admit(start + std::chrono::milliseconds(59'999)), std::nullopt);
    EXPECT_EQ(gate.admit(start + std::chrono::seconds(60)), 2U);
    EXPECT_EQ(gate.admit(start + std::chrono::seconds(120)), 0U);
}

}  // namespace
}  // namespace millrace::capture
