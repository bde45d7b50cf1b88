// The JSON body of one request, read by name into types, as Parameters reads the query. For the room's .cpp files.
//
// A field that is null counts as absent. Every reader answers with nothing when the field is absent or bad; what was
// bad is collected, and so is a field nobody asked for. Texts are wiped from memory at the end, since one may be a key.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/json.h"
#include "api/problem.h"
#include "api/request.h"
#include "base/bytes.h"
#include "base/device_id.h"
#include "base/time.h"
#include "base/units.h"

namespace millrace::api {

class Body {
public:
    // An empty text is an object without members.
    explicit Body(const std::string& text);
    ~Body();
    Body(const Body&) = delete;
    Body& operator=(const Body&) = delete;

    // Whether the field is there; asked for, it is a known one.
    [[nodiscard]] bool has(std::string_view name);
    // Whether it is there and null, where that means something of its own.
    [[nodiscard]] bool is_null(std::string_view name);

    [[nodiscard]] std::optional<base::WallTime> time(std::string_view name);
    [[nodiscard]] std::optional<double> number(std::string_view name, double least, double most);
    [[nodiscard]] std::optional<base::VolumeUnit> unit(std::string_view name);
    [[nodiscard]] std::optional<std::string> choice(std::string_view name, std::initializer_list<std::string_view> of);
    [[nodiscard]] std::optional<base::DeviceId> device(std::string_view name);
    [[nodiscard]] bool flag(std::string_view name);  // false when absent
    [[nodiscard]] std::optional<bool> choice_of_two(std::string_view name);
    // One line for people: 1 to `most_bytes` bytes without control characters.
    [[nodiscard]] std::optional<std::string> words(std::string_view name, std::size_t most_bytes);
    // A list of at most that many entries, or null. Lives as long as the body.
    [[nodiscard]] const Json* list(std::string_view name, std::size_t most_entries);
    // The bytes of a text, which are the caller's to wipe; never said back.
    [[nodiscard]] std::optional<base::Bytes> secret(std::string_view name, std::size_t most_bytes);
    // A number in that unit; nothing when the unit is not known.
    [[nodiscard]] std::optional<base::Volume> volume(std::string_view name, std::optional<base::VolumeUnit> unit,
                                                     double least_litres);

    void require(std::string_view name);
    void refuse(std::string_view name, std::string detail);

    // To be asked after all readers: the answer to give instead, when anything was wrong.
    [[nodiscard]] std::optional<Response> problem();

private:
    [[nodiscard]] Json* find(std::string_view name);
    [[nodiscard]] std::optional<std::string_view> text(std::string_view name);

    Json document_ = Json::object();
    std::vector<std::string> asked_;
    std::vector<FieldError> errors_;
};

// A hundred million cubic metres: no meter's register shows more.
inline constexpr double kMostLitres = 1e11;

}  // namespace millrace::api
