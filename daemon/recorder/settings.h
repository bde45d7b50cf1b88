// What the config file may set for this room. Plain values; any thread.
#pragma once

#include <string>

#include "base/units.h"

namespace millrace::recorder {

struct Settings {
    std::string url;         // of Home Assistant, http or https; empty: none, or the Supervisor's
    std::string token;       // secret; a long-lived access token
    std::string token_file;  // already read into `token` by whoever loads the settings
    std::string ca_file;     // empty: the system's certificate authorities
    bool import_history = true;
    base::VolumeUnit unit = base::VolumeUnit::Litre;  // the site's: Litre or Gallon
};

}  // namespace millrace::recorder
