// Health and figures: what each part says of itself, for `/readyz`, `/metrics` and the status page.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace millrace::ports {

struct HealthItem {
    std::string part;  // "store", "bridge_listener", "cloud", "broker"
    bool ok = true;
    std::string detail;  // one sentence; when not ok, what is wrong and how to mend it
};

enum class MetricType { Counter, Gauge };

struct Metric {
    // With the millrace_ prefix and unit suffix. Counters end in _total, and without it are no other metric's name.
    std::string name;
    std::string help;
    MetricType type = MetricType::Gauge;
    std::vector<std::pair<std::string, std::string>> labels;
    double value = 0;
};

// Implemented by every part that has something to say. Loop thread only.
class SelfReport {
public:
    virtual ~SelfReport() = default;
    virtual void health(std::vector<HealthItem>& items) const = 0;
    virtual void metrics(std::vector<Metric>& metrics) const = 0;
};

}  // namespace millrace::ports
