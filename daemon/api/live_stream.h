// `/api/v1/stream`: what changes, as server-sent events, while it changes.
//
// Events: `snapshot` (`devices` and `alarms`, as the routes of those names say them), `sensor`, `bridge` and `puck`
// (one of them, as in `devices`), `alarm` (`change`, `at`, `by` and the `alarm`). Changes within kGathered of each
// other come as one. When a device was forgotten a new snapshot comes. Volumes are in the site's unit. Loop thread
// only.
#pragma once

#include <memory>
#include <vector>

#include <boost/asio/steady_timer.hpp>

#include "api/event_stream.h"
#include "api/router.h"
#include "base/time.h"
#include "detect/incident.h"
#include "ports/live.h"

namespace boost::asio {
class io_context;
}

namespace millrace::api {

struct Site;

class LiveStream {
public:
    static constexpr base::Milliseconds kGathered{200};
    static constexpr base::Seconds kCommentEvery{15};
    static constexpr base::Seconds kKeptFor{600};  // without a listener

    // Each stream holds a connection: half of all may be streams, and half of those of one address.
    LiveStream(boost::asio::io_context& loop, const Site& site, std::size_t most, std::size_t most_per_address);

    void add_route(Router& router);
    void on_live();
    // Units or zone have changed, and with them every value that was said.
    void on_site();
    void on_alarm(const detect::AlarmEvent& event);
    void stop();

    [[nodiscard]] std::size_t clients() { return events_.clients(); }

private:
    void handle(const Request& request, const Responder& responder);
    [[nodiscard]] std::string snapshot() const;
    void tell_changes();
    // A new snapshot for everybody: events cannot say that a device was forgotten, or that all values have other units.
    void begin_anew();
    void wait_for_comment();
    [[nodiscard]] bool listened_to();

    const Site& site_;
    std::size_t most_;
    std::size_t most_per_address_;
    EventStream events_;
    boost::asio::steady_timer gather_;
    boost::asio::steady_timer comment_;
    bool gathering_ = false;
    bool stopped_ = false;
    base::SteadyTime last_listener_;
    ports::LiveState told_;
};

}  // namespace millrace::api
