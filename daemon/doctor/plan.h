// Whom the checks ask. Pure.
//
// In local mode nothing leaves the house: name servers and time servers on the internet are asked only when somebody
// names them for this run. In the other modes the bridge's cloud is asked anyway, and so are those of the system.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "doctor/facts.h"
#include "ports/checks.h"

namespace millrace::doctor {

// What the bridge asks for. The last one is where its updates come from; it does not have to be led anywhere.
inline constexpr std::array<std::string_view, 3> kBridgeNames = {"mqtt.prod.flumetech.com", "mqtt.flumewater.com",
                                                                 "device.flumetech.com"};
inline constexpr std::string_view kUpdateName = "ota.flumetech.com";

// The system's files, as they are; what is not there is empty.
struct SystemTexts {
    std::string resolv_conf;        // /etc/resolv.conf
    std::string resolved;           // what systemd-resolved passes questions on to
    std::string routes;             // /proc/net/route
    std::vector<std::string> time;  // of the programs that set the clock
};

struct Plan {
    std::vector<std::string> name_servers;
    std::vector<std::string> left_out;  // name servers of the system that are not asked, for they are on the internet
    std::vector<std::string> time_servers;
};

[[nodiscard]] Plan plan(const Known& known, const ports::CheckWishes& wishes, const SystemTexts& texts);

}  // namespace millrace::doctor
