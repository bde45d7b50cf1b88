#include "app/check_facts.h"

#include <unistd.h>

#include <filesystem>

#include "base/version.h"
#include "capture/endpoint.h"
#include "capture/loop_guard.h"
#include "doctor/store_probe.h"

namespace millrace::app {
namespace {

bool there_is(const char* path) {
    std::error_code ignored;
    return std::filesystem::exists(path, ignored);
}

void set_listening(doctor::Known& known, const std::string& listen) {
    known.listen = listen;
    if (const auto where = capture::parse_host_port(listen)) known.listen_port = where->port;
}

}  // namespace

doctor::Known facts_known(const settings::Settings& settings, const std::string& config_file, base::WallTime now) {
    doctor::Known known;
    known.now = now;
    known.built = base::from_unix_s(MILLRACE_BUILT);
    known.version = base::version();
    known.config_file = config_file;
    known.systemd = there_is("/run/systemd/system");
    known.container = !settings.api.supervisor.empty() || there_is("/.dockerenv") || there_is("/run/.containerenv");
    known.root = ::geteuid() == 0;
    known.mode = settings.capture.mode;
    known.guest = !settings.guest.broker.empty();
    known.watched = !settings.live.interface.empty();
    set_listening(known, settings.capture.listen);
    for (const auto& address : capture::own_addresses()) known.own.push_back(capture::plain(address));
    if (const auto cloud = capture::parse_host_port(settings.capture.cloud)) {
        known.cloud_host = cloud->host;
        known.cloud_port = cloud->port;
    }
    known.cloud_name_servers = settings.capture.name_servers;
    known.state_dir = settings.store.state_dir;
    known.database_server = settings.store.server;
    known.user = doctor::user_name(::geteuid());
    known.broker_host = settings.publish.host;
    known.broker_port = settings.publish.port;
    known.broker_tls = settings.publish.tls;
    if (settings.publish.discovery) known.discovery_prefix = settings.publish.discovery_prefix;
    known.bluetooth = settings.ble.enabled;
    return known;
}

doctor::Known with_house(doctor::Known known, std::string config_problem, doctor::House house) {
    known.config_problem = std::move(config_problem);
    known.mode = house.live.cloud_mode;
    if (house.listener && house.listener->open()) set_listening(known, house.listener->address);
    known.house = std::move(house);
    return known;
}

}  // namespace millrace::app
