// Writes down what can only be known while it happens: that the daemon ran, that a bridge was connected, that the cloud
// was away. Silences are explained from it later.
//
// A spell is written when it begins, again every minute while it lasts, and when it ends; after a power cut its end is
// known to the minute. Where many bridges are connected, a minute's writing is spread over many ticks, so that it holds
// up neither the loop nor the samples that queue behind it. Loop thread only.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/time.h"
#include "ports/frame_store.h"

namespace millrace::hub {

class Diary {
public:
    // How often the end of a lasting spell is written down.
    static constexpr base::Seconds kStep{60};
    // Spells written at one tick: as many as a house ever has, and beyond that a hundredth of all, which at five ticks
    // a second is all of them in a third of a minute.
    static constexpr std::size_t kAtOnce = 16;
    static constexpr std::size_t kParts = 100;

    explicit Diary(ports::FrameStore& store) : store_(store) {}

    // One spell of a kind and bridge lasts at a time; beginning it again changes nothing.
    void begin(ports::SpellKind kind, const std::optional<base::DeviceId>& bridge, std::string detail,
               base::WallTime now);
    void end(ports::SpellKind kind, const std::optional<base::DeviceId>& bridge, base::WallTime now);

    void tick(base::WallTime now);
    // The daemon stops: everything that lasts ends now as far as we can tell.
    void close(base::WallTime now);

private:
    using Key = std::pair<ports::SpellKind, std::optional<base::DeviceId>>;

    void write(const ports::SpellRecord& spell);

    ports::FrameStore& store_;
    std::map<Key, ports::SpellRecord> lasting_;
    base::WallTime written_;    // when the writing of this minute began
    bool writing_ = false;      // and it is not over
    std::optional<Key> after_;  // the last one written in it
};

}  // namespace millrace::hub
