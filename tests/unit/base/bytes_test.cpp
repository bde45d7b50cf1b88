#include "base/bytes.h"

#include <gtest/gtest.h>

namespace millrace::base {
namespace {

TEST(Hex, WritesLowerCaseDigits) {
    EXPECT_EQ(to_hex(Bytes{0x00, 0x9f, 0xff}), "009fff");
}

TEST(Hex, ReadsBothCases) {
    EXPECT_EQ(from_hex("00aBFf"), (Bytes{0x00, 0xab, 0xff}));
}

TEST(Hex, RefusesOddLengthAndForeignDigits) {
    EXPECT_FALSE(from_hex("abc"));
    EXPECT_FALSE(from_hex("0g"));
    EXPECT_FALSE(from_hex(" 0"));
}

TEST(PercentEncoded, EscapesAllButLettersDigitsAndAFewSigns) {
    EXPECT_EQ(percent_encoded("a/../b c+%"), "a%2F..%2Fb%20c%2B%25");
    EXPECT_EQ(percent_encoded("Az09-._~"), "Az09-._~");
    EXPECT_EQ(percent_encoded("\xc3\xa4:"), "%C3%A4%3A");
}

}  // namespace
}  // namespace millrace::base
