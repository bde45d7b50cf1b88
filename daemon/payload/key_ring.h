// Which key opens which bridge's messages, and which one a Bluetooth device's advertisements.
//
// A bridge has one key for both directions and for its sensors too. A bridge without a key of its own uses the
// default key, when there is one. A Bluetooth device has a bind key of its own or none. Loop thread only.
#pragma once

#include <optional>
#include <unordered_map>
#include <vector>

#include "base/bytes.h"
#include "base/device_id.h"
#include "payload/bind_key.h"
#include "payload/secret_key.h"

namespace millrace::payload {

class KeyRing {
public:
    void set_default(SecretKey key) { default_ = std::move(key); }
    void set(const base::DeviceId& bridge, SecretKey key) { keys_.insert_or_assign(bridge, std::move(key)); }

    // The bridge's own key, else the default one, else nothing. Without a known bridge only the default is tried.
    [[nodiscard]] const SecretKey* find(const std::optional<base::DeviceId>& bridge) const;

    // Every key there is, when nothing is known of who sealed a message.
    [[nodiscard]] std::vector<const SecretKey*> all() const;

    // Whether there is no key at all, of either kind.
    [[nodiscard]] bool empty() const { return !default_ && keys_.empty() && bind_keys_.empty(); }

    // `device` is what BluetoothAddress::device_id() gives.
    void set_bind_key(const base::DeviceId& device, BindKey key) {
        bind_keys_.insert_or_assign(device, std::move(key));
    }
    // The device's own, or nothing.
    [[nodiscard]] const BindKey* bind_key(const base::DeviceId& device) const;

private:
    std::optional<SecretKey> default_;
    std::unordered_map<base::DeviceId, SecretKey> keys_;
    std::unordered_map<base::DeviceId, BindKey> bind_keys_;
};

}  // namespace millrace::payload
