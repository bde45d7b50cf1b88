#include "classify/category.h"

namespace millrace::classify {

std::optional<Category> category_of(std::string_view key) {
    for (std::size_t i = 0; i < kCategories; ++i) {
        if (kCategoryNames[i].key == key) return static_cast<Category>(i);
    }
    return std::nullopt;
}

}  // namespace millrace::classify
