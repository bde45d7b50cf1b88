// Addresses and lists as the findings say them. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "doctor/facts.h"

namespace millrace::doctor {

// "a", "a and b", "a, b and c".
[[nodiscard]] std::string list_of(const std::vector<std::string>& words);
// "192.168.1.10, 2001:db8::1".
[[nodiscard]] std::string list_of(const std::vector<Address>& addresses);

// Of a house's own network: private, link-local or loopback, and so never the internet.
[[nodiscard]] bool is_local(const Address& address);
// As above, or in the same /64 as one of our own, as public IPv6 addresses of one house are.
[[nodiscard]] bool is_local(const Address& address, const std::vector<Address>& own);
// Where others reach this machine: neither loopback nor link-local.
[[nodiscard]] std::vector<Address> reachable(const std::vector<Address>& own);
// An address that an IPv6 socket shows as ::ffff:a.b.c.d is a.b.c.d.
[[nodiscard]] Address plain(const Address& address);
[[nodiscard]] bool contains(const std::vector<Address>& all, const Address& wanted);

// "192.168.1.1", "192.168.1.1:53", "[2001:db8::1]:53" or "2001:db8::1": the address; nothing when it is none.
[[nodiscard]] std::optional<Address> address_in(std::string_view text);

// "3 seconds", "2 hours", "5 days": rounded down to what people say.
[[nodiscard]] std::string span(base::Milliseconds time);

}  // namespace millrace::doctor
