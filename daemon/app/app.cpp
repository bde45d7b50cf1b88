#include "app/app.h"

#include <algorithm>
#include <csignal>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include <spdlog/spdlog.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "api/server.h"
#include "app/adopted_devices.h"
#include "app/answer_codes.h"
#include "app/check_facts.h"
#include "app/daemon_controls.h"
#include "app/descriptors.h"
#include "app/keep.h"
#include "app/log.h"
#include "app/online_rebuild.h"
#include "app/open_store.h"
#include "app/privileges.h"
#include "app/service_manager.h"
#include "app/supervisor/broker.h"
#include "app/supervisor/home.h"
#include "app/system_random.h"
#include "app/token_file.h"
#include "base/system_clock.h"
#include "base/version.h"
#include "ble/radio.h"
#include "capture/doors.h"
#include "capture/guest.h"
#include "capture/pcap/live_capture.h"
#include "doctor/checkup.h"
#include "hub/hub.h"
#include "hub/neighbours.h"
#include "hub/vocabulary.h"
#include "hub/watch.h"
#include "message/topic.h"
#include "notify/notifier.h"
#include "notify/release_check.h"
#include "publish/publisher.h"
#include "recorder/recorder.h"
#include "sql/address.h"
#include "store/backup_copier.h"
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

// For the network view: the names of `millrace decode`.
capture::TopicKind kind_of(std::string_view topic) {
    const message::Kind kind = message::parse_topic(topic).kind;
    return {name(kind), kind == message::Kind::Boot, kind == message::Kind::Samples};
}

// Counted apart from the doors for bridges, and from the guest's.
constexpr ports::ConnectionId kFirstByBluetooth = ports::ConnectionId{1} << 61U;

bool listens(const ports::BluetoothState& bluetooth) {
    return std::any_of(bluetooth.adapters.begin(), bluetooth.adapters.end(),
                       [](const auto& adapter) { return adapter.state == ports::BluetoothPart::Working; });
}

// Opens the interface to watch, if there is one, and gives up what only that takes.
base::Result<std::unique_ptr<capture::PacketSource>, base::Error> open_watched(const settings::Settings& settings) {
    if (settings.live.interface.empty()) return nullptr;
    auto source = capture::open_interface(settings.live);
    if (!source) return base::failure(base::Error{std::move(source.error().message)});
    auto dropped = drop_privileges({settings.live.user, settings.store.state_dir});
    if (!dropped) return base::failure(std::move(dropped.error()));
    log().info("{}", *dropped);
    return std::move(*source);
}

}  // namespace

struct App::Parts {
    using Restart = std::function<base::Result<void, base::Error>()>;
    using CheckFacts = std::function<doctor::Known()>;

    Parts(ChosenSettings& chosen, const payload::KeyRing& keys, store::Database database,
          std::unique_ptr<capture::PacketSource> watched, Restart restart, CheckFacts check_facts)
        : Parts(chosen.in_force(), chosen, keys, std::move(database), std::move(watched), std::move(restart),
                std::move(check_facts)) {}

    Parts(const settings::Settings& settings, ChosenSettings& chosen, const payload::KeyRing& keys,
          store::Database database, std::unique_ptr<capture::PacketSource> watched, Restart restart,
          CheckFacts check_facts)
        : ask_restart(std::move(restart)),
          started(clock.steady_now()),
          writer(std::move(database), settings.store, clock, poster(loop)),
          reader(settings.store.address(), poster(loop)),
          backups(settings.store.address(), poster(loop)),
          watch({settings.alarms, settings.hub.zone, writer, &reader, clock, notices,
                 std::max(hub::kMaxWatched, settings.capture.max_connections)}),
          hub(settings.hub, keys, {writer, reader, clock, random, notices, &watch}),
          doors(loop, clock, settings.capture, hub, &hub.handover()),
          guest(loop, clock, settings.guest, hub),
          live(watched ? std::make_unique<capture::LiveCapture>(loop, clock, settings.live, std::move(watched), hub)
                       : nullptr),
          neighbours(hub, clock),
          radio(settings.ble, {loop, clock, neighbours, hub, [last = kFirstByBluetooth]() mutable { return ++last; }}),
          rebuild(writer, hub, reader, clock, settings.hub.zone),
          controls(settings, keys, {hub, writer, doors, rebuild, clock}),
          adopted(settings, {hub, neighbours, writer, controls}),
          answer_codes(settings.store.state_dir, random),
          tokens(settings.store.state_dir),
          notifier(loop, settings.notify, told_of()),
          releases(settings.updates, {clock, random, poster(loop),
                                      [this](const ports::Release& newest) { publisher.on_release(newest); }}),
          publisher(loop, settings.publish, clock, commands()),
          recorder(loop, settings.recorder, reader, hub, clock),
          checks({clock, poster(loop), std::move(check_facts)}),
          server(
              loop, settings.api,
              {hub,
               reader,
               controls,
               clock,
               reports(),
               {base::version(), clock.wall_now(), MILLRACE_REVISION},
               &watch,
               &notifier,
               {&tokens,
                installation_key(settings.store.state_dir, "session.key", "people on the page stay logged in", random),
                &answer_codes},
               &doors,
               &backups,
               &chosen,
               ask_restart,
               &releases,
               {&doors, &guest, settings.live.interface, &publisher},
               &reader,
               &words,
               &writer,
               &checks,
               &radio,
               &adopted}),
          signals(loop, SIGINT, SIGTERM),
          tick(loop),
          alive_timer(loop),
          restart_timer(loop) {
        doors.set_kind_of(kind_of);
        if (const auto home = supervisor_home()) {
            supervisor_broker = std::make_unique<SupervisorBroker>(*home, clock, poster(loop));
            publisher.ask_for_broker(*supervisor_broker);
        }
        if (live) live->set_bridge_of_device([this](const auto& device) { return hub.pipeline().bridge_of(device); });
    }

