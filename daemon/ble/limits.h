// How long the room waits for what. Tests wait less.
#pragma once

#include "base/time.h"

namespace millrace::ble {

struct Limits {
    base::Milliseconds first_wait{1'000};  // before something that failed is tried again; doubled up to the longest
    base::Milliseconds longest_wait{60'000};
    base::Milliseconds answer{10'000};  // BlueZ's, to what it only has to look up or to switch on
    base::Milliseconds connect{
        45'000};  // a device that sleeps advertises every few seconds; BlueZ itself gives up at 40
    base::Milliseconds services{30'000};   // from connected to knowing what the device offers
    base::Milliseconds attributes{2'000};  // from there until BlueZ has shown all of it on the bus
};

}  // namespace millrace::ble
