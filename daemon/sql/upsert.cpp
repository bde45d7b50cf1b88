#include "sql/upsert.h"

#include <algorithm>

namespace millrace::sql {

std::string upsert(std::string_view table, std::size_t key, std::string_view columns) {
    std::string places;
    std::string keys;
    std::string replaced;
    std::size_t count = 0;
    for (std::size_t at = 0; at < columns.size();) {
        const std::size_t end = std::min(columns.find(", ", at), columns.size());
        const std::string column(columns.substr(at, end - at));
        at = std::min(end + 2, columns.size());
        places += count == 0 ? "?" : ", ?";
        if (count < key) {
            keys += (keys.empty() ? "" : ", ") + column;
        } else {
            replaced += (replaced.empty() ? "" : ", ") + column + " = excluded." + column;
        }
        ++count;
    }
    return "INSERT INTO " + std::string(table) + " (" + std::string(columns) + ") VALUES (" + places +
           ") ON CONFLICT (" + keys + ") DO UPDATE SET " + replaced;
}

}  // namespace millrace::sql
