#include "ble/fragment_splitter.h"

#include <algorithm>

#include "ble/fragment.h"

namespace millrace::ble {

FragmentSplitter::FragmentSplitter(std::size_t longest)
    : data_bytes_(std::clamp(longest, kFragmentHeader + 1, kLongestFragment) - kFragmentHeader) {}

std::vector<base::Bytes> FragmentSplitter::split(base::ByteView frame) {
    std::vector<base::Bytes> fragments;
    bool last = false;
    while (!last) {
        const base::ByteView data = frame.first(std::min(data_bytes_, frame.size()));
        frame = frame.subspan(data.size());
        last = frame.empty();
        unsigned flags = fragments.empty() ? kFirstFragment : 0U;
        if (last) flags |= kLastFragment;
        base::Bytes fragment{next_++, static_cast<std::uint8_t>(flags)};
        fragment.insert(fragment.end(), data.begin(), data.end());
        fragments.push_back(std::move(fragment));
    }
    return fragments;
}

}  // namespace millrace::ble
