// The newest Millrace there is, as heard from the place that the owner named. Values.
#pragma once

#include <optional>
#include <string>

#include "base/time.h"

namespace millrace::ports {

struct Release {
    std::string version;  // numbers and dots
    std::string url;      // of a page about it; empty: none
    std::string summary;  // one line of plain text; empty: none

    bool operator==(const Release&) const = default;
};

struct ReleaseNews {
    Release newest;          // never older than what runs
    base::WallTime checked;  // when it was last heard
};

// Loop thread only.
class Releases {
public:
    virtual ~Releases() = default;
    // Nothing where nobody is asked, and until somebody has answered.
    [[nodiscard]] virtual const std::optional<ReleaseNews>& news() const = 0;
};

}  // namespace millrace::ports
