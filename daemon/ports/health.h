// Health and figures: what each part says of itself, for `/readyz`, `/metrics` and the status page.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace millrace::ports {

struct HealthItem {
    std::string part;  // "store", "bridge_listener", "cloud", "broker"
    bool ok = true;
    std::string detail;  // one sentence; when not ok, what is wrong and how to mend it
};

enum class MetricType { Counter, Gauge, Histogram };

// How values are distributed.
class Histogram {
public:
    // `bounds` ascend; a value equal to one counts as below it.
    explicit Histogram(std::vector<double> bounds) : bounds_(std::move(bounds)), counts_(bounds_.size() + 1) {}

    void add(double value) {
        const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), value);
        ++counts_[static_cast<std::size_t>(bound - bounds_.begin())];
        sum_ += value;
    }
    // All values of another one with the same bounds.
    void add(const Histogram& other) {
        for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
        sum_ += other.sum_;
    }

    [[nodiscard]] const std::vector<double>& bounds() const { return bounds_; }
    // Of each span between two bounds; the last is of what lies above all.
    [[nodiscard]] const std::vector<std::uint64_t>& counts() const { return counts_; }
    [[nodiscard]] double sum() const { return sum_; }
    bool operator==(const Histogram&) const = default;

private:
    std::vector<double> bounds_;
    std::vector<std::uint64_t> counts_;
    double sum_ = 0;
};

struct Metric {
    // With the millrace_ prefix and unit suffix. Counters end in _total, and without it are no other metric's name.
    std::string name;
    std::string help;
    MetricType type = MetricType::Gauge;
    std::vector<std::pair<std::string, std::string>> labels;
    double value = 0;
    std::optional<Histogram> histogram{};  // instead of the value, for the type of that name
};

// Implemented by every part that has something to say. Loop thread only.
class SelfReport {
public:
    virtual ~SelfReport() = default;
    virtual void health(std::vector<HealthItem>& items) const = 0;
    virtual void metrics(std::vector<Metric>& metrics) const = 0;
};

}  // namespace millrace::ports
