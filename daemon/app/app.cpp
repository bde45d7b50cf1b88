#include "app/app.h"

#include <csignal>
#include <functional>
#include <utility>

#include <spdlog/spdlog.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "api/server.h"
#include "app/calibrations.h"
#include "app/log.h"
#include "app/system_random.h"
#include "base/system_clock.h"
#include "capture/doors.h"
#include "hub/hub.h"
#include "publish/publisher.h"
#include "store/database.h"
#include "store/reader.h"
#include "store/writer.h"

namespace millrace::app {
namespace {

// What rooms that do not log want said.
class LoggedNotices final : public ports::Notices {
public:
    void notice(ports::Severity severity, const std::string& text) override {
        const auto logger = spdlog::get("hub");
        switch (severity) {
            case ports::Severity::Info: logger->info("{}", text); break;
            case ports::Severity::Warning: logger->warn("{}", text); break;
            case ports::Severity::Error: logger->error("{}", text); break;
        }
    }
};

std::function<void(std::function<void()>)> poster(boost::asio::io_context& loop) {
    return [&loop](std::function<void()> work) { boost::asio::post(loop, std::move(work)); };
}

// Opens the store and enters what the config file says of calibrations.
base::Result<std::pair<store::Database, ports::StoredState>, base::Error> open_store(
    const settings::Settings& settings) {
    auto database = store::Database::open(settings.store);
    if (!database) return base::failure(std::move(database.error()));
    auto stored = database->load();
    if (!stored) return base::failure(std::move(stored.error()));
    std::vector<store::Entry> entries;
    for (const ports::CalibrationRecord& change : calibration_changes(settings.hub, *stored)) {
        entries.emplace_back(change);
        stored->calibrations.push_back(change);
    }
    if (!entries.empty()) {
        if (auto done = database->append(entries); !done) return base::failure(base::Error{done.error().message});
    }
    return std::pair{std::move(*database), std::move(*stored)};
}

}  // namespace

struct App::Parts {
    Parts(settings::Settings& settings, payload::KeyRing keys, store::Database database)
        : writer(std::move(database), settings.store, clock, poster(loop)),
          reader(settings.store.state_dir + "/millrace.db", poster(loop)),
          hub(settings.hub, std::move(keys), {writer, clock, random, notices}),
          publisher(loop, settings.publish, clock),
          doors(loop, clock, settings.capture, hub),
          server(loop, settings.api,
                 {hub,
                  reader,
                  clock,
                  {&writer, &hub, &doors, &publisher},
                  {MILLRACE_VERSION, settings.capture.mode == capture::Mode::Relay ? "relay" : "local",
                   clock.wall_now()}}),
          signals(loop, SIGINT, SIGTERM),
          tick(loop) {}

    base::SystemClock clock;
    SystemRandom random;
    LoggedNotices notices;
    boost::asio::io_context loop{1};
    store::Writer writer;
    store::Reader reader;
    hub::Hub hub;
    publish::Publisher publisher;
    capture::Doors doors;
    api::Server server;
    boost::asio::signal_set signals;
    boost::asio::steady_timer tick;
    std::vector<base::DeviceId> days_to_count;
    bool stopping = false;
    base::Result<void, base::Error> outcome;
};

App::App(settings::Settings settings, payload::KeyRing keys) : settings_(std::move(settings)), keys_(std::move(keys)) {}

App::~App() = default;

base::Result<void, base::Error> App::run() {
    std::signal(SIGPIPE, SIG_IGN);  // a peer that went away is an error of its socket, not of the process
    auto opened = open_store(settings_);
    if (!opened) return base::failure(std::move(opened.error()));
    parts_ = std::make_unique<Parts>(settings_, std::move(keys_), std::move(opened->first));
    parts_->hub.restore(opened->second);
    parts_->writer.start();
    parts_->reader.start();
    parts_->signals.async_wait([this](const boost::system::error_code& error, int) {
        if (!error) stop();
    });
    count_today();
    parts_->loop.run();
    parts_->reader.stop();
    parts_->writer.stop();
    parts_->loop.restart();
    parts_->loop.poll();  // the writer's last answers
    if (parts_->outcome) log().info("stopped");
    return std::move(parts_->outcome);
}

void App::count_today() {
    parts_->days_to_count = parts_->hub.sensors();
    count_next_day();
}

void App::count_next_day() {
    Parts& parts = *parts_;
    if (parts.days_to_count.empty()) return open_doors();
    const base::DeviceId sensor = parts.days_to_count.back();
    parts.days_to_count.pop_back();
    const base::WallTime now = parts.clock.wall_now();
    const base::TimeZone& zone = settings_.hub.zone;
    const base::WallTime day = zone.start_of(base::CalendarUnit::Day, now);
    parts.reader.usage({sensor, day, zone.next_start(base::CalendarUnit::Day, now), base::CalendarUnit::Day, zone},
                       [this, sensor, day](base::Result<ports::UsageAnswer, base::Error> usage) {
                           if (parts_->stopping) return;
                           if (usage && !usage->buckets.empty()) {
                               parts_->hub.set_today(sensor, day, usage->buckets.front().volume);
                           } else if (!usage) {
                               log().warn("today's volume begins at zero: {}", usage.error().message);
                           }
                           count_next_day();
                       });
}

void App::open_doors() {
    Parts& parts = *parts_;
    parts.hub.subscribe(parts.publisher);
    parts.publisher.start();
    parts.outcome = parts.doors.start();
    if (parts.outcome) parts.outcome = parts.server.start();
    if (!parts.outcome) return stop();
    log().info("millrace {}: bridges on {} ({}), page and API on http://{}/, state in {}", MILLRACE_VERSION,
               parts.doors.local_endpoint(), settings_.capture.mode == capture::Mode::Relay ? "relay" : "local",
               parts.server.address(), settings_.store.state_dir);
    tick();
}

void App::tick() {
    parts_->hub.tick();
    parts_->tick.expires_after(hub::Hub::kTick);
    parts_->tick.async_wait([this](const boost::system::error_code& error) {
        if (!error) tick();
    });
}

void App::stop() {
    Parts& parts = *parts_;
    if (std::exchange(parts.stopping, true)) return;
    parts.tick.cancel();
    parts.signals.cancel();
    parts.server.stop();
    parts.doors.stop();
    parts.publisher.stop([this] { parts_->loop.stop(); });
}

}  // namespace millrace::app
