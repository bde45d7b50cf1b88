#include "hub/budget_rules.h"

#include <algorithm>
#include <optional>

namespace millrace::hub {
namespace {

using detect::Finding;
using detect::Severity;

struct Budget {
    detect::Rule rule;
    std::optional<base::Volume> detect::Settings::*limit;
    UsedWater UsedTotals::*used;
};
constexpr Budget kBudgets[] = {
    {detect::Rule::BudgetDay, &detect::Settings::budget_day, &UsedTotals::day},
    {detect::Rule::BudgetWeek, &detect::Settings::budget_week, &UsedTotals::week},
    {detect::Rule::BudgetMonth, &detect::Settings::budget_month, &UsedTotals::month},
};

Finding finding_of(detect::Rule rule, const UsedWater& used, base::Volume limit, base::WallTime now) {
    Finding finding;
    finding.rule = rule;
    finding.severity = used.volume >= limit ? severity_of(rule) : Severity::Info;
    finding.since = used.since;
    finding.at = now;
    finding.volume = used.volume;
    finding.measure = detect::Measure::Amount;
    finding.observed = used.volume.microlitres;
    finding.limit = limit.microlitres;
    finding.source = detect::LimitSource::Owner;
    return finding;
}

}  // namespace

std::vector<Finding> budget_findings(const UsedTotals& used, const detect::Settings& settings,
                                     const std::vector<Finding>& open, base::WallTime now) {
    std::vector<Finding> findings;
    for (const Budget& budget : kBudgets) {
        const std::optional<base::Volume>& limit = settings.*budget.limit;
        const UsedWater& period = used.*budget.used;
        if (!limit) continue;
        if (used.known) {
            Finding finding = finding_of(budget.rule, period, *limit, now);
            if (finding.holds()) findings.push_back(std::move(finding));
            continue;
        }
        const auto stands = std::find_if(open.begin(), open.end(), [&](const Finding& finding) {
            return finding.rule == budget.rule && finding.since == period.since;
        });
        if (stands != open.end()) findings.push_back(*stands);
    }
    return findings;
}

std::vector<Finding> budgets_on_their_way(const UsedTotals& used, const detect::Settings& settings,
                                          base::WallTime now) {
    std::vector<Finding> findings;
    if (!used.known) return findings;
    for (const Budget& budget : kBudgets) {
        const std::optional<base::Volume>& limit = settings.*budget.limit;
        if (!limit) continue;
        Finding finding = finding_of(budget.rule, used.*budget.used, *limit, now);
        if (!finding.holds() && finding.observed >= finding.limit / 2) findings.push_back(std::move(finding));
    }
    return findings;
}

}  // namespace millrace::hub
