// What strangers and the kernel say to the checks: an answer of a time server, and the system's files.
#include <cstdlib>

#include "base/bytes.h"
#include "doctor/sntp.h"
#include "doctor/system_files.h"
#include "doctor/words.h"

using namespace millrace;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    // A cookie that the packet holds, so that all behind it is reached too.
    constexpr std::size_t kOriginate = 24;
    std::uint64_t cookie = 0;
    if (size >= kOriginate + 8) {
        for (std::size_t i = 0; i < 8; ++i) cookie = cookie << 8U | data[kOriginate + i];
    }
    const auto time = doctor::sntp_answer({data, size}, cookie);
    if (time && size < doctor::kSntpBytes) std::abort();
    if (time && (base::to_rfc3339(time->sent) < "1968" || base::to_rfc3339(time->sent) > "2105")) std::abort();

    const std::string_view text = base::as_text({data, size});
    if (doctor::name_servers_in(text).size() > doctor::kMostSystemServers) std::abort();
    if (doctor::gateways_in(text).size() > doctor::kMostSystemServers) std::abort();
    if (doctor::time_servers_in(text).size() > doctor::kMostSystemServers) std::abort();
    for (const std::string& server : doctor::name_servers_in(text)) {
        if (!doctor::address_in(server)) std::abort();
    }
    (void)doctor::listeners_in(text, 1883);
    return 0;
}
