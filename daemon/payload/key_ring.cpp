#include "payload/key_ring.h"

namespace millrace::payload {

const SecretKey* KeyRing::find(const std::optional<base::DeviceId>& bridge) const {
    if (bridge) {
        if (const auto own = keys_.find(*bridge); own != keys_.end()) return &own->second;
    }
    return default_ ? &*default_ : nullptr;
}

std::vector<const SecretKey*> KeyRing::all() const {
    std::vector<const SecretKey*> keys;
    if (default_) keys.push_back(&*default_);
    for (const auto& [bridge, key] : keys_) keys.push_back(&key);
    return keys;
}

const BindKey* KeyRing::bind_key(const base::DeviceId& device) const {
    const auto found = bind_keys_.find(device);
    return found == bind_keys_.end() ? nullptr : &found->second;
}

}  // namespace millrace::payload
