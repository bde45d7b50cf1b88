// What the daemon tells people and programs over HTTP: health, metrics, the REST interface and the page.
//
// Server ties the routes of this room to an HttpServer. It answers from the hub's live view at once, from the history
// when the reader thread has it, and changes what people may change through Controls (see gate.h for who may).
// Loop thread only. All that Dependencies refers to must outlive the Server; an answer of the history or the controls
// that comes after the Server has gone is dropped.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/gate.h"
#include "api/http_server.h"
#include "api/router.h"
#include "api/settings.h"
#include "base/result.h"
#include "base/time.h"
#include "ports/alarms.h"
#include "ports/backups.h"
#include "ports/bluetooth.h"
#include "ports/checks.h"
#include "ports/controls.h"
#include "ports/device_history.h"
#include "ports/health.h"
#include "ports/history.h"
#include "ports/live.h"
#include "ports/network.h"
#include "ports/notify.h"
#include "ports/release.h"
#include "ports/run_time_settings.h"
#include "ports/setup.h"
#include "ports/vocabulary.h"

namespace millrace::api {

// What does not change while the daemon runs.
struct StatusInfo {
    std::string version;
    base::WallTime started;
    std::string revision = "unknown";  // the commit it was built of
};

// What is null is not there.
struct SetupViews {
    const ports::BridgeListenerView* listener = nullptr;
    const ports::GuestView* guest = nullptr;
    std::string watched_interface{};  // by a live capture; empty: none
    const ports::HomeAssistantView* home_assistant = nullptr;
};

struct Dependencies {
    const ports::LiveView& live;
    ports::History& history;
    ports::Controls& controls;
    const base::Clock& clock;
    std::vector<const ports::SelfReport*> reports;
    StatusInfo status;
    ports::Alarms* alarms = nullptr;      // null: nobody watches the water
    ports::Channels* channels = nullptr;  // null: nobody is told
    Credentials credentials{};
    const ports::NetworkView* network = nullptr;  // null: no doors for bridges
    ports::Backups* backups = nullptr;            // null: none are made
    ports::RunTimeSettings* settings = nullptr;   // null: none may be changed
    // Soon after it returns, or why not. Null: not from here.
    std::function<base::Result<void, base::Error>()> restart{};
    const ports::Releases* releases = nullptr;  // null: nobody is asked
    SetupViews setup{};
    ports::DeviceHistory* device_history = nullptr;        // null: nothing is kept of what devices say
    const ports::Vocabulary* words = nullptr;              // with a device history never null
    ports::FileHold* file_hold = nullptr;                  // null: the store's file cannot be held
    ports::Checks* checks = nullptr;                       // null: none are made
    const ports::BluetoothView* bluetooth = nullptr;       // null: nobody listens
    ports::BluetoothDevices* bluetooth_devices = nullptr;  // with a view never null
};

struct Site;

class LiveStream;

class Server : public ports::SelfReport, public ports::AlarmSubscriber, public ports::LiveSubscriber {
public:
    Server(boost::asio::io_context& loop, Settings settings, Dependencies dependencies);
    ~Server() override;
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    // Fails with a message that says how to mend it, such as when the port is in use.
    [[nodiscard]] base::Result<void, base::Error> start();
    void stop();

    // For answers from now on; those who listen to the stream get a new snapshot.
    void set_site(base::VolumeUnit unit, const base::TimeZone& zone, const std::optional<meter::Tariff>& tariff);

    // Where it listens, as "127.0.0.1:8099"; empty while it does not.
    [[nodiscard]] std::string address() const { return http_.address(); }
    [[nodiscard]] std::uint16_t port() const { return http_.port(); }
    [[nodiscard]] const Router& routes() const { return router_; }

    // Both go on to those who listen to the stream; alarms are counted for the metrics.
    [[nodiscard]] bool looks() const override { return false; }  // the stream asks for itself, where somebody listens
    void on_live(const ports::LiveState& state) override;
    void on_alarm(const detect::AlarmEvent& event) override;

    // Its own share of health and metrics; it asks itself, so leave it out of Dependencies::reports.
    void health(std::vector<ports::HealthItem>& items) const override;
    void metrics(std::vector<ports::Metric>& metrics) const override;

private:
    std::string listen_;
    std::unique_ptr<Site> site_;  // what the routes speak of
    std::unique_ptr<LiveStream> stream_;
    Router router_;
    HttpServer http_;
};

}  // namespace millrace::api
