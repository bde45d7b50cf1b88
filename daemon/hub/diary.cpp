#include "hub/diary.h"

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
    if (now >= written_ && now - written_ < kStep) return;
    written_ = now;
    for (auto& [key, spell] : lasting_) {
        spell.to = now;
        write(spell);
    }
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
