// Blanks the password of a CONNECT before anybody makes a value of it.
//
// Nobody behind the capture needs it, and what is never copied need not be cleaned up. Pure; any thread.
#pragma once

#include <cstdint>
#include <span>

namespace millrace::capture {

// `packet` is one whole control packet. Puts zeros where the password stands, of the same length, so that the packet
// stays well-formed; leaves alone what is no CONNECT, has no password or contradicts itself.
void blank_password(std::span<std::uint8_t> packet);

}  // namespace millrace::capture
