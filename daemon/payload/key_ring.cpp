#include "payload/key_ring.h"

namespace millrace::payload {

const SecretKey* KeyRing::find(const std::optional<base::DeviceId>& bridge) const {
    if (bridge) {
        if (const auto own = keys_.find(*bridge); own != keys_.end()) return &own->second;
    }
    return default_ ? &*default_ : nullptr;
}

}  // namespace millrace::payload
