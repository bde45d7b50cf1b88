#include <algorithm>

#include "lossy_vfs.h"

namespace millrace::store::test {

void LossyFile::grow(base::Bytes& content, std::size_t size, Chance* garbage) {
    const std::size_t old = content.size();
    if (size <= old) return;
    content.resize(size, 0);
    if (garbage == nullptr) return;
    for (std::size_t i = old; i < size; ++i) content[i] = static_cast<std::uint8_t>((*garbage)());
}

void LossyFile::apply(base::Bytes& content, const Change& change, Chance* garbage) {
    const auto at = static_cast<std::size_t>(change.at);
    if (change.truncates) {
        grow(content, at, garbage);
        content.resize(at);
        return;
    }
    grow(content, at + change.bytes.size(), garbage);
    std::copy(change.bytes.begin(), change.bytes.end(), content.begin() + static_cast<std::ptrdiff_t>(change.at));
}

void LossyFile::apply_some_sectors(base::Bytes& content, const Change& change, double share, Chance& chance,
                                   Chance* garbage) {
    std::bernoulli_distribution kept(share);
    if (change.truncates) {
        if (kept(chance)) apply(content, change, garbage);
        return;
    }
    const std::int64_t end = change.at + static_cast<std::int64_t>(change.bytes.size());
    for (std::int64_t from = change.at; from < end;) {
        const std::int64_t to = std::min(end, (from / kSectorBytes + 1) * kSectorBytes);
        if (kept(chance)) {
            const auto first = change.bytes.begin() + static_cast<std::ptrdiff_t>(from - change.at);
            apply(content, {from, {first, first + static_cast<std::ptrdiff_t>(to - from)}, false}, garbage);
        }
        from = to;
    }
}

void LossyFile::sync() {
    for (const Change& change : pending_) apply(durable_, change, nullptr);
    pending_.clear();
}

base::Bytes LossyFile::survivor(Chance& chance) const {
    base::Bytes content = durable_;
    Chance noise(chance());
    Chance* garbage = chance() % 2 == 0 ? &noise : nullptr;
    switch (chance() % 5) {
        case 0: break;  // nothing of it
        case 1:         // all of it
            for (const Change& change : pending_) apply(content, change, garbage);
            break;
        case 2: {  // up to a moment, and in part what came next
            const std::size_t whole = pending_.empty() ? 0 : static_cast<std::size_t>(chance() % pending_.size());
            for (std::size_t i = 0; i < whole; ++i) apply(content, pending_[i], garbage);
            if (whole < pending_.size()) apply_some_sectors(content, pending_[whole], 0.5, chance, garbage);
            break;
        }
        case 3: {  // this write and that one
            std::bernoulli_distribution kept(std::uniform_real_distribution<>(0, 1)(chance));
            for (const Change& change : pending_) {
                if (kept(chance)) apply(content, change, garbage);
            }
            break;
        }
        default: {  // this sector and that one
            const double share = std::uniform_real_distribution<>(0, 1)(chance);
            for (const Change& change : pending_) apply_some_sectors(content, change, share, chance, garbage);
        }
    }
    return content;
}

}  // namespace millrace::store::test
