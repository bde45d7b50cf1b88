// The kinds of use that water is told apart by. Values only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace millrace::classify {

// In the order of kCategoryNames.
enum class Category : std::uint8_t {
    Toilet,
    Shower,
    Bath,
    Faucet,
    ClothesWasher,
    Dishwasher,
    Irrigation,
    Hose,
    Softener,
    Leak,
    Other,
};

inline constexpr std::size_t kCategories = 11;

// Of each category, by index_of().
using Shares = std::array<double, kCategories>;

struct CategoryName {
    std::string_view key;
    std::string_view name;  // in English, for people
};

// The keys are stored and shown: none is ever changed or taken away.
inline constexpr std::array<CategoryName, kCategories> kCategoryNames{{
    {"toilet", "Toilet"},
    {"shower", "Shower"},
    {"bath", "Bath"},
    {"faucet", "Faucet"},
    {"clothes_washer", "Clothes washer"},
    {"dishwasher", "Dishwasher"},
    {"irrigation", "Irrigation"},
    {"hose", "Hose"},
    {"softener", "Water softener"},
    {"leak", "Leak"},
    {"other", "Other"},
}};

[[nodiscard]] constexpr std::size_t index_of(Category category) {
    return static_cast<std::size_t>(category);
}
[[nodiscard]] constexpr std::string_view key(Category category) {
    return kCategoryNames[index_of(category)].key;
}
// Whether a machine fills several times for one use.
[[nodiscard]] constexpr bool has_cycles(Category category) {
    return category == Category::ClothesWasher || category == Category::Dishwasher;
}
// Nothing for a word that is no key.
[[nodiscard]] std::optional<Category> category_of(std::string_view key);

}  // namespace millrace::classify
