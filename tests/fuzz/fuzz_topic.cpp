#include <cstdlib>
#include <string>

#include "base/bytes.h"
#include "message/topic.h"

using namespace millrace;

namespace {

std::string written(const message::Topic& topic) {
    if (topic.role) {
        const auto address = base::BluetoothAddress::of(*topic.device);
        if (!address) std::abort();
        return message::advertisement_topic(*topic.role, topic.sealed(), *address);
    }
    return topic.direction == base::Direction::ToCloud
               ? message::upstream_topic(topic.type, topic.flags, *topic.device, 1)
               : message::downstream_topic(*topic.device, topic.type, topic.flags);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto topic = message::parse_topic(base::as_text({data, size}));
    if (topic.kind != message::Kind::Unknown && topic.kind != message::Kind::Calibration) {
        if (!topic.device) std::abort();
        // What was understood must come out again when it is written the usual way.
        const auto again = message::parse_topic(written(topic));
        if (again.kind != topic.kind || again.device != topic.device || again.flags != topic.flags ||
            again.role != topic.role) {
            std::abort();
        }
    }
    return 0;
}
