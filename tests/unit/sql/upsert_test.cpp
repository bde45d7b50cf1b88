#include "sql/upsert.h"

#include <gtest/gtest.h>

namespace millrace::sql {
namespace {

TEST(Upsert, ReplacesAllButTheKey) {
    EXPECT_EQ(upsert("spells", 2, "kind, bridge, to_ms, detail"),
              "INSERT INTO spells (kind, bridge, to_ms, detail) VALUES (?, ?, ?, ?)"
              " ON CONFLICT (kind, bridge) DO UPDATE SET to_ms = excluded.to_ms, detail = excluded.detail");
}

}  // namespace
}  // namespace millrace::sql
