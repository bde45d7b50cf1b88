// The sealed box in its straightforward form: a state of 48 bytes, touched byte by byte. It shares no code with
// daemon/payload, so that it can serve as its oracle in tests and as the mark to beat in the benchmark.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace millrace::test {

std::optional<std::vector<std::uint8_t>> bytewise_open(const std::vector<std::uint8_t>& sealed, const std::uint8_t* key,
                                                       std::string_view context, std::uint64_t message_id);

std::vector<std::uint8_t> bytewise_seal(const std::vector<std::uint8_t>& plain, const std::uint8_t* key,
                                        const std::uint8_t* random_iv, std::string_view context,
                                        std::uint64_t message_id);

// Gimli on 48 bytes.
void bytewise_gimli(std::uint8_t* state);

}  // namespace millrace::test
