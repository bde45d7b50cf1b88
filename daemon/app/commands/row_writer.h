// Rows of an export as CSV (RFC 4180, with a line of column names) or as JSON lines, through a buffer into a file or
// the standard output.
//
// A file is written as `<name>.unfinished` and gets its name at the end, in place of one that is there. A reader that
// closes a pipe has seen enough: `closed` turns true, which is no failure. Blocking; one thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace millrace::app {

enum class RowFormat : std::uint8_t { Csv, JsonLines };

// A value, as text. Bare ones stand in JSON as they are: numbers, true, false, null.
struct Cell {
    std::string text;
    bool bare = false;
};

class RowWriter {
public:
    // To the standard output when `file` is empty.
    [[nodiscard]] static base::Result<RowWriter, base::Error> open(const std::string& file, RowFormat format);

    RowWriter(RowWriter&& other) noexcept;
    RowWriter& operator=(RowWriter&&) = delete;
    ~RowWriter();

    [[nodiscard]] RowFormat format() const { return format_; }

    // The names of the columns, before any row.
    void columns(std::vector<std::string> names);
    void row(std::span<const Cell> cells);

    // A line made elsewhere, without its end. JSON lines only.
    void line(std::string_view text);

    // Whether there is no use in going on: nobody reads any more, or writing failed.
    [[nodiscard]] bool closed() const { return closed_; }

    // What is left in the buffer, and the file's name. Says what failed, if anything did.
    [[nodiscard]] base::Result<void, base::Error> finish();

private:
    RowWriter(std::string file, RowFormat format, int descriptor);

    void add(std::string_view text);
    void flush();

    std::string file_;
    RowFormat format_;
    int descriptor_;
    std::vector<std::string> names_;
    std::string buffer_;
    bool closed_ = false;
    int fault_ = 0;
};

// Numbers in the shortest form that reads back as the same.
[[nodiscard]] Cell number(std::int64_t value);
[[nodiscard]] Cell number(double value);
[[nodiscard]] Cell truth(bool value);

}  // namespace millrace::app
