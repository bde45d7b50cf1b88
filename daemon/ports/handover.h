// The frames that the cloud has missed, kept until it has them: between the relay, which can reach the cloud, and the
// hub and the store, which know what waits.
//
// A frame waits from the moment the hub takes it from a connection on CloudPath::StandingIn or CatchingUp, or learns by
// FrameSink::on_cloud_lost that it went missing on the way. Loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "base/device_id.h"
#include "base/result.h"
#include "ports/frame.h"

namespace millrace::ports {

class Handover {
public:
    virtual ~Handover() = default;

    // How many frames of this bridge wait, those included that are not on disk yet.
    [[nodiscard]] virtual std::size_t waiting(const base::DeviceId& bridge) const = 0;

    // Those that are on disk, in order, at most `limit`; none when there are none, or when they could not be read, in
    // which case it is worth asking again later. Answered later on the loop, exactly once.
    using Frames = std::function<void(std::vector<Frame>)>;
    virtual void oldest(const base::DeviceId& bridge, std::size_t limit, Frames answer) = 0;

    // The cloud has this frame, and with it all that waited before it.
    virtual void delivered(const base::DeviceId& bridge, std::int64_t frame_id) = 0;
};

// How a store reads them back.
class WaitingFrames {
public:
    virtual ~WaitingFrames() = default;
    using Answer = std::function<void(base::Result<std::vector<Frame>, base::Error>)>;
    // Those with a higher id than `after`, in order, at most `limit`.
    virtual void waiting_frames(const base::DeviceId& bridge, std::int64_t after, std::size_t limit, Answer answer) = 0;
};

}  // namespace millrace::ports
