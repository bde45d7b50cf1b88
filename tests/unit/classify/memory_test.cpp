#include "classify/memory.h"

#include <gtest/gtest.h>

#include "uses.h"

namespace millrace::classify {
namespace {

Remembered remembered(std::int64_t unix_s, double litres = 1) {
    const detect::Use use = use_of(unix_s, litres, 10);
    return {detect::key_of(use), use.end, shape_of(use, kPeak, kUtc)};
}

Example example(std::int64_t unix_s, std::string name) {
    const detect::Use use = use_of(unix_s, 1, 10);
    return {detect::key_of(use), shape_of(use, kPeak, kUtc), Category::Faucet, std::move(name)};
}

TEST(Memory, KeepsUsesByTheirStartAndEachOnce) {
    Memory memory;
    for (const std::int64_t start : {at(0, 3), at(0, 1), at(0, 2), at(0, 1)}) memory.add(remembered(start));
    ASSERT_EQ(memory.uses().size(), 3U);
    EXPECT_EQ(base::unix_s(memory.uses()[0].key.start), at(0, 1));
    EXPECT_EQ(base::unix_s(memory.uses()[2].key.start), at(0, 3));
    EXPECT_EQ(memory.since(), base::from_unix_s(at(0, 1)));
}

TEST(Memory, TellsApartWhatBeganTogether) {
    Memory memory;
    memory.add(remembered(at(0, 1), 1));
    memory.add(remembered(at(0, 1), 2));
    EXPECT_EQ(memory.uses().size(), 2U);
    EXPECT_NE(memory.find(remembered(at(0, 1), 2).key), nullptr);
    EXPECT_EQ(memory.find(remembered(at(0, 1), 3).key), nullptr);
}

TEST(Memory, ForgetsAfterFourWeeksButNotSinceWhen) {
    Memory memory;
    memory.add(remembered(at(0, 1)));
    memory.add(remembered(at(28, 1)));
    EXPECT_EQ(memory.uses().size(), 2U);
    memory.add(remembered(at(28, 2)));
    EXPECT_EQ(memory.uses().size(), 2U);
    EXPECT_EQ(memory.since(), base::from_unix_s(at(0, 1)));
}

TEST(Memory, IsBounded) {
    Memory memory;
    for (std::size_t i = 0; i < Memory::kMostUses + 10; ++i) {
        memory.add(remembered(at(0, 0) + static_cast<std::int64_t>(i) * 20));
    }
    EXPECT_EQ(memory.uses().size(), Memory::kMostUses);
    for (std::size_t i = 0; i < Memory::kMostExamples + 1; ++i) {
        memory.add(example(at(0, 0) + static_cast<std::int64_t>(i), std::to_string(i)));
    }
    EXPECT_EQ(memory.examples().size(), Memory::kMostExamples);
    EXPECT_EQ(memory.examples().front().name, "1");
}

TEST(Memory, TheLastWordOnAUseCounts) {
    Memory memory;
    memory.add(example(at(0, 1), "first"));
    memory.add(example(at(0, 1), "second"));
    ASSERT_EQ(memory.examples().size(), 1U);
    EXPECT_EQ(memory.examples().front().name, "second");
    memory.forget_example(memory.examples().front().key);
    EXPECT_TRUE(memory.examples().empty());
}

TEST(Shape, IsOfTheOwnersClock) {
    const detect::Use use = use_of(at(0, 23, 30), 4, 60, 1.5);
    const Shape shape = shape_of(use, kPeak, base::Seconds{2 * 3600});
    EXPECT_DOUBLE_EQ(shape.local_hour, 1.5);
    EXPECT_NEAR(shape.unevenness, 1.5, 1e-6);
    EXPECT_NEAR(shape.ln_litres_off, 1.2 * 0.033 / 4, 1e-9);
    EXPECT_DOUBLE_EQ(shape_of(use, kPeak, base::Seconds{-24 * 3600}).local_hour, 23.5);
}

}  // namespace
}  // namespace millrace::classify
