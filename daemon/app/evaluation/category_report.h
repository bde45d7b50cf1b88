// The figures of `millrace evaluate --categories` as a table for people and as JSON for programs.
#pragma once

#include <iosfwd>
#include <vector>

#include "app/evaluation/category_evaluation.h"

namespace millrace::app {

void print_category_table(const std::vector<HomeCategories>& homes, std::ostream& out);

// {"sets":{"weusedto":{"fine":{"volume_f1","count_f1","later":{"0":{"volume_f1","count_f1"},…},"categories":{"toilet":
// {"volume_f1","count_f1","litres","events","said_litres":{"toilet":…}},…}},"coarse":…},…},"homes":[…],"confidence":
// [{"from","uses","right"},…]}; shares are 0 to 1, a set's figures the mean of its homes', `said_litres` what a
// category's own water was said to be.
void print_category_json(const std::vector<HomeCategories>& homes, std::ostream& out);

}  // namespace millrace::app
