#include "sql/places.h"

#include <algorithm>

namespace millrace::sql {

Numbered numbered(std::string_view sql) {
    Numbered made;
    bool quoted = false;
    for (std::size_t i = 0; i < sql.size(); ++i) {
        if (sql[i] == '\'') quoted = !quoted;
        if (quoted || sql[i] != '?') {
            made.sql += sql[i];
            continue;
        }
        int number = 0;
        while (i + 1 < sql.size() && sql[i + 1] >= '0' && sql[i + 1] <= '9') number = number * 10 + (sql[++i] - '0');
        if (number == 0) number = made.parameters + 1;
        made.parameters = std::max(made.parameters, number);
        made.sql += '$' + std::to_string(number);
    }
    return made;
}

}  // namespace millrace::sql
