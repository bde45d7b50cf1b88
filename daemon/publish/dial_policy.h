// When to dial the broker again after a connection ended, and with which version of MQTT.
//
// MQTT 5 first. A broker that refuses the version, or closes or falls silent on our CONNECT, is dialled again at once
// with 3.1.1. After a spoken refusal we stay with 3.1.1; after a mere silence, which may have had other reasons, the
// next session begins with 5 again. When 3.1.1 fails in the same way, 5 has its turn again. Delays double up to a
// cap, with jitter so that a broker coming back is not met by everybody at once, and start over only after a
// session that lasted: two clients that throw each other out must not do so in a tight loop.
//
// Pure; loop thread only.
#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.h"

namespace millrace::publish {

enum class Protocol : std::uint8_t { V5, V311 };

enum class Ending : std::uint8_t {
    NoTransport,     // not resolved, refused, unreachable, TLS failed
    Unanswered,      // the connection stood, but no CONNACK came
    VersionRefused,  // CONNACK: unacceptable protocol version
    Refused,         // CONNACK with any other refusal
    SessionLost,     // after an accepted CONNECT
    Asked,           // we disconnected
};

class DialPolicy {
public:
    DialPolicy(base::Milliseconds first_delay, base::Milliseconds longest_delay)
        : first_(first_delay), longest_(longest_delay), delay_(first_delay) {}

    static constexpr base::Seconds kSessionThatLasted{30};

    [[nodiscard]] Protocol protocol() const { return protocol_; }

    // Takes note of an ending and answers how long to wait. `random` is in [0, 1).
    [[nodiscard]] base::Milliseconds after(Ending ending, base::Milliseconds session, double random) {
        switch (ending) {
            case Ending::VersionRefused:
            case Ending::Unanswered:
                if (protocol_ == Protocol::V5) {
                    protocol_ = Protocol::V311;
                    refusal_spoken_ = ending == Ending::VersionRefused;
                    return base::Milliseconds{0};
                }
                protocol_ = Protocol::V5;
                break;
            case Ending::SessionLost:
                if (!refusal_spoken_) protocol_ = Protocol::V5;
                if (session >= kSessionThatLasted) delay_ = first_;
                break;
            case Ending::NoTransport:
            case Ending::Refused:
            case Ending::Asked: break;
        }
        const base::Milliseconds delay = delay_;
        delay_ = std::min(delay_ * 2, longest_);
        return base::Milliseconds{
            static_cast<base::Milliseconds::rep>(static_cast<double>(delay.count()) * (0.5 + 0.5 * random))};
    }

private:
    base::Milliseconds first_;
    base::Milliseconds longest_;
    base::Milliseconds delay_;
    Protocol protocol_ = Protocol::V5;
    bool refusal_spoken_ = false;
};

}  // namespace millrace::publish
