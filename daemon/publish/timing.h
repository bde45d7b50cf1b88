// The waits of the publisher, in one place so that tests can shorten them.
#pragma once

#include "base/time.h"

namespace millrace::publish {

struct Timing {
    base::Milliseconds first_redial{1000};
    base::Milliseconds longest_redial{30'000};      // a broker that is back is found within half a minute
    base::Milliseconds broker_asked_again{60'000};  // while whoever knows of a broker knows of none
    base::Milliseconds connack_wait{5000};          // TCP, TLS and the broker's answer
    base::Milliseconds discovery_settles{1000};     // Home Assistant gathers its subscriptions before sending them
    base::Milliseconds birth_jitter{3000};          // many clients answer the same birth message
    base::Milliseconds leftovers_heard{5000};       // a broker sends what it retains at once; a slow one within this
    base::Milliseconds goodbye_wait{1000};          // for each of the two steps of a clean stop
    base::Milliseconds gather{20};                  // changes that come together are sent together
};

}  // namespace millrace::publish