    notify::Surroundings told_of() {
        return {writer,
                clock,
                [this] { return doors.cloud_away().value_or("reached"); },
                [this] {
                    std::vector<ports::HealthItem> items;
                    writer.health(items);
                    return std::all_of(items.begin(), items.end(), [](const auto& item) { return item.ok; });
                },
                [this] { return watch.alarms().incidents; },
                &answer_codes};
    }
    publish::Commands commands() {
        return {[this](ports::CloudMode mode) {
                    controls.set_cloud_mode(mode, [](const auto& kept) {
                        if (!kept) log().error("the cloud mode was changed by MQTT: {}", kept.error().message);
                    });
                },
                &watch, &notifier,
                [this] {
                    if (const auto done = ask_restart(); !done) {
                        log().warn("a restart was asked for by MQTT: {}", done.error().message);
                    }
                }};
    }
    std::vector<const ports::SelfReport*> reports() const {
        std::vector<const ports::SelfReport*> all{&writer,     &hub,      &doors,    &guest,     &radio,
                                                  &neighbours, &notifier, &releases, &publisher, &recorder};
        if (live) all.push_back(live.get());
        return all;
    }

    base::SystemClock clock;
    Restart ask_restart;
    base::SteadyTime started;
    SystemRandom random;
    LoggedNotices notices;
    boost::asio::io_context loop{1};
    store::Writer writer;
    store::Reader reader;
    store::BackupCopier backups;
    hub::Watch watch;
    hub::Hub hub;
    capture::Doors doors;
    capture::Guest guest;
    std::unique_ptr<capture::LiveCapture> live;  // where an interface is watched
    hub::Neighbours neighbours;
    ble::Radio radio;
    OnlineRebuild rebuild;
    DaemonControls controls;
    AdoptedDevices adopted;
    AnswerCodes answer_codes;
    TokenFile tokens;
    hub::Vocabulary words;
    notify::Notifier notifier;
    notify::ReleaseCheck releases;
    std::unique_ptr<SupervisorBroker> supervisor_broker;  // as an app of Home Assistant
    publish::Publisher publisher;
    recorder::Recorder recorder;
    doctor::Checkup checks;
    api::Server server;
    boost::asio::signal_set signals;
    boost::asio::steady_timer tick;
    base::SteadyTime cloud_noted{};
    boost::asio::steady_timer alive_timer;
    boost::asio::steady_timer restart_timer;
    bool moving = false;  // to another time zone
    bool stopping = false;
    Ending ending = Ending::Stopped;
    base::Result<void, base::Error> outcome;
};

App::App(settings::Settings settings, payload::KeyRing keys, FitToStart fit_to_start, std::string config_file,
         ReadyDescriptor ready)
    : settings_(std::move(settings),
                [this](const auto& wanted, auto choice, auto done) {
                    return use_settings(wanted, std::move(choice), std::move(done));
                }),
      keys_(std::move(keys)),
      fit_to_start_(std::move(fit_to_start)),
      config_file_(std::move(config_file)),
      ready_(std::move(ready)) {}

App::~App() = default;

