// `/api/v1/sensors/{uuid}/categories`: what used the water, today, this month and in all, and what follows from it.
// POST `…/categories/judge-again` tells the uses of the last weeks anew.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/units.h"
#include "meter/tariff.h"
#include "ports/history.h"
#include "ports/live.h"

namespace millrace::api {

// What the answer is made of: the sums from the first day on, of today, of this month and of the last seven days.
struct CategoriesView {
    ports::LiveSensor sensor;
    ports::CategorySums total;
    ports::CategorySums today;
    ports::CategorySums month;
    ports::CategorySums week;
    base::VolumeUnit unit = base::VolumeUnit::Litre;
    base::Volume leaking;  // by the open alarms of leaks
    std::optional<meter::Tariff> tariff;
    int month_of_year = 1;
};

[[nodiscard]] std::string categories_document(const CategoriesView& view);

}  // namespace millrace::api
