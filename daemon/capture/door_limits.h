// The limits and time-outs of the doors. The defaults are what the daemon runs with; tests shorten them.
#pragma once

#include <cstddef>

#include "base/time.h"
#include "mqtt/server_session.h"

namespace millrace::capture {

struct DoorLimits {
    mqtt::ServerLimits server;

    // What the stand-in holds for one bridge that does not read. Our answers are a few hundred bytes each.
    std::size_t max_outgoing_bytes = 256 * 1024;

    // Relayed frames waiting for the decoder; by count, and by bytes because a frame may be 64 KiB.
    // Enough for a bridge that sends a day of stored frames at once.
    std::size_t max_queued_frames = 8 * 1024;
    std::size_t max_queued_frame_bytes = 8 * 1024 * 1024;

    // A bridge speaks first. Until it does, the cloud is not troubled.
    base::Milliseconds first_byte_timeout{10'000};

    // One address of the cloud, and all of them together with the name lookup: the bridge should not wait longer than
    // it would by itself.
    base::Milliseconds connect_timeout{5'000};
    base::Milliseconds dial_timeout{30'000};

    // With one direction ended, how long the other may stay without a byte. Nobody half-closes to wait longer.
    base::Milliseconds half_close_timeout{120'000};

    // A cloud that took the connection and says nothing for so long is reported as not answering.
    base::Milliseconds answer_timeout{15'000};

    // The CONNECT of a bridge, read before it is decided who answers: client id, user name and password take some
    // hundred bytes.
    std::size_t max_connect_bytes = 8 * 1024;

    // Missed frames asked of the store at once, and bridges that are given back to the cloud at the same time.
    std::size_t handover_batch = 16;
    std::size_t max_catch_ups = 8;

    // Failed attempts to reach the cloud again come no further apart than this, and a cloud that goes away again
    // sooner than this after its return is not believed more quickly than the last time.
    base::Milliseconds max_cloud_retry{60'000};

    // A bridge that leaves something open between it and us for so long after everything was handed over is made to
    // connect again.
    base::Milliseconds settle_timeout{30'000};

    // When the doors stop, how long the cloud may take to confirm what it was just sent.
    base::Milliseconds stop_linger{500};

    // One round of asking the name servers; the second round waits twice as long.
    base::Milliseconds name_server_timeout{1'000};
    int name_server_rounds = 2;
};

}  // namespace millrace::capture
