// What is known of the cloud's health, from the relayed connections. Values; loop thread only.
#pragma once

#include <string>
#include <vector>

#include "ports/health.h"

namespace millrace::capture {

class CloudState {
public:
    explicit CloudState(std::string cloud)
        : cloud_(std::move(cloud)), detail_("not tried yet: no bridge has connected since the start") {}

    // The first byte came back on a connection.
    void answered(const std::string& address) { set(true, "connected to " + cloud_ + " (" + address + ")"); }
    void failed(std::string why) { set(false, std::move(why)); }

    // `silent`: connections that the cloud accepted and has not said a word on for too long.
    void health(std::size_t silent, std::vector<ports::HealthItem>& items) const {
        if (ok_ && silent > 0) {
            items.push_back(
                {"cloud", false,
                 cloud_ + " accepts connections but does not answer on " + std::to_string(silent) + " of them"});
        } else {
            items.push_back({"cloud", ok_, detail_});
        }
    }

private:
    void set(bool ok, std::string detail) {
        ok_ = ok;
        detail_ = std::move(detail);
    }

    std::string cloud_;
    bool ok_ = true;
    std::string detail_;
};

}  // namespace millrace::capture
