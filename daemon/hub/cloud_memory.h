// What the cloud told a device, between the form it is answered from and the form it is kept in.
#pragma once

#include "cloud/responder.h"
#include "ports/records.h"

namespace millrace::hub {

// Text in the record that is not the expected JSON counts as nothing remembered.
[[nodiscard]] cloud::Memory read_memory(const ports::DeviceRecord& record);

void write_memory(const cloud::Memory& memory, ports::DeviceRecord& record);

}  // namespace millrace::hub
