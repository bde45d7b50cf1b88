#include "app/commands/row_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <system_error>
#include <utility>

#include <nlohmann/json.hpp>

namespace millrace::app {
namespace {

constexpr std::size_t kBufferBytes = 64 * 1024;
constexpr mode_t kFileMode = 0640;  // when somebody is at home shows in the use of water

base::Error not_written(const std::string& file, int code) {
    return {(file.empty() ? "the output" : file) + " cannot be written: " + std::generic_category().message(code)};
}

std::string csv_field(const Cell& cell) {
    if (cell.bare) return cell.text == "null" ? std::string() : cell.text;
    if (cell.text.find_first_of(",\"\r\n") == std::string::npos) return cell.text;
    std::string field = "\"";
    for (const char c : cell.text) {
        if (c == '"') field += '"';
        field += c;
    }
    return field += '"';
}

std::string json_string(std::string_view text) {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

template <typename T>
Cell shortest(T value) {
    std::array<char, 32> digits{};
    const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    return {std::string(digits.data(), written.ptr), true};
}

}  // namespace

Cell number(std::int64_t value) {
    return shortest(value);
}

Cell number(double value) {
    return shortest(value);
}

Cell truth(bool value) {
    return {value ? "true" : "false", true};
}

RowWriter::RowWriter(std::string file, RowFormat format, int descriptor)
    : file_(std::move(file)), format_(format), descriptor_(descriptor) {
    buffer_.reserve(kBufferBytes);
}

RowWriter::RowWriter(RowWriter&& other) noexcept
    : file_(std::move(other.file_)),
      format_(other.format_),
      descriptor_(std::exchange(other.descriptor_, -1)),
      names_(std::move(other.names_)),
      buffer_(std::move(other.buffer_)),
      closed_(other.closed_),
      fault_(other.fault_) {}

RowWriter::~RowWriter() {
    if (descriptor_ < 0 || file_.empty()) return;
    ::close(descriptor_);
    ::unlink((file_ + ".unfinished").c_str());
}

base::Result<RowWriter, base::Error> RowWriter::open(const std::string& file, RowFormat format) {
    if (file.empty()) return RowWriter(file, format, STDOUT_FILENO);
    const int descriptor =
        ::open((file + ".unfinished").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, kFileMode);
    if (descriptor < 0) return base::failure(not_written(file, errno));
    return RowWriter(file, format, descriptor);
}

void RowWriter::columns(std::vector<std::string> names) {
    names_ = std::move(names);
    if (format_ == RowFormat::JsonLines) return;
    std::string text;
    for (const std::string& name : names_) text.append(text.empty() ? "" : ",").append(name);
    add(text + "\r\n");
}

void RowWriter::row(std::span<const Cell> cells) {
    std::string text;
    if (format_ == RowFormat::Csv) {
        for (std::size_t i = 0; i < cells.size(); ++i) text.append(i == 0 ? "" : ",").append(csv_field(cells[i]));
        add(text + "\r\n");
        return;
    }
    for (std::size_t i = 0; i < cells.size(); ++i) {
        text.append(i == 0 ? "{\"" : ",\"").append(names_[i]).append("\":");
        text += cells[i].bare ? cells[i].text : json_string(cells[i].text);
    }
    add(text + "}\n");
}

void RowWriter::line(std::string_view text) {
    add(text);
    add("\n");
}

void RowWriter::add(std::string_view text) {
    buffer_ += text;
    if (buffer_.size() >= kBufferBytes) flush();
}

void RowWriter::flush() {
    std::string_view left = buffer_;
    while (!closed_ && !left.empty()) {
        const ssize_t written = ::write(descriptor_, left.data(), left.size());
        if (written >= 0) {
            left.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno != EINTR) {
            closed_ = true;
            if (errno != EPIPE) fault_ = errno;
        }
    }
    buffer_.clear();
}

base::Result<void, base::Error> RowWriter::finish() {
    flush();
    if (fault_ != 0) return base::failure(not_written(file_, fault_));
    if (file_.empty()) return {};
    const int descriptor = std::exchange(descriptor_, -1);
    const bool on_disk = ::fsync(descriptor) == 0 || errno == EINVAL;
    if (::close(descriptor) != 0 || !on_disk || std::rename((file_ + ".unfinished").c_str(), file_.c_str()) != 0) {
        const int code = errno;
        ::unlink((file_ + ".unfinished").c_str());
        return base::failure(not_written(file_, code));
    }
    return {};
}

}  // namespace millrace::app
