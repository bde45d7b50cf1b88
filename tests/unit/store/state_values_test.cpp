#include "store/state_values.h"

#include <limits>

#include <gtest/gtest.h>

namespace millrace::store {
namespace {

TEST(StateValues, ReadBackAsWritten) {
    const StateValues values{{32, 3012}, {16, -71}, {std::numeric_limits<std::uint64_t>::max(), INT64_MIN}};
    EXPECT_EQ(state_values(to_text(values)), values);
}

TEST(StateValues, AreAJsonObjectInTheReportsOrder) {
    EXPECT_EQ(to_text(StateValues{{32, 3012}, {16, -71}}), R"({"32":3012,"16":-71})");
    EXPECT_EQ(to_text(StateValues{}), "{}");
}

TEST(StateValues, StopAtWhatIsNotTheirs) {
    EXPECT_EQ(state_values(""), StateValues{});
    EXPECT_EQ(state_values("[1]"), StateValues{});
    EXPECT_EQ(state_values(R"({"1":2,"x":3})"), (StateValues{{1, 2}}));
    EXPECT_EQ(state_values(R"({"1":)"), StateValues{});
}

}  // namespace
}  // namespace millrace::store
