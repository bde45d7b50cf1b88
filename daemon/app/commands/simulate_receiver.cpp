#include "app/commands/simulate_receiver.h"

#include <cmath>
#include <csignal>
#include <ostream>
#include <utility>

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "app/exit_code.h"
#include "base/system_clock.h"
#include "ble/advertiser.h"
#include "ble/frame_notifier.h"
#include "capture/pcap/capture_file.h"

namespace millrace::app {
namespace {

using base::Milliseconds;
using boost::system::error_code;
using ports::BluetoothPart;

constexpr Milliseconds kLookForListener{20};  // between looks at whether somebody listens

ble::FrameNotifierSettings notifier_settings(const SimulateReceiverOptions& options) {
    ble::FrameNotifierSettings settings;
    settings.adapter = options.adapter;
    settings.service = options.service;
    settings.characteristic = options.characteristic;
    return settings;
}

class ReceiverRun {
public:
    ReceiverRun(const SimulateReceiverOptions& options, std::vector<ports::Frame> frames, std::ostream& log)
        : frames_(std::move(frames)),
          every_(std::llround(options.every_s * 1'000)),
          log_(log),
          notifier_(loop_, notifier_settings(options)),
          advertiser_(loop_, {options.adapter, options.name, true, ""}, {}),
          timer_(loop_),
          signals_(loop_, SIGINT, SIGTERM) {}

    [[nodiscard]] int go() {
        signals_.async_wait([this](const error_code& error, int) {
            if (!error) stop();
        });
        notifier_.start();
        look_around();
        loop_.run();
        log_ << next_ << " of " << frames_.size() << " messages passed on" << std::endl;
        return next_ == frames_.size() ? kExitGood : kExitFailed;
    }

private:
    void look_around() {
        const std::string problem = notifier_.problem().empty() ? advertiser_.problem() : notifier_.problem();
        if (problem != std::exchange(problem_, problem) && !problem.empty()) log_ << problem << std::endl;
        // Who connects before the service is there remembers that there is none.
        if (!advertises_ && notifier_.state() == BluetoothPart::Working) {
            advertises_ = true;
            advertiser_.start();
        }
        const bool works = advertises_ && advertiser_.state() == BluetoothPart::Working;
        if (works != std::exchange(works_, works) && works) log_ << "waiting for somebody to listen" << std::endl;
        const base::SteadyTime now = clock_.steady_now();
        if (notifier_.has_listener() && now - passed_on_ >= every_) {
            if (next_ == frames_.size()) return stop();
            passed_on_ = now;
            // What has no place in the format is left out.
            if (!notifier_.notify(frames_[next_])) log_ << "left out: " << frames_[next_].topic << std::endl;
            ++next_;
        }
        timer_.expires_after(kLookForListener);
        timer_.async_wait([this](const error_code& error) {
            if (!error) look_around();
        });
    }

    void stop() {
        advertiser_.stop();
        notifier_.stop();
        error_code ignored;
        signals_.cancel(ignored);
        timer_.cancel();
        loop_.stop();
    }

    const std::vector<ports::Frame> frames_;
    const Milliseconds every_;
    std::ostream& log_;
    base::SystemClock clock_;
    boost::asio::io_context loop_{1};
    ble::FrameNotifier notifier_;
    ble::Advertiser advertiser_;
    boost::asio::steady_timer timer_;
    boost::asio::signal_set signals_;
    base::SteadyTime passed_on_{};
    std::size_t next_ = 0;
    std::string problem_;
    bool advertises_ = false;
    bool works_ = false;
};

}  // namespace

void add_simulated_receiver(CLI::App& simulate, SimulateReceiverOptions& options) {
    CLI::App* receiver =
        simulate.add_subcommand("receiver", "A receiver that passes a capture's messages on by Bluetooth, by BlueZ");
    receiver->callback([&options] { options.chosen = true; });
    receiver->add_option("files", options.files, "pcap, pcapng or JSON-lines files")->required()->type_name("FILE");
    receiver->add_option("--adapter", options.adapter, "The adapter of this machine that is connected to")
        ->capture_default_str();
    receiver->add_option("--name", options.name, "The name that it says it has")->capture_default_str();
    receiver->add_option("--service", options.service, "UUID of its service, as in bluetooth.receivers")->required();
    receiver->add_option("--characteristic", options.characteristic, "UUID of the characteristic that notifies")
        ->required();
    constexpr double kMostSeconds = 1e6;
    receiver->add_option("--every", options.every_s, "Seconds between two messages")
        ->check(CLI::Range(0.0, kMostSeconds))
        ->capture_default_str();
}

int simulate_receiver(const SimulateReceiverOptions& options, std::ostream& err) {
    std::vector<ports::Frame> frames;
    for (const std::string& file : options.files) {
        const auto read =
            capture::read_capture_file(file, {}, [&frames](const ports::Frame& frame) { frames.push_back(frame); });
        if (!read) return fail(read.error(), err);
    }
    return ReceiverRun(options, std::move(frames), err).go();
}

}  // namespace millrace::app
