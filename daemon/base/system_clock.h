// The machine's clocks: the only place that reads them.
#pragma once

#include "base/time.h"

namespace millrace::base {

class SystemClock final : public Clock {
public:
    [[nodiscard]] WallTime wall_now() const override;
    [[nodiscard]] SteadyTime steady_now() const override;
};

}  // namespace millrace::base
