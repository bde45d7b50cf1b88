// Arbitrary service data is opened with the key of the published example, or taken as it is, and decoded; what decodes
// must survive being encoded and decoded again. What seals must open.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "message/message.h"
#include "payload/advertisement_cipher.h"

using namespace millrace;

namespace {

void decode_and_back(base::ByteView plain) {
    static const auto topic = message::parse_topic("bthome/puck/2/5448E6FFFE8F80A5");
    const auto first = message::decode(topic, plain);
    if (!first) return;
    const auto& advertised = std::get<message::Advertised>(*first);
    (void)advertised.water();
    (void)advertised.flow();
    (void)advertised.volume_storage();
    (void)advertised.wet();
    (void)advertised.moisture_hundredths();
    (void)advertised.voltage_millivolts();
    (void)advertised.temperature_centidegrees();
    (void)advertised.humidity_hundredths();
    if (message::to_json(advertised).empty()) std::abort();
    const base::Bytes again = message::encode(advertised);
    if (again.size() > plain.size()) std::abort();
    const auto second = message::decode(topic, again);
    if (!second || std::get<message::Advertised>(*second) != advertised) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto address = base::BluetoothAddress::parse("54:48:E6:8F:80:A5").value();
    static const auto key = payload::BindKey::parse(base::as_bytes("231d39c1d7cc1ab1aee224cd096db932")).value();
    const base::ByteView input(data, size);
    decode_and_back(input);
    if (const auto opened = payload::open_advertisement(input, address, key)) decode_and_back(opened->plain);
    if (const auto sealed = payload::seal_advertisement(input, address, key, 1)) {
        const auto opened = payload::open_advertisement(*sealed, address, key);
        if (!opened || opened->counter != 1) std::abort();
        if (!std::equal(opened->plain.begin() + 1, opened->plain.end(), input.begin() + 1, input.end())) std::abort();
    }
    return 0;
}
