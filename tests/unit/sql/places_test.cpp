#include "sql/places.h"

#include <gtest/gtest.h>

namespace millrace::sql {
namespace {

TEST(Places, CountOnAsInSqlite) {
    const Numbered made = numbered("SELECT ? FROM t WHERE a = ?3 AND b = ? AND c IN (?3, ?1)");
    EXPECT_EQ(made.sql, "SELECT $1 FROM t WHERE a = $3 AND b = $4 AND c IN ($3, $1)");
    EXPECT_EQ(made.parameters, 4);
}

TEST(Places, AreNotLookedForInQuotes) {
    const Numbered made = numbered("SELECT '?', 'it''s ?', ? || '?'");
    EXPECT_EQ(made.sql, "SELECT '?', 'it''s ?', $1 || '?'");
    EXPECT_EQ(made.parameters, 1);
}

}  // namespace
}  // namespace millrace::sql
