// `/api/v1/devices/{uuid}/…`: what a device has said of itself, as it said it, with what is known of its numbers.
//
// All the newest first. Nothing is guessed: a number whose meaning nobody has published stands there as unknown.
#pragma once

#include <cstddef>
#include <string>

#include "base/time_zone.h"
#include "ports/device_history.h"
#include "ports/vocabulary.h"

namespace millrace::api {

inline constexpr std::size_t kDefaultReportsPerPage = 100;
// A page is built on the loop thread; long texts end it earlier, in the store.
inline constexpr std::size_t kMaxReportsPerPage = 500;

struct DeviceView {
    base::DeviceId device;
    ports::DeviceKind kind = ports::DeviceKind::Bridge;
    base::TimeZone zone;
};

// With `known`, the meaning of each number on this page.
[[nodiscard]] std::string states_document(const ports::DevicePage<ports::StateRecord>& page, const DeviceView& view,
                                          const ports::Vocabulary& words);
[[nodiscard]] std::string events_document(const ports::DevicePage<ports::EventRecord>& page, const DeviceView& view,
                                          const ports::Vocabulary& words);
[[nodiscard]] std::string logs_document(const ports::DevicePage<ports::LogRecord>& page, const DeviceView& view);
[[nodiscard]] std::string boots_document(const ports::BootPage& page, const DeviceView& view);

}  // namespace millrace::api
