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

}  // namespace
}  // namespace millrace::base
