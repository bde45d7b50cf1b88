#include "hub/vocabulary.h"

#include "message/meanings.h"

namespace millrace::hub {
namespace {

ports::Certainty certainty_of(message::Certainty certainty) {
    switch (certainty) {
        case message::Certainty::Unknown: return ports::Certainty::Unknown;
        case message::Certainty::Likely: return ports::Certainty::Likely;
        case message::Certainty::Proven: return ports::Certainty::Proven;
    }
    return ports::Certainty::Unknown;
}

ports::Meaning shown(const message::Meaning& meaning) {
    return {meaning.name, meaning.unit, certainty_of(meaning.certainty), meaning.note, meaning.restart};
}

}  // namespace

ports::Meaning Vocabulary::state(ports::DeviceKind kind, std::uint64_t key) const {
    if (ports::is_of_bluetooth(kind)) return shown(message::meaning_of_advertised_state(key));
    const bool bridge = kind == ports::DeviceKind::Bridge;
    return shown(bridge ? message::meaning_of_bridge_state(key) : message::meaning_of_sensor_state(key));
}

ports::Meaning Vocabulary::event(ports::DeviceKind kind, std::uint64_t type) const {
    if (ports::is_of_bluetooth(kind)) return shown(message::meaning_of_advertised_event(type));
    const bool bridge = kind == ports::DeviceKind::Bridge;
    return shown(bridge ? message::meaning_of_bridge_event(type) : message::meaning_of_sensor_event(type));
}

}  // namespace millrace::hub
