#include "hub/diary.h"

#include <algorithm>

namespace millrace::hub {

void Diary::begin(ports::SpellKind kind, const std::optional<base::DeviceId>& bridge, std::string detail,
                  base::WallTime now) {
    const auto [spell, is_new] =
        lasting_.try_emplace(Key{kind, bridge}, ports::SpellRecord{kind, bridge, now, now, std::move(detail)});
    if (is_new) write(spell->second);
}

void Diary::end(ports::SpellKind kind, const std::optional<base::DeviceId>& bridge, base::WallTime now) {
    const auto found = lasting_.find(Key{kind, bridge});
    if (found == lasting_.end()) return;
    found->second.to = now;
    write(found->second);
    lasting_.erase(found);
}

void Diary::tick(base::WallTime now) {
    // Also when the clock was put back.
    if (now < written_ || now - written_ >= kStep) {
        written_ = now;
        writing_ = true;
        after_.reset();
    }
    if (!writing_) return;
    auto next = after_ ? lasting_.upper_bound(*after_) : lasting_.begin();
    for (std::size_t left = std::max(kAtOnce, lasting_.size() / kParts); left > 0 && next != lasting_.end(); --left) {
        next->second.to = now;
        write(next->second);
        after_ = next->first;
        ++next;
    }
    writing_ = next != lasting_.end();
}

void Diary::close(base::WallTime now) {
    while (!lasting_.empty()) {
        const Key key = lasting_.begin()->first;
        end(key.first, key.second, now);
    }
}

void Diary::write(const ports::SpellRecord& spell) {
    // Where the store has no room the next step writes it again.
    (void)store_.commit(spell, {});
}

}  // namespace millrace::hub
