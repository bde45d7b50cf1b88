// One frame through the house: opened, decoded, applied.
//
// Pure: the frame's own receive time is the only clock, so replaying the archive through a fresh pipeline gives the
// same projections as the day they were made (`millrace rebuild`). The daemon, the rebuild and the import all run
// frames through this one class. Loop thread, or any one thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/device_id.h"
#include "hub/house.h"
#include "message/message.h"
#include "meter/reading.h"
#include "payload/key_ring.h"
#include "ports/frame.h"
#include "ports/records.h"

namespace millrace::hub {

// How far a frame could be understood.
enum class Understanding : std::uint8_t {
    Decoded,
    NotOpened,    // sealed, and no key opened it
    NotDecoded,   // plain, but not the message its topic announces
    Unknown,      // of a type, flags or topic that we do not know
    NotBelieved,  // an advertisement that anybody may have sent
};
inline constexpr std::size_t kUnderstandings = static_cast<std::size_t>(Understanding::NotBelieved) + 1;

struct Outcome {
    message::Topic topic;
    Understanding understanding = Understanding::Unknown;
    bool had_key = false;  // there was a key to try
    std::optional<message::Message> message;
    std::optional<message::DecodeError> error;
    std::optional<std::uint32_t> counter;  // of an encrypted advertisement that was opened
    std::vector<meter::Reading> readings;  // of topic.device
    std::vector<ports::Projection> projections;
};

// No house has more; a stranger who makes up device ids cannot make us remember more than this.
inline constexpr std::size_t kMaxDevices = 32 * 1024;

class Pipeline {
public:
    explicit Pipeline(payload::KeyRing keys) : keys_(std::move(keys)) {}

    // Goes on from where a stored state ended. Calibrations in it are all in force at once.
    void restore(const ports::StoredState& stored);

    // What is entered from now on is added to the registers by this table; history follows the store's list.
    void set_calibration(const base::DeviceId& sensor, meter::CalibrationTable table);

    // Holds from the next frame on.
    void set_keys(payload::KeyRing keys) { keys_ = std::move(keys); }

    // No register of ours stays below the same sensor's there: what was shown never falls.
    void raise_lifetimes(const House& shown);

    [[nodiscard]] Outcome apply(const ports::Frame& frame);

    // Whether the frame is plain, or a key opens it. Changes nothing.
    [[nodiscard]] bool opens(const ports::Frame& frame) const;

    [[nodiscard]] const House& house() const { return house_; }
    [[nodiscard]] const payload::KeyRing& keys() const { return keys_; }

    // The bridge that a device is or belongs to, as far as it has been heard.
    [[nodiscard]] std::optional<base::DeviceId> bridge_of(const base::DeviceId& device) const;

private:
    // The plain payload, or nothing when it is sealed and stays so.
    [[nodiscard]] std::optional<base::Bytes> open(const ports::Frame& frame, Outcome& outcome) const;

    Device* note_device(const ports::Frame& frame, Outcome& outcome);
    void set_bridge(Device& device, const base::DeviceId& bridge);
    void apply_sealed(const ports::Frame& frame, Device& device, Outcome& outcome);
    void apply_message(const ports::Frame& frame, Device& device, Outcome& outcome);
    void apply_boot(const message::Boot& boot, Device& device);
    void apply_samples(const ports::Frame& frame, const message::Samples& samples, Outcome& outcome);
    // What came of a message goes to the projections.
    void note_readings(const base::DeviceId& id, Sensor& sensor, std::vector<meter::Reading> readings,
                       Outcome& outcome);
    void apply_states(const ports::Frame& frame, const message::States& states, Device& device, Outcome& outcome);
    void apply_boot_response(const ports::Frame& frame, const message::BootResponse& response, Device& device,
                             Outcome& outcome);

    // Of what Bluetooth devices advertise: pipeline_advertised.cpp.
    [[nodiscard]] static bool is_owners_word(const ports::Frame& frame, const message::Topic& topic);
    [[nodiscard]] std::optional<base::Bytes> open_advertised(const ports::Frame& frame, Outcome& outcome) const;
    [[nodiscard]] bool believes(const ports::Frame& frame, const Outcome& outcome) const;
    void apply_advertised(const ports::Frame& frame, const message::Advertised& advertised, Device& device,
                          Outcome& outcome);
    void apply_total(const ports::Frame& frame, const message::Totalizer& total, Outcome& outcome);
    void begin_anew(const ports::Frame& frame, Device& device, Outcome& outcome);
    void note_fault(Device& device, const Outcome& outcome);

    payload::KeyRing keys_;
    House house_;
};

// The table that a list of calibrations in order of entry amounts to: of entries with the same `from` the last one
// counts, and one of zero withdraws it.
[[nodiscard]] meter::CalibrationTable calibration_of(const base::DeviceId& sensor,
                                                     const std::vector<ports::CalibrationRecord>& records);

}  // namespace millrace::hub
