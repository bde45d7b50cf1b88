// Reads key files into a key ring: the default one, those handed over through the API and kept in the state directory,
// those of a directory (<bridge uuid>.key or .bin), and those named one by one, of which the later ones win.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "payload/key_ring.h"
#include "settings/settings.h"

namespace millrace::app {

[[nodiscard]] base::Result<payload::SecretKey, base::Error> read_key_file(const std::string& path);

// A Bluetooth device's.
[[nodiscard]] base::Result<payload::BindKey, base::Error> read_bind_key_file(const std::string& path);

// Every problem in one error, a line each, naming the file and never its content.
[[nodiscard]] base::Result<payload::KeyRing, base::Error> read_keys(const settings::Keys& files,
                                                                    const std::string& state_dir);

// Takes the content of a key file into the ring: a bridge's key, under a name made of a Bluetooth address that
// device's, without a name the default one. The error never holds the content.
[[nodiscard]] base::Result<void, base::Error> put_key(payload::KeyRing& keys,
                                                      const std::optional<base::DeviceId>& owner,
                                                      base::ByteView content);

// Keeps a key that was handed over: in a folder of the state directory that only the daemon's user may read. Without an
// owner it is the default key. On disk when it returns.
[[nodiscard]] base::Result<void, base::Error> keep_key(const std::string& state_dir,
                                                       const std::optional<base::DeviceId>& owner,
                                                       std::span<const std::uint8_t> key);

}  // namespace millrace::app