base::Result<Ending, base::Error> App::run() {
    std::signal(SIGPIPE, SIG_IGN);  // a peer that went away is an error of its socket, not of the process
    if (const auto allowed = allow_descriptors(descriptors_for(settings_.in_force())); !allowed) {
        log().warn("{}", allowed.error().message);
    }
    auto watched = open_watched(settings_.in_force());
    if (!watched) return base::failure(std::move(watched.error()));
    auto database = open_when_free(settings_.in_force().store);
    if (!database) return base::failure(std::move(database.error()));
    if (!*database) return Ending::Stopped;
    const auto stored = load_state(**database, settings_.in_force(), base::SystemClock().wall_now());
    if (!stored) return base::failure(stored.error());
    const bool key_came = opens_the_past(**database, keys_);
    settings_.restore(*stored);
    set_log_level(std::string(name(settings_.in_force().log_level)));
    parts_ = std::make_unique<Parts>(
        settings_, keys_, std::move(**database), std::move(*watched), [this] { return restart(); },
        [this] { return facts_for_checks(); });
    parts_->hub.restore(*stored);
    parts_->controls.restore(*stored);
    parts_->adopted.restore(*stored);
    parts_->notifier.restore(*stored);
    parts_->writer.on_lost([this](const std::string& why) { start_over(why); });
    parts_->writer.start();
    parts_->reader.start();
    say_alive();
    parts_->signals.async_wait([this](const boost::system::error_code& error, int) {
        if (error) return;
        parts_->ending = Ending::Stopped;  // whatever was asked for before
        stop();
    });
    // What was counted so far comes from the store before the first frame may add to it.
    parts_->rebuild.count_totals([this, key_came] {
        if (parts_->stopping) return;
        open_doors();
        if (key_came) parts_->rebuild.start(keys_, "a key was added", [](const auto&) {});
    });
    parts_->loop.run();
    parts_->reader.stop();
    parts_->writer.stop();
    parts_->loop.restart();
    parts_->loop.poll();  // the writer's last answers
    if (!parts_->outcome) return base::failure(std::move(parts_->outcome.error()));
    log().info("stopped");
    return parts_->ending;
}

void App::open_doors() {
    Parts& parts = *parts_;
    parts.hub.subscribe(parts.publisher);
    parts.hub.subscribe(parts.server);
    parts.watch.subscribe(parts.notifier);
    parts.watch.subscribe(parts.publisher);
    parts.watch.subscribe(parts.server);
    parts.notifier.start();
    parts.publisher.start();
    parts.recorder.start();
    parts.hub.open_diary();
    parts.outcome = parts.doors.start(inherited_bridge_socket());
    if (parts.outcome) parts.outcome = parts.guest.start();
    if (parts.live) parts.live->start();
    parts.radio.start();
    if (parts.outcome) parts.outcome = parts.server.start();
    if (!parts.outcome) return stop();
    log().info("millrace {}: bridges on {} ({}), page and API on {}://{}/, history in {}", base::version(),
               parts.doors.local_endpoint(), name(parts.hub.live().cloud_mode),
               settings_.in_force().api.certificate_file.empty() ? "http" : "https", parts.server.address(),
               sql::shown(settings_.in_force().store.address()));
    tell_ready("bridges on " + parts.doors.local_endpoint() + ", page on " + parts.server.address());
    ready_.tell();
    tick();
}

// From the loop, so that one that hangs says nothing.
void App::say_alive() {
    const auto limit = watchdog_limit();
    if (!limit) return;
    tell_alive();
    constexpr int kTimesInTheLimit = 3;
    parts_->alive_timer.expires_after(*limit / kTimesInTheLimit);
    parts_->alive_timer.async_wait([this](const boost::system::error_code& error) {
        if (!error) say_alive();
    });
}

// Silences are explained by it later.
void App::note_cloud() {
    const std::optional<std::string> away = parts_->doors.cloud_away();
    parts_->hub.note_cloud_away(away.has_value(), away.value_or(""));
}

void App::tick() {
    constexpr base::Seconds kCloudNotedEvery{5};
    const base::SteadyTime now = parts_->clock.steady_now();
    if (now - parts_->cloud_noted >= kCloudNotedEvery) {
        parts_->cloud_noted = now;
        note_cloud();
        parts_->hub.note_listening(listens(parts_->radio.bluetooth()));
    }
    parts_->hub.tick();
    parts_->releases.tick();
    if (parts_->supervisor_broker) parts_->supervisor_broker->tick();
    parts_->tick.expires_after(hub::Hub::kTick);
    parts_->tick.async_wait([this](const boost::system::error_code& error) {
        if (!error) tick();
    });
}

