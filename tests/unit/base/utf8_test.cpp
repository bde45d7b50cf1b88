#include "base/utf8.h"

#include <gtest/gtest.h>

#include <array>

namespace millrace::base {
namespace {

bool accepts(std::string_view hex) {
    return is_mqtt_utf8(*from_hex(hex));
}

TEST(MqttUtf8, TakesTheFirstAndLastOfEachLength) {
    for (const char* hex :
         {"", "01", "7f", "c280", "dfbf", "e0a080", "ed9fbf", "ee8080", "efbfbf", "f0908080", "f48fbfbf",
          "efbbbf"
          "61"}) {
        EXPECT_TRUE(accepts(hex)) << hex;
    }
}

TEST(MqttUtf8, RefusesNulSurrogatesOverlongsAndStrays) {
    for (const char* hex :
         {"00", "6100", "c080", "c1bf", "e09fbf", "eda080", "edbfbf", "f08fbfbf", "f4908080", "f5808080",
          "80", "bf",   "ff",   "fe",   "c2",     "c261",   "e0a0",   "e0a061",   "f09080",   "f0908061"}) {
        EXPECT_FALSE(accepts(hex)) << hex;
    }
}

TEST(MqttUtf8, FindsAFaultAtEveryPlaceOfALongText) {
    for (std::size_t at = 0; at < 40; ++at) {
        for (const std::uint8_t wrong : std::to_array<std::uint8_t>({0x00, 0x80, 0xFF})) {
            Bytes text(40, 'a');
            EXPECT_TRUE(is_mqtt_utf8(text));
            text[at] = wrong;
            EXPECT_FALSE(is_mqtt_utf8(text)) << at;
        }
    }
}

// All first and second bytes with third bytes of every sort, counted against the code points they can stand for.
TEST(MqttUtf8, TakesAsManyThreeByteTextsAsThereAreCodePoints) {
    std::size_t accepted = 0;
    for (unsigned front = 0; front < 0x10000; ++front) {
        for (const std::uint8_t third : std::to_array<std::uint8_t>({0x00, 0x01, 0x7f, 0x80, 0xbf, 0xc2, 0xf4, 0xff})) {
            const std::array<std::uint8_t, 3> text{static_cast<std::uint8_t>(front >> 8),
                                                   static_cast<std::uint8_t>(front), third};
            accepted += is_mqtt_utf8(text) ? 1U : 0U;
        }
    }
    // Three single bytes; a single byte and a pair, in both orders; one code point from U+0800 on but for surrogates.
    EXPECT_EQ(accepted, 127U * 127U * 2U + 127U * 30U * 2U + 1920U * 2U + 61440U / 64U * 2U);
}

}  // namespace
}  // namespace millrace::base
