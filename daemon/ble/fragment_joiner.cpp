#include "ble/fragment_joiner.h"

#include <utility>

#include "ble/fragment.h"

namespace millrace::ble {

std::optional<base::Bytes> FragmentJoiner::take(base::ByteView notification, base::SteadyTime now) {
    if (fragments_ > 0 && now - since_ >= kFramePatience) drop();
    const bool has_header = notification.size() >= kFragmentHeader && notification.size() <= kLongestFragment;
    constexpr unsigned kKnown = kFirstFragment | kLastFragment;
    if (!has_header || (notification[1] & ~kKnown) != 0) {
        reset();  // whoever writes such fragments may number them differently too
        ++broken_;
        return std::nullopt;
    }
    if (expected_ && *expected_ != notification[0]) {
        drop();
        ++broken_;
    }
    expected_ = static_cast<std::uint8_t>(notification[0] + 1U);
    if ((notification[1] & kFirstFragment) != 0) {
        drop();
        since_ = now;
    } else if (fragments_ == 0) {
        ++broken_;
        return std::nullopt;
    }
    const base::ByteView data = notification.subspan(kFragmentHeader);
    ++fragments_;
    if (begun_.size() + data.size() > kLongestFrame) {
        drop();
        return std::nullopt;
    }
    begun_.insert(begun_.end(), data.begin(), data.end());
    if ((notification[1] & kLastFragment) == 0) return std::nullopt;
    fragments_ = 0;
    return std::exchange(begun_, {});
}

void FragmentJoiner::reset() {
    drop();
    expected_.reset();
}

void FragmentJoiner::drop() {
    broken_ += std::exchange(fragments_, 0);
    begun_.clear();
}

}  // namespace millrace::ble
