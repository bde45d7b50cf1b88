#include "base/time.h"

#include <gtest/gtest.h>

namespace millrace::base {
namespace {

TEST(Rfc3339, WritesUtcAndOffsets) {
    EXPECT_EQ(to_rfc3339(from_unix_s(1'709'625'540)), "2024-03-05T07:59:00Z");
    EXPECT_EQ(to_rfc3339(from_unix_ms(1'709'625'540'050)), "2024-03-05T07:59:00.050Z");
    EXPECT_EQ(to_rfc3339(from_unix_s(1'709'625'540), -Seconds{7 * 3600}), "2024-03-05T00:59:00-07:00");
    EXPECT_EQ(to_rfc3339(from_unix_s(0), Seconds{5 * 3600 + 1800}), "1970-01-01T05:30:00+05:30");
}

TEST(Rfc3339, ReadsWhatItWrites) {
    for (const std::int64_t ms : {0LL, 1LL, 1'709'625'540'050LL, -1LL, 4'102'444'800'000LL}) {
        EXPECT_EQ(from_rfc3339(to_rfc3339(from_unix_ms(ms))), from_unix_ms(ms));
        EXPECT_EQ(from_rfc3339(to_rfc3339(from_unix_ms(ms), Seconds{-3600})), from_unix_ms(ms));
    }
}

TEST(Rfc3339, RefusesWhatIsNotATime) {
    for (const char* text : {"", "2024-03-05", "2024-03-05T07:59:00", "2024-02-30T00:00:00Z", "2024-03-05T24:00:00Z",
                             "2024-03-05T07:59:00.Z", "2024-03-05T07:59:00Zx", "2024-03-05T07:59:00+7:00",
                             "2024-03-05T07:60:00Z", "20240305T075900Z"}) {
        EXPECT_FALSE(from_rfc3339(text)) << text;
    }
}

TEST(Rfc3339, ClampsTimesThatNoYearOfFourDigitsHolds) {
    EXPECT_EQ(to_rfc3339(from_unix_ms(INT64_MAX)).substr(0, 4), "9999");
    EXPECT_EQ(to_rfc3339(from_unix_ms(INT64_MIN)).substr(0, 4), "0000");
}

}  // namespace
}  // namespace millrace::base
