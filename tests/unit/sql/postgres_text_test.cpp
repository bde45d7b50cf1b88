#include "sql/postgres_text.h"

#include <string>

#include <gtest/gtest.h>

namespace millrace::sql {
namespace {

TEST(Storable, LeavesWhatIsWellFormed) {
    EXPECT_EQ(storable(""), "");
    EXPECT_EQ(storable("Küche 水 🚿"), "Küche 水 🚿");
}

TEST(Storable, ReplacesWhatPostgresqlRefuses) {
    EXPECT_EQ(storable(std::string("a\0b", 3)),
              "a\xEF\xBF\xBD"
              "b");
    EXPECT_EQ(storable("\xff水\xe6\xb0"), "\xEF\xBF\xBD水\xEF\xBF\xBD\xEF\xBF\xBD");
    EXPECT_EQ(storable("\xed\xa0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD") << "half of a surrogate pair";
}

}  // namespace
}  // namespace millrace::sql
