// Reads a config file's tree by the field table.
//
// Walks the tree once, so that every problem is found in one pass; what must be judged together, such as a date that
// needs the site's time zone, is looked at when all of the tree is read.
#pragma once

#include <string>

#include "settings/field_table.h"
#include "settings/problem.h"
#include "settings/yaml_reader.h"

namespace millrace::settings {

// Which keys the tree may have.
enum class Reach { All, RunTime };

// Fills `draft` as far as the tree is good. Relative paths are relative to `directory`.
void read_fields(const Node& root, const std::string& directory, Draft& draft, Problems& problems,
                 Reach reach = Reach::All);

}  // namespace millrace::settings