base::Result<void, base::Error> App::use_settings(const settings::Settings& wanted, ports::ChoiceRecord choice,
                                                  ports::Controls::Done done) {
    Parts& parts = *parts_;
    const bool moved = wanted.hub.zone.name() != settings_.in_force().hub.zone.name();
    if (parts.moving || (moved && parts.rebuild.running())) {
        return base::failure(
            base::Error{"a rebuild or another change of the time zone is under way; try again in a moment"});
    }
    const auto apply = [this, wanted] {
        Parts& used = *parts_;
        set_log_level(std::string(name(wanted.log_level)));
        used.publisher.set_site(wanted.publish.unit, wanted.publish.zone, wanted.publish.tariff);
        used.notifier.set_site(wanted.notify.unit, wanted.notify.zone);
        used.recorder.set_unit(wanted.recorder.unit);
        used.server.set_site(wanted.api.unit, wanted.api.zone, wanted.api.tariff);
    };
    // Until the other zone's day, week and month are counted, nothing may be added to the present ones.
    parts.moving = moved;
    if (moved) parts.hub.hold();
    keep(parts.writer, std::move(choice), [this, wanted, moved, apply, done = std::move(done)](auto kept) {
        if (!moved) {
            apply();
            return done(std::move(kept));
        }
        parts_->rebuild.set_zone(wanted.hub.zone);
        parts_->rebuild.count_totals([this, wanted, apply, kept = std::move(kept), done] {
            parts_->hub.set_zone(wanted.hub.zone);
            apply();
            parts_->hub.resume(std::nullopt);
            parts_->moving = false;
            done(kept);
        });
    });
    return {};
}

base::Result<void, base::Error> App::restart() {
    // Somebody who asks at every start must not keep it from working.
    constexpr base::Seconds kSettled{10};
    // Whoever asked gets his answer first.
    constexpr base::Milliseconds kAnswered{500};
    Parts& parts = *parts_;
    if (parts.stopping || parts.ending == Ending::Restart) return {};
    if (parts.live) {
        return base::refused("the rights to watch " + settings_.in_force().live.interface +
                             " were given up after the start, so the service has to be restarted from outside");
    }
    if (parts.clock.steady_now() - parts.started < kSettled) {
        return base::refused("it started less than " + std::to_string(kSettled.count()) + " s ago");
    }
    if (auto fit = fit_to_start_(); !fit) return base::refused("it would not start again: " + fit.error().message);
    log().info("restarting");
    parts.ending = Ending::Restart;
    parts.restart_timer.expires_after(kAnswered);
    parts.restart_timer.async_wait([this](const boost::system::error_code& error) {
        if (!error) stop();
    });
    return {};
}

// What is in memory may be another daemon's to decide by now. Nothing of it has been acknowledged, so the bridges send
// it again, to whoever holds the store then.
void App::start_over(const std::string& why) {
    Parts& parts = *parts_;
    if (parts.stopping) return;
    if (parts.live) {
        parts.outcome = base::failure(base::Error{why});  // it may not watch again; whoever started us does it anew
    } else {
        log().warn("starting over, because {}", why);
        parts.ending = Ending::Restart;
    }
    stop();
}

doctor::Known App::facts_for_checks() const {
    const Parts& parts = *parts_;
    doctor::House house{parts.hub.live(),
                        parts.doors.bridge_listener(),
                        parts.guest.guest(),
                        settings_.in_force().live.interface,
                        parts.publisher.home_assistant(),
                        parts.radio.bluetooth(),
                        parts.adopted.heard(),
                        parts.adopted.adopted()};
    const auto fit = fit_to_start_();
    return with_house(facts_known(settings_.in_force(), config_file_, parts.clock.wall_now()),
                      fit ? std::string() : fit.error().message, std::move(house));
}

void App::stop() {
    Parts& parts = *parts_;
    if (std::exchange(parts.stopping, true)) return;
    if (parts.ending == Ending::Stopped) {
        tell_stopping();
    } else {
        tell_restarting();
    }
    parts.tick.cancel();
    parts.restart_timer.cancel();
    if (parts.ending == Ending::Stopped) parts.signals.cancel();  // else somebody may still want it to stop for good
    parts.server.stop();
    parts.backups.stop();
    parts.checks.stop();
    parts.notifier.stop();
    parts.releases.stop();
    if (parts.supervisor_broker) parts.supervisor_broker->stop();
    parts.recorder.stop();
    parts.doors.stop();
    parts.guest.stop();
    if (parts.live) parts.live->stop();
    parts.radio.stop();
    parts.hub.close_diary();
    parts.writer.abandon_rebuild();
    parts.publisher.stop([this] {
        parts_->alive_timer.cancel();
        parts_->loop.stop();
    });
}

}  // namespace millrace::app
